import { didYouMean } from '../../language/names.ts'
import type { MapNode, Node, ScalarNode } from '../../language/node.ts'
import type { PlayerNames } from '../players.ts'
import type { RuleFile } from './rule-file.ts'

const mostCompared = 20_000

/**
 * Warns of a stream that no schedule fills while a name near to it has one. Naming a stream makes it, so by itself an
 * unknown name is nothing wrong.
 */
export async function checkStreams(files: readonly RuleFile[], breathe: () => Promise<void>): Promise<void> {
  const known = new Set(files.flatMap((file) => file.schedules.map(({ schedule }) => schedule.stream)))
  const searched = new Set<string>()
  for (const file of files)
    for await (const node of streamsInParts(file.section('rules'), breathe)) {
      if (known.has(node.text)) continue
      // Each name is compared with all others: beyond this it would hold up what plays.
      if (searched.add(node.text).size * known.size > mostCompared) return
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

/** A player that a rule names, and where. */
export interface NamedPlayer {
  readonly name: string
  readonly file: string
  readonly line: number
}

/** Warns of players that there are not: they may come, and then rules find them by themselves. */
export function checkPlayers(files: readonly RuleFile[], names: PlayerNames): void {
  for (const { report, section } of files)
    for (const node of valuesOf('player', section('rules'))) {
      const fault = names.faultOf(node.text)
      if (fault !== null) report.add(node, 'warning', 'ref/player', fault.message, fault.help)
    }
}

/** Every player that rules of the file name. */
export function playersNamedIn({ report, section }: RuleFile): NamedPlayer[] {
  return valuesOf('player', section('rules')).map((node) => ({
    name: node.text,
    file: report.file,
    line: report.lineOf(node),
  }))
}

async function* streamsInParts(
  rules: MapNode | null,
  breathe: () => Promise<void>,
): AsyncGenerator<ScalarNode> {
  for (const { value } of rules?.entries.values() ?? []) {
    yield* streamsIn(value)
    await breathe()
  }
}

/** Every value of a key `stream`, of rules and of what they are made of. */
export function streamsIn(node: Node | null): ScalarNode[] {
  return valuesOf('stream', node)
}

function valuesOf(key: string, node: Node | null): ScalarNode[] {
  if (node === null || node.kind === 'scalar') return []
  if (node.kind === 'list') return node.items.flatMap((item) => valuesOf(key, item))
  return [...node.entries].flatMap(([name, { value }]) => {
    // Behind `set` stand names that people gave.
    if (name === 'set' && value.kind === 'map') return []
    return name === key && value.kind === 'scalar' ? [value] : valuesOf(key, value)
  })
}

function withoutNumbers(name: string): string {
  return name.replace(/\d+/g, '')
}
