import { setImmediate as nextTurn } from 'node:timers/promises'
import { onceEach } from '../core/once-each.ts'
import { loadYaml } from '../language/source.ts'
import { registryWith } from '../rules/plugins/plugin-set.ts'
import { readLastGood, type Standing, type WrittenFile } from '../rules/read/last-good.ts'
import type { NamedPlayer } from '../rules/read/names.ts'
import { ReadingMemory } from '../rules/read/reading-memory.ts'
import { type CheckedFile, type Reading, type RuleSource, readRuleFiles } from '../rules/read/rule-files.ts'
import type { Registry } from '../rules/registry.ts'
import type { Playlist, RuleSet } from '../rules/rule-set.ts'
import type { Location } from '../rules/sun.ts'
import { readStories } from '../stories/read/section.ts'
import { KnownCalendars } from './known-calendars.ts'
import type { RuleBookOptions } from './rule-book.ts'
import { calendarFiles } from './rule-folder.ts'
import { isLarge, RuleThread } from './rule-thread.ts'

type Options = Omit<RuleBookOptions, 'good' | 'enabled'>

/** What was read beside what runs, as a thread can take it. */
export interface ReadAside {
  readonly ruleSet: RuleSet
  readonly playersNamed: readonly NamedPlayer[]
  /** By path, as calendar files were found. */
  readonly calendars: ReadonlyMap<string, { readonly text: string } | { readonly fault: string }>
  readonly zone: string
  readonly location: Location | null
}

// Longer than a sound may wait; see the breath between two parts of the work.
const breathMs = 8

/**
 * Reads rule files with all that is known in the house, and remembers what it read. While one of them is large, they are
 * checked in a thread first, and only what is sound there is read here. Not with plug-ins: what they bring is not in the
 * thread.
 */
export class RuleReader {
  readonly #reading: Reading
  readonly #memory: ReadingMemory
  readonly #thread: RuleThread
  readonly #calendars: KnownCalendars
  /** What was found when the household's files were read last. */
  #found: Found = nothingFound()
  #location: Location | null
  readonly #players: () => Reading['players']
  /** The household's files as they were read last. */
  #written: readonly RuleSource[] = []
  #isOver = false

