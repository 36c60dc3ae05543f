import { didYouMean } from '../../language/names.ts'
import type { Node, ScalarNode } from '../../language/node.ts'
import type { RuleFile } from './rule-file.ts'

/**
 * Warns of a stream that no schedule fills while a name near to it has one. Naming a stream makes it, so by itself an
 * unknown name is nothing wrong.
 */
export function checkStreams(files: readonly RuleFile[]): void {
  const known = new Set(files.flatMap((file) => file.schedules.map(({ schedule }) => schedule.stream)))
  for (const file of files)
    for (const node of streamsIn(file.section('rules'))) {
      if (known.has(node.text)) continue
      // "bedroom-1" and "bedroom-2" are two streams.
      const likely = [...known].filter((name) => withoutNumbers(name) !== withoutNumbers(node.text))
      const near = didYouMean(node.text, likely)
      if (near === null) continue
      const message = `no schedule fills the stream "${node.text}" - did you mean "${near}"?`
      file.report.add(node, 'warning', 'ref/stream', message)
    }
}

/** Tells of playlists that nothing in the files plays. */
export function adviseUnused(files: readonly RuleFile[]): void {
  const used = new Set(files.flatMap(namedBy))
  for (const file of files)
    for (const id of file.playlists.keys()) {
      if (used.has(id)) continue
      const place = file.section('playlists')?.entries.get(id)?.key
      if (place === undefined) continue
      const help = 'no schedule, rule or other playlist names it; by hand it can still be played'
      file.report.add(place, 'info', 'ref/unused', `playlist "${id}" is used by nothing`, help)
    }
}

function namedBy({ playlists, schedules, rules }: RuleFile): string[] {
  const actions = rules.flatMap((rule) => rule.actions)
  return [
    ...[...playlists.values()].flatMap(({ playlist }) => playlist.entries),
    ...schedules.flatMap(({ schedule }) => [
      schedule.default ?? '',
      ...schedule.slots.map(({ play }) => play ?? ''),
    ]),
    ...actions.flatMap(({ bound }) =>
      (bound.definition.references?.(bound.options) ?? []).map((reference) => reference.name),
    ),
  ]
}

/** Every value of a key `stream`, of rules and of what they are made of. */
export function streamsIn(node: Node | null): ScalarNode[] {
  if (node === null || node.kind === 'scalar') return []
  if (node.kind === 'list') return node.items.flatMap(streamsIn)
  return [...node.entries].flatMap(([name, { value }]) =>
    name === 'stream' && value.kind === 'scalar' ? [value] : streamsIn(value),
  )
}

function withoutNumbers(name: string): string {
  return name.replace(/\d+/g, '')
}
