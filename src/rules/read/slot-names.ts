import type { Static } from 'typebox'
import { didYouMean } from '../../language/names.ts'
import type { MapNode, Node } from '../../language/node.ts'
import { list, quote } from '../../language/wording.ts'
import { queue } from '../actions/queue.ts'
import type { RuleFile } from './rule-file.ts'

interface Slots {
  /** The names of the slots that its schedule has. */
  readonly byStream: ReadonlyMap<string, ReadonlySet<string>>
  readonly all: ReadonlySet<string>
}

// Each name that is not known is compared with all others: beyond this it would hold up what plays.
const mostCompared = 20_000
const mostSaid = 100

function slotsIn(files: readonly RuleFile[]): Slots {
  // One that is switched off has its slots all the same.
  const filling = files.flatMap((file) =>
    file.schedules.filter(({ schedule, fills }) => fills || schedule.slots.length > 0),
  )
  const byStream = new Map(
    filling.map(({ schedule }) => [schedule.stream, new Set(schedule.slots.map(({ id }) => id))]),
  )
  return { byStream, all: new Set([...byStream.values()].flatMap((names) => [...names])) }
}

/** Warns of slots that there are not: what asks for one never comes, or never holds. */
export async function checkSlotNames(
  files: readonly RuleFile[],
  breathe: () => Promise<void>,
): Promise<void> {
  const slots = slotsIn(files)
  for (const file of files) {
    for (const { value } of file.section('rules')?.entries.values() ?? []) {
      if (value.kind === 'map') for (const named of namedIn(value)) checkNamed(named, slots, file)
      await breathe()
    }
    for (const { answers } of file.schedules)
      for (const { node } of answers) for (const named of conditionsIn(node)) checkNamed(named, slots, file)
  }
}

interface NamedSlot {
  readonly name: Node
  /** null for any. */
  readonly stream: string | null
}

function namedIn(rule: MapNode): NamedSlot[] {
  const when = rule.entries.get('when')?.value
  const own = textOf(rule.entries.get('stream')?.value)
  const others = [...rule.entries.values()].map(({ value }) => value).filter((value) => value !== when)
  const items = when?.kind === 'list' ? when.items : []
  return [
    ...items.flatMap((item) => (item.kind === 'map' ? triggersIn(item, own) : [])),
    ...others.flatMap(conditionsIn),
  ]
}

function triggersIn(item: MapNode, own: string | null): NamedSlot[] {
  const beside = item.entries.get('if')?.value
  const options = item.entries.get('slot')?.value
  const conditions = beside === undefined ? [] : conditionsIn(beside)
  if (options?.kind !== 'map') return conditions
  const stream = textOf(options.entries.get('stream')?.value) ?? own
  const names = ['began', 'ended'].flatMap((key) => options.entries.get(key)?.value ?? [])
  return [...names.map((name) => ({ name, stream })), ...conditions]
}

/** Wherever below the node a condition asks for a slot. */
function conditionsIn(node: Node): NamedSlot[] {
  if (node.kind === 'scalar') return []
  if (node.kind === 'list') return node.items.flatMap(conditionsIn)
  return [...node.entries].flatMap(([key, { value }]): NamedSlot[] => {
    // Behind `set` stand names that people gave.
    if (key === 'set') return []
    if (key !== 'slot') return conditionsIn(value)
    if (value.kind === 'scalar') return [{ name: value, stream: null }]
    if (value.kind === 'list') return []
    const name = value.entries.get('is')?.value
    return name === undefined ? [] : [{ name, stream: textOf(value.entries.get('stream')?.value) }]
  })
}

function textOf(node: Node | undefined): string | null {
  return node?.kind === 'scalar' ? node.text : null
}

/** Returns whether something was said. */
function checkNamed({ name, stream }: NamedSlot, { byStream, all }: Slots, { report }: RuleFile): boolean {
  if (name.kind !== 'scalar') return false
  const of = stream === null ? all : byStream.get(stream)
  if (of === undefined) {
    const message = `the stream ${quote(stream ?? '')} has no schedule, and so no slot ${quote(name.text)}`
    report.add(name, 'warning', 'ref/slot', message)
    return true
  }
  if (name.text === 'default' || of.has(name.text)) return false
  const near = of.size * mostSaid > mostCompared ? null : didYouMean(name.text, of)
  const where = stream === null ? 'no schedule has' : `the schedule of ${quote(stream)} does not have`
  const question = near === null ? '' : ` - did you mean ${quote(near)}?`
  const known = [...of].slice(0, mostKnown)
  const help = near !== null || known.length === 0 ? undefined : `known: ${list(known)}`
  report.add(name, 'warning', 'ref/slot', `${where} a slot ${quote(name.text)}${question}`, help)
  return true
}

const mostKnown = 12

/** Warns where something is to hold for a time, or over slots, in a stream in which nothing comes back. */
export function checkHolds(files: readonly RuleFile[]): void {
  const { byStream } = slotsIn(files)
  for (const file of files)
    for (const { rule, actions } of file.rules)
      for (const { bound, node } of actions) {
        if (bound.definition !== queue || node.kind !== 'map') continue
        const { stream = rule.stream } = bound.options as Static<typeof queue.options>
        if (stream === null || byStream.has(stream)) continue
        for (const option of ['for', 'until_slot_ends']) {
          const key = node.entries.get(option)?.key
          if (key === undefined) continue
          const message = `\`${option}\` does nothing here: the stream ${quote(stream)} has no schedule, and nothing comes back`
          const help = `give it one below \`schedules:\`, or leave out \`${option}\``
          file.report.add(key, 'warning', 'schedule/none', message, help)
        }
      }
}
