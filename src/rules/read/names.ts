import { asciiWordOf } from '../../core/slug.ts'
import type { Diagnostic } from '../../language/diagnostic.ts'
import { didYouMean } from '../../language/names.ts'
import type { Node, ScalarNode } from '../../language/node.ts'
import { saidBoolean } from '../../language/typed.ts'
import type { PlayerNames } from '../players.ts'
import { fillsStreams } from '../refills.ts'
import { type Need, needsIn } from './abilities.ts'
import type { Surroundings } from './references.ts'
import type { RuleFile } from './rule-file.ts'

const mostCompared = 20_000

/**
 * Warns of a stream that no schedule fills while a name near to it has one. Naming a stream makes it, so by itself an
 * unknown name is nothing wrong.
 */
export async function checkStreams(files: readonly RuleFile[], breathe: () => Promise<void>): Promise<void> {
  const known = scheduledStreams(files)
  const searched = new Set<string>()
  for (const file of files)
    for await (const node of streamsInParts(file, breathe)) {
      if (known.has(node.text)) continue
      // Each name is compared with all others: beyond this it would hold up what plays.
      if (searched.add(node.text).size * known.size > mostCompared) return
      const near = meantStream(node.text, known)
      if (near === null) continue
      const message = `no schedule fills the stream "${node.text}" - did you mean "${near}"?`
      file.report.add(node, 'warning', 'ref/stream', message)
    }
}

interface AlikeStreams extends Pick<Streams, 'breathe'> {
  readonly streamAlike: NonNullable<Surroundings['streamAlike']>
}

interface Streams {
  readonly hasStream: NonNullable<Surroundings['hasStream']>
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe: () => Promise<void>
}

/** Warns of rules about a stream that is not there, or not any more, and that nothing in the files fills. */
export async function checkStreamsAreThere(
  files: readonly RuleFile[],
  { hasStream, breathe }: Streams,
): Promise<void> {
  const filled = scheduledStreams(files)
  const made = new Set(
    files.flatMap(({ rules }) =>
      rules.flatMap(({ rule, actions }) =>
        actions.flatMap(({ bound: { kind, options } }) => {
          const { stream = rule.stream } = options as { readonly stream?: string }
          return fillsStreams.has(kind) && stream !== null ? [stream] : []
        }),
      ),
    ),
  )
  for (const { report, section } of files)
    for (const node of streamsIn(section('rules'))) {
      // What was probably meant is said as a slip.
      if (filled.has(node.text) || made.has(node.text) || meantStream(node.text, filled) !== null) continue
      await breathe()
      if ((await hasStream(node.text)) !== false) continue
      const message = `there is no stream "${node.text}": nothing in the files fills it, and no card plays it`
      const help = 'put something into it, or take out what the rules say of it'
      report.add(node, 'warning', 'ref/stream', message, help)
    }
}

/** Two streams that topics and addresses would call the same: the second of the two could not be made. */
export function refuseAlikeStreams(files: readonly RuleFile[]): void {
  const byWord = new Map<string, { readonly name: string; readonly place: string }>()
  // A name of ASCII is called as it is, so it is the other that has to give way.
  for (const isPlain of [true, false])
    for (const file of files) {
      const told = new Set<string>()
      for (const node of streamNodes(file)) {
        const name = node.text
        const word = asciiWordOf(name)
        if ((word === name) !== isPlain || told.has(name)) continue
        told.add(name)
        const first = byWord.get(word)
        if (first === undefined)
          byWord.set(word, { name, place: `${file.report.file}:${file.report.lineOf(node)}` })
        else if (first.name !== name)
          file.report.add(node, 'error', 'ref/alike', ...alike('stream', name, first))
      }
    }
}

/** Warns of a stream that cannot be made while another that topics call the same is there: that one may be deleted. */
export async function doubtAlikeStreams(
  files: readonly RuleFile[],
  { streamAlike, breathe }: AlikeStreams,
): Promise<void> {
  const written = new Set(files.flatMap((file) => streamNodes(file).map(({ text }) => text)))
  for (const file of files)
    for (const node of new Map(streamNodes(file).map((node) => [node.text, node])).values()) {
      await breathe()
      const other = await streamAlike(node.text)
      // Of two that are both written, the files have said it.
      if (other === null || written.has(other)) continue
      const [message] = alike('stream', node.text, { name: other, place: 'a stream that is there already' })
      const help = `write "${other}" if you mean that one; else give this one another name, or delete "${other}"`
      file.report.add(node, 'warning', 'ref/alike', message, help)
    }
}

/** What is said of two names that topics call the same. */
export function alike(
  what: string,
  name: string,
  first: { readonly name: string; readonly place: string },
): [message: string, help: string] {
  return [
    `topics and addresses call the ${what} "${name}" "${asciiWordOf(name)}", as they call "${first.name}" (${first.place})`,
    'give one of them another name',
  ]
}

function streamNodes({ section }: RuleFile): ScalarNode[] {
  const schedules = [...(section('schedules')?.entries.values() ?? [])]
  return [
    ...schedules.map(({ key }) => key),
    ...schedules.flatMap(({ value }) => streamsIn(value)),
    ...streamsIn(section('rules')),
  ]
}

function meantStream(name: string, known: ReadonlySet<string>): string | null {
  // "bedroom-1" and "bedroom-2" are two streams.
  const likely = [...known].filter((other) => withoutNumbers(other) !== withoutNumbers(name))
  return didYouMean(name, likely)
}

