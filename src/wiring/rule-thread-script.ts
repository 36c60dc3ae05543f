// The thread that checks rule files, large ones among them, and hands over what came of it piece by piece, each when it
// is asked for.
import { parentPort } from 'node:worker_threads'
import { onceEach } from '../core/once-each.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import { type Loaded, loadYaml, type Source } from '../language/source.ts'
import type { Named } from '../rules/players.ts'
import { registryWith } from '../rules/plugins/plugin-set.ts'
import type { CalendarText } from '../rules/read/calendar.ts'
import { ReadingMemory } from '../rules/read/reading-memory.ts'
import type { Fault } from '../rules/read/references.ts'
import { type CheckedFile, type RuleSource, readRuleFiles } from '../rules/read/rule-files.ts'
import type { Location } from '../rules/sun.ts'
import { readStories } from '../stories/read/section.ts'
import { ownTask } from './thread-work.ts'
import { boundedIn, partsOf, type TreePart } from './yaml-parts.ts'

/** A file whose text is not to be read, and what to say in place of it. */
export interface ThreadSource extends RuleSource {
  readonly refused?: readonly Diagnostic[]
}

export type ToThread =
  | {
      readonly kind: 'check'
      readonly sources: readonly ThreadSource[]
      /** IANA name. */
      readonly zone: string
      readonly location: Location | null
      readonly adviceAt: Date | null
      /** Null or absent where they are not known, and then none is doubted. */
      readonly players?: readonly Named[] | null
      /** Whether Home Assistant started the program; null where nothing is known of it. */
      readonly hasHomeAssistant: boolean | null
      /** Whether somebody says texts; null where that is not known. */
      readonly hasVoice: boolean | null
    }
  | { readonly kind: 'load'; readonly source: ThreadSource }
  | { readonly kind: 'next' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }

/** What only the product itself knows, by what it is asked with. */
export interface Answers {
  fileExists(file: string): Promise<boolean>
  fileHint(file: string): Promise<string | null>
  /** In ms; null where that is not known. */
  lengthOf(file: string): Promise<number | null>
  filesIn(folder: string): Promise<readonly string[]>
  folderHint(folder: string): Promise<string | null>
  /** Of a playlist, as JSON. Null where it is not known. */
  finds(playlist: string): Promise<boolean | null>
  /** Of a topic of MQTT that rules publish to. */
  publishFault(topic: string): Promise<Fault | null>
  /** Of topics of MQTT that rules listen to. */
  listenFault(filter: string): Promise<Fault | null>
  /** Of an action of Home Assistant. */
  actionFault(action: string): Promise<Fault | null>
  readCalendar(path: string): Promise<CalendarText>
  /** Null where it is not known. */
  isOurCard(cardId: string): Promise<boolean | null>
  /** Null where it is not known. */
  hasCard(of: string): Promise<boolean | null>
  /** Null where it is not known. */
  hasStream(stream: string): Promise<boolean | null>
  streamAlike(stream: string): Promise<string | null>
}

export type FromThread =
  /** As the system knows the thread, where it does. Told once, first of all. */
  | { readonly kind: 'is'; readonly task: number | null }
  /** Which file is at work from now on; null: all of them together. */
  | { readonly kind: 'at'; readonly file: string | null }
  | { readonly kind: 'ask'; readonly id: number; readonly what: keyof Answers; readonly of: string }
  | { readonly kind: 'piece'; readonly piece: TreePart | CheckedFile }
  | { readonly kind: 'end' }

// Of the product alone: with plug-ins, files are not checked here.
const registry = registryWith([])
const memory = new ReadingMemory({ load })

let pieces: Iterator<TreePart | CheckedFile> = [].values()
let asked = 0
const waiting = new Map<number, (answer: unknown) => void>()

tell({ kind: 'is', task: ownTask() })
parentPort?.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'answer':
      waiting.get(message.id)?.(message.answer)
      waiting.delete(message.id)
      return
    case 'next':
      return next()
    case 'check':
      return void check(message)
    case 'load':
      return void hand(message.source)
  }
})

function tell(message: FromThread): void {
  parentPort?.postMessage(message)
}

function next(): void {
  const { value: piece, done } = pieces.next()
  tell(done === true ? { kind: 'end' } : { kind: 'piece', piece })
}

async function check({ sources, ...around }: ToThread & { kind: 'check' }): Promise<void> {
  const { zone, location, adviceAt, players = null, hasHomeAssistant: isThere, hasVoice } = around
  const [publishFault, listenFault] = [onceEach(ask('publishFault')), onceEach(ask('listenFault'))]
  const finds = ask('finds')
  const { files } = await readRuleFiles(sources, {
    registry,
    stories: readStories,
    memory,
    zone,
    location,
    adviceAt,
    players,
    fileExists: onceEach(ask('fileExists')),
    fileHint: ask('fileHint'),
    lengthOf: onceEach(ask('lengthOf')),
    filesIn: ask('filesIn'),
    folderHint: ask('folderHint'),
    finds: (playlist) => finds(JSON.stringify(playlist)),
    topicFault: (topic, use) => (use === 'publish' ? publishFault(topic) : listenFault(topic)),
    ...(isThere === null ? {} : { homeAssistant: { isThere, actionFault: onceEach(ask('actionFault')) } }),
    ...(hasVoice === null ? {} : { hasVoice }),
    readCalendar: ask('readCalendar'),
    isOurCard: onceEach(ask('isOurCard')),
    hasCard: onceEach(ask('hasCard')),
    hasStream: onceEach(ask('hasStream')),
    streamAlike: onceEach(ask('streamAlike')),
    progress: (file) => tell({ kind: 'at', file }),
  })
  memory.sweep()
  pieces = files
    .map(({ file, isSound, hasOwnErrors, diagnostics }) => ({ file, isSound, hasOwnErrors, diagnostics }))
    .values()
  next()
}

async function hand(source: ThreadSource): Promise<void> {
  tell({ kind: 'at', file: source.file })
  pieces = partsOf(await memory.loaded(source))
  next()
}

function load(source: Source & Pick<ThreadSource, 'refused'>): Loaded {
  const { refused } = source
  return refused === undefined ? boundedIn(loadYaml(source)) : { source, root: null, diagnostics: refused }
}

function ask<What extends keyof Answers>(what: What): Answers[What]
function ask(what: keyof Answers): (of: string) => Promise<unknown> {
  return (of) => {
    asked += 1
    const id = asked
    tell({ kind: 'ask', id, what, of })
    return new Promise((resolve) => waiting.set(id, resolve))
  }
}
