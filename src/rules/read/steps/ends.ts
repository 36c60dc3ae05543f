import type { Step } from '../../step.ts'

/** Whether a run never goes on behind the step. */
export function endsRun(step: Step): boolean {
  if ((step.if ?? []).length > 0) return false
  switch (step.does) {
    case 'stop':
      return true
    case 'choose':
      return step.ways.some((way) => way.if === null) && step.ways.every((way) => way.do.some(endsRun))
    case 'repeat':
      return typeof step.rounds === 'number' && step.do.some(endsRun)
    case 'parallel':
      return step.ways.some((way) => way.some(endsRun))
    case 'act':
    case 'wait':
    case 'wait-for':
      return false
  }
}