function scheduledStreams(files: readonly RuleFile[]): ReadonlySet<string> {
  return new Set(files.flatMap((file) => file.schedules.map(({ schedule }) => schedule.stream)))
}

/** Tells of streams that are to answer for others and that nothing in the files fills. */
export function adviseAnswers(files: readonly RuleFile[]): void {
  const rules = files.flatMap((file) => streamsIn(file.section('rules')).map(({ text }) => text))
  const scheduled = scheduledStreams(files)
  const filled = new Set([...scheduled, ...rules])
  const searched = new Set<string>()
  for (const file of files)
    for (const node of answersIn(file)) {
      // What was probably meant is said as a warning.
      if (filled.has(node.text)) continue
      if (searched.add(node.text).size * scheduled.size > mostCompared) return
      if (meantStream(node.text, scheduled) !== null) continue
      const message = `nothing in the files fills the stream "${node.text}"`
      const help = 'the answer is passed over until somebody puts something into that stream'
      file.report.add(node, 'info', 'ref/stream', message, help)
    }
}

/** The streams that answer in place of others. */
export function streamsAnsweredBy(file: RuleFile): readonly string[] {
  return answersIn(file).map(({ text }) => text)
}

/** Where the answers of the file's schedules name a stream. */
function answersIn({ schedules }: RuleFile): ScalarNode[] {
  return schedules.flatMap(({ answers }) =>
    answers.flatMap(({ node }) => {
      const named = node.kind === 'map' ? node.entries.get('stream')?.value : undefined
      return named?.kind === 'scalar' ? [named] : []
    }),
  )
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
export interface NamedPlayer extends Pick<Diagnostic, 'file' | 'line' | 'column' | 'length'> {
  readonly name: string
  /** Of an action that not every model can do; absent where it is the name alone. */
  readonly need?: Need
}

/** Warns of players that there are not: they may come, and then rules find them by themselves. */
export function checkPlayers(files: readonly RuleFile[], names: PlayerNames): void {
  for (const { report, section } of files)
    for (const node of playerNodes(section)) {
      const fault = names.faultOf(node.text)
      if (fault !== null) report.add(node, 'warning', 'ref/player', fault.message, fault.help)
    }
}

/** Every player that rules of the files name, or what answers for their streams. */
export async function playersNamedIn(
  files: readonly RuleFile[],
  breathe: () => Promise<void>,
): Promise<NamedPlayer[]> {
  const named: NamedPlayer[] = []
  for (const file of files) {
    const { report, section } = file
    for (const part of playerParts(section)) {
      await breathe()
      for (const node of valuesOf('player', part)) named.push({ name: node.text, ...report.placeOf(node) })
    }
    for (const { name, need, node } of needsIn(file)) named.push({ name, need, ...report.placeOf(node) })
  }
  return named
}

/** Each rule, and what answers for each stream. */
function playerParts(section: RuleFile['section']): Node[] {
  const answers = [...(section('schedules')?.entries.values() ?? [])].flatMap(({ value }) =>
    value.kind === 'map' ? (value.entries.get('answers')?.value ?? []) : [],
  )
  return [...[...(section('rules')?.entries.values() ?? [])].map(({ value }) => value), ...answers]
}

function playerNodes(section: RuleFile['section']): ScalarNode[] {
  return playerParts(section).flatMap((part) => valuesOf('player', part))
}

async function* streamsInParts(file: RuleFile, breathe: () => Promise<void>): AsyncGenerator<ScalarNode> {
  yield* answersIn(file)
  for (const { value } of file.section('rules')?.entries.values() ?? []) {
    yield* streamsIn(value)
    await breathe()
  }
}

/** Every value of a key `stream`, of rules and of what they are made of. */
export function streamsIn(node: Node | null): ScalarNode[] {
  return valuesOf('stream', node)
}

// Of these a bare value is the name of a player.
const playerFirst: ReadonlySet<string> = new Set(['pause', 'resume', 'stop_player', 'playing'])

function valuesOf(key: string, node: Node | null): ScalarNode[] {
  if (node === null || node.kind === 'scalar') return []
  if (node.kind === 'list') return node.items.flatMap((item) => valuesOf(key, item))
  return [...node.entries].flatMap(([name, { value }]) => {
    // Behind `set` stand names that people gave.
    if (name === 'set' && value.kind === 'map') return []
    // What is gone on with there is a story.
    if (name === 'story' && value.kind === 'map')
      return [...value.entries].flatMap(([inner, { value: named }]) =>
        inner === key && named.kind === 'scalar' ? [named] : [],
      )
    // Triggers are called `player` and `stream` themselves: a word behind these is none of either.
    if (name === 'when') return valuesInTriggers(key, value)
    if (name === 'wait_for' && value.kind === 'map')
      return [...value.entries].flatMap(([inner, entry]) =>
        inner === 'any' ? valuesInTriggers(key, entry.value) : valuesOf(key, entry.value),
      )
    // `pause: true` names none.
    if (key === 'player' && playerFirst.has(name) && value.kind === 'scalar' && value.text !== '')
      return saidBoolean(value) === true ? [] : [value]
    return name === key && value.kind === 'scalar' ? [value] : valuesOf(key, value)
  })
}

function valuesInTriggers(key: string, triggers: Node): ScalarNode[] {
  if (triggers.kind !== 'list') return valuesOf(key, triggers)
  return triggers.items.flatMap((item) =>
    item.kind === 'map' ? [...item.entries.values()].flatMap((entry) => valuesOf(key, entry.value)) : [],
  )
}

function withoutNumbers(name: string): string {
  return name.replace(/\d+/g, '')
}
