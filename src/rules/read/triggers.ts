import type { Node } from '../../language/node.ts'
import type { Calendar } from '../calendar.ts'
import type { Remark } from '../plugin.ts'
import type { RuleFile } from './rule-file.ts'

// As many as a report holds; what looks for them may take its time over each.
const mostSaid = 100

interface Checked extends Pick<RuleFile, 'report'> {
  readonly rules: readonly Pick<RuleFile['rules'][number], 'triggers' | 'actions'>[]
}

/** What triggers and actions themselves find wrong with their options. */
export function checkParts(file: Checked, calendar: Calendar): void {
  report(file, { calendar, adviceAt: null }, ({ level }) => level !== 'info')
}

/** What is worth knowing of them in the year from `now` on. */
export function adviseTriggers(
  file: RuleFile,
  { now, calendar }: { readonly now: Date; readonly calendar: Calendar },
): void {
  report(file, { calendar, adviceAt: now }, ({ level }) => level === 'info')
}

function report(
  file: Checked,
  surroundings: { readonly calendar: Calendar; readonly adviceAt: Date | null },
  isMeant: (remark: Remark) => boolean,
): void {
  let said = 0
  for (const { triggers, actions } of file.rules)
    for (const { bound, node } of [...triggers, ...actions]) {
      if (said >= mostSaid) return
      const remarks = bound.definition.check?.(bound.options as never, surroundings) ?? []
      for (const { option, level, code, message, help } of remarks.filter(isMeant)) {
        file.report.add(placeOf(node, option), level, code, message, help)
        said += 1
      }
    }
}

function placeOf(node: Node, option: string | undefined): Node {
  if (option === undefined || node.kind !== 'map') return node
  return node.entries.get(option)?.value ?? node
}