  constructor(options: Options) {
    const { folder, library, plugins, topicFault, isOurCard, hasCard, homeAssistant, hasVoice, zone } =
      options
    const { hasStream, streamAlike, clock, log } = options
    const { location = null, calendars: good, problems, thread } = options
    const ours = registryWith([])
    this.#players = options.players ?? (() => null)
    const here = () => this.#location
    const filesIn = library.filesIn?.bind(library)
    const breathe = breathing()
    this.#location = location
    this.#calendars = new KnownCalendars({
      ...{ readFile: calendarFiles(folder), good, zone, problems, breathe, log },
    })
    this.#thread = new RuleThread({ clock, log, ...thread })
    this.#memory = new ReadingMemory({
      load: (source) => (isLarge(source) ? this.#thread.load(source) : loadYaml(source)),
      breathe,
    })
    this.#reading = {
      get registry() {
        return plugins?.registry ?? ours
      },
      fileExists: async (file) => (await library.find(file)).state !== 'missing',
      fileHint: async (file) => (await library.hint?.(file)) ?? null,
      lengthOf: async (file) => (await library.lengthOf?.(file)) ?? null,
      ...(filesIn === undefined ? {} : { filesIn: (folder) => filesIn(folder) }),
      folderHint: async (folder) => (await library.folderHint?.(folder)) ?? null,
      finds: async (playlist) => (await library.finds?.(playlist)) ?? null,
      topicFault,
      stories: readStories,
      ...(isOurCard === undefined ? {} : { isOurCard }),
      ...(hasCard === undefined ? {} : { hasCard }),
      ...(hasStream === undefined ? {} : { hasStream }),
      ...(streamAlike === undefined ? {} : { streamAlike }),
      ...(homeAssistant === undefined ? {} : { homeAssistant }),
      ...(hasVoice === undefined ? {} : { hasVoice }),
      zone,
      get location() {
        return here()
      },
      readCalendar: (path) => this.#calendars.read(path),
      memory: this.#memory,
    }
  }

  /** Of what rules are made now. */
  get registry(): Registry {
    return this.#reading.registry
  }

  /** The house is there, as is known now; null where it is not known. */
  set location(location: Location | null) {
    this.#location = location
  }

  /** Whether a calendar file that was read is another one now. */
  haveCalendarsChanged(): Promise<boolean> {
    return this.#calendars.haveChanged()
  }

  /** Whether a card that the files speak of has become one of ours or is it no longer, or was made for what had none. */
  async haveCardsChanged(): Promise<boolean> {
    for (const [cardId, wasOurs] of this.#found.cards)
      if ((await this.#reading.isOurCard?.(cardId)) !== wasOurs) return true
    for (const [of, wasThere] of this.#found.published)
      if ((await this.#reading.hasCard?.(of)) !== wasThere) return true
    return false
  }

  /** Whether a stream that rules speak of has come or gone, or one that stands in the way of another. */
  async haveStreamsChanged(): Promise<boolean> {
    for (const [stream, wasThere] of this.#found.streams)
      if ((await this.#reading.hasStream?.(stream)) !== wasThere) return true
    for (const [stream, other] of this.#found.alike)
      if ((await this.#reading.streamAlike?.(stream)) !== other) return true
    return false
  }

  /** Whether a folder or a pick that brought nothing brings something now, or the other way round. */
  async haveContentsChanged(): Promise<boolean> {
    for (const [folder, wasFilled] of this.#found.folders)
      if (((await this.#reading.filesIn?.(folder)) ?? []).length > 0 !== wasFilled) return true
    for (const { playlist, found } of this.#found.picks.values())
      if (((await this.#reading.finds?.(playlist)) ?? found) !== found) return true
    return false
  }

  /** Whether an audio file that was missed is there now. */
  async haveFilesCome(): Promise<boolean> {
    for (const file of this.#found.missing) if (await this.#reading.fileExists(file)) return true
    return false
  }

  /** What runs of the files; null where the product ended meanwhile, and half of them may not have been checked. */
  async standing(files: readonly WrittenFile[]): Promise<Standing | null> {
    const found = nothingFound()
    const reading = this.#looking(found)
    this.#thread.tryAgain()
    const checkAhead = (sources: readonly RuleSource[]) => this.#checkAhead(sources, reading)
    const standing = await readLastGood(files, { ...reading, checkAhead })
    if (this.#isOver) return null
    this.#found = found
    this.#memory.sweep()
    this.#written = files.flatMap(({ file, text }) => (text === null ? [] : { file, text }))
    this.#thread.sweep(this.#written)
    return standing
  }

  /** What there is to say of the files, with what is merely worth knowing of the year from `adviceAt` on. */
  async check(sources: readonly RuleSource[], adviceAt: Date): Promise<readonly CheckedFile[]> {
    const reading = { ...this.#looking(), players: this.#players() ?? null, adviceAt }
    this.#thread.tryAgain(sources)
    const files = (await this.#checkAhead(sources, reading)) ?? (await readRuleFiles(sources, reading)).files
    this.#thread.sweep([...this.#written, ...sources])
    return files
  }

  /** Reads files that need not run: what is in them, and what is wrong. */
  async readAside(
    sources: readonly RuleSource[],
  ): Promise<ReadAside & { readonly files: readonly CheckedFile[] }> {
    const reading = this.#looking()
    this.#thread.tryAgain(sources)
    const calendars = new Map<string, { readonly text: string } | { readonly fault: string }>()
    const { ruleSet, playersNamed, files } = await readRuleFiles(sources, {
      ...reading,
      readCalendar: async (path) => {
        const found = (await reading.readCalendar?.(path)) ?? { fault: 'there is no such file' }
        calendars.set(path, 'text' in found ? { text: found.text } : found)
        return found
      },
    })
    return { ruleSet, playersNamed, files, calendars, zone: reading.zone, location: reading.location ?? null }
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#thread.stop()
  }

  /**
   * Each file is looked for once in a reading, however many name it, and what it finds holds for all of the reading.
   * `found` gets what was answered.
   */
  #looking(found = nothingFound()): Reading {
    const { fileExists, filesIn, finds, isOurCard, hasCard, hasStream, streamAlike } = this.#reading
    return {
      ...this.#reading,
      fileExists: onceEach(async (file) => {
        const isThere = await fileExists(file)
        if (!isThere && found.missing.size < mostMissing) found.missing.add(file)
        return isThere
      }),
      ...(filesIn === undefined
        ? {}
        : {
            filesIn: onceEach(async (folder) => {
              const files = await filesIn(folder)
              if (found.folders.size < mostFolders) found.folders.set(folder, files.length > 0)
              return files
            }),
          }),
      async finds(playlist) {
        const answer = (await finds?.(playlist)) ?? null
        if (found.picks.size < mostFolders) found.picks.set(playlist.id, { playlist, found: answer })
        return answer
      },
      readCalendar: onceEach((path) => this.#calendars.read(path)),
      ...(isOurCard === undefined ? {} : { isOurCard: noting(isOurCard, found.cards) }),
      ...(hasStream === undefined ? {} : { hasStream: noting(hasStream, found.streams) }),
      ...(streamAlike === undefined ? {} : { streamAlike: noting(streamAlike, found.alike) }),
      ...(hasCard === undefined ? {} : { hasCard: noting(hasCard, found.published) }),
    }
  }

  /** Null where they are to be checked where they are read. */
  async #checkAhead(
    sources: readonly RuleSource[],
    {
      registry,
      fileExists,
      fileHint,
      lengthOf,
      filesIn,
      folderHint,
      finds,
      topicFault,
      homeAssistant,
      hasVoice,
      readCalendar,
      isOurCard,
      hasCard,
      hasStream,
      streamAlike,
      ...around
    }: Reading,
  ): Promise<readonly CheckedFile[] | null> {
    if (registry.hasPlugins === true || !sources.some(isLarge)) return null
    const { zone, location = null, adviceAt = null, players = null } = around
    return this.#thread.check({
      sources,
      zone,
      location,
      adviceAt,
      players,
      hasHomeAssistant: homeAssistant?.isThere ?? null,
      hasVoice: hasVoice ?? null,
      answers: {
        fileExists,
        fileHint: async (file) => (await fileHint?.(file)) ?? null,
        lengthOf: async (file) => (await lengthOf?.(file)) ?? null,
        filesIn: async (folder) => (await filesIn?.(folder)) ?? [],
        folderHint: async (folder) => (await folderHint?.(folder)) ?? null,
        finds: async (playlist) => (await finds?.(JSON.parse(playlist))) ?? null,
        publishFault: async (topic) => topicFault(topic, 'publish'),
        listenFault: async (filter) => topicFault(filter, 'listen'),
        actionFault: async (action) => (await homeAssistant?.actionFault(action)) ?? null,
        readCalendar: async (path) => (await readCalendar?.(path)) ?? { fault: 'it cannot be read here' },
        isOurCard: async (cardId) => (await isOurCard?.(cardId)) ?? null,
        hasCard: async (of) => (await hasCard?.(of)) ?? null,
        hasStream: async (stream) => (await hasStream?.(stream)) ?? null,
        streamAlike: async (stream) => (await streamAlike?.(stream)) ?? null,
      },
    })
  }
}

/** What was found beside the files themselves, and may be otherwise later. */
interface Found {
  /** By card, whether it is one of ours. */
  readonly cards: Map<string, boolean | null>
  /** By what rules play, whether there is a card of it. */
  readonly published: Map<string, boolean | null>
  /** By stream that rules speak of, whether it is there. */
  readonly streams: Map<string, boolean | null>
  /** By stream of the files, another that topics call the same. */
  readonly alike: Map<string, string | null>
  /** Audio files that are not there. */
  readonly missing: Set<string>
  /** By folder, whether there is audio in it. */
  readonly folders: Map<string, boolean>
  /** By playlist, whether its pick finds anything; null where it was not known. */
  readonly picks: Map<string, { readonly playlist: Playlist; readonly found: boolean | null }>
}

// Each is looked for again every minute.
const mostMissing = 200
const mostFolders = 200

function nothingFound(): Found {
  return {
    cards: new Map(),
    published: new Map(),
    streams: new Map(),
    alike: new Map(),
    missing: new Set(),
    folders: new Map(),
    picks: new Map(),
  }
}

/** Asks the same, and keeps each answer by what was asked. */
function noting<Answer>(ask: (of: string) => Answer | Promise<Answer>, answers: Map<string, Answer>) {
  return async (of: string): Promise<Answer> => {
    const answer = await ask(of)
    answers.set(of, answer)
    return answer
  }
}

/** Lets everything else have its turn once this work has gone on for a while. */
function breathing(): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < breathMs) return
    await nextTurn()
    since = performance.now()
  }
}
