import { isEmpty, type MapEntry, type Node } from '../../../language/node.ts'
import type { Report } from '../../../language/report.ts'
import { allOf } from '../bind.ts'
import { type FinishedList, type FoundStep, finishSteps, type StepReading } from './found.ts'

/** The same, where one item may stand without a list. */
export function itemsOrOneIn(entry: MapEntry, what: string, report: Report): readonly Node[] | undefined {
  return oneIn(entry.value, report) ?? itemsIn(entry, what, report)
}

/** One item that stands without a list around it. */
export function oneIn(value: Node, report: Report): readonly Node[] | undefined {
  if (value.kind !== 'map' || value.entries.size === 0) return undefined
  report.wouldUsually(value.span, 'list')
  return [value]
}

/** The items of a list that has some, or undefined after the error. `what` it takes: `a list of actions`. */
export function itemsIn({ key, value }: MapEntry, what: string, report: Report): readonly Node[] | undefined {
  if (value.kind === 'list' && value.items.length > 0) return value.items
  const help = 'begin each line with "- "'
  report.add(isEmpty(value) ? key : value, 'error', 'type/value', `\`${key.text}\` takes ${what}`, help)
  return undefined
}

/** Several lists; null after errors. */
export function finishLists(
  lists: readonly (readonly FoundStep[])[],
  reading: StepReading,
): readonly FinishedList[] | null {
  return allOf(lists.map((list) => finishSteps(list, reading)))
}
