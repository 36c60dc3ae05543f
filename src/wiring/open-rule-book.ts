import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { Perform } from '../core/effect.ts'
import { type PlayerLines, performThrough } from '../core/player-lines.ts'
import type { Access } from '../homeassistant/session.ts'
import type { Hub } from '../hub.ts'
import type { Options } from '../options.ts'
import type { Surroundings } from '../rules/read/references.ts'
import type { Location } from '../rules/sun.ts'
import { writeEditorSchema } from './editor-schema.ts'
import type { Foundation } from './foundation.ts'
import { type HomeAssistant, homeAssistantChecks } from './home-assistant.ts'
import { HomeLocation } from './home-location.ts'
import { watchNamedPlayers } from './named-players.ts'
import { audibleBy } from './picks.ts'
import type { PlayersReady } from './players-ready.ts'
import { tellOfPlugins } from './plugin-news.ts'
import { PluginShelf } from './plugin-shelf.ts'
import { RuleBook } from './rule-book.ts'
import type { RuleSources } from './rule-sources.ts'
import { RuleWatch } from './rule-watch.ts'
import { RuleRunner } from './rules.ts'
import { sendingOn } from './sending-on.ts'
import { watchSilentPlaylists } from './silent-playlists.ts'
import type { SlotGround } from './slot-ground.ts'
import type { Started } from './started.ts'
import { openTraceStore } from './trace-store.ts'

interface OpenInput {
  readonly options: Options
  readonly foundation: Pick<Foundation, 'storage' | 'sources' | 'libraryFacts' | 'problems' | 'log'>
  readonly started: Started
  readonly topicFault: Surroundings['topicFault']
  readonly isOurCard: Surroundings['isOurCard']
  readonly hasCard: NonNullable<Surroundings['hasCard']>
  readonly hasStream: NonNullable<Surroundings['hasStream']>
  readonly streamAlike: NonNullable<Surroundings['streamAlike']>
  /** The players there are; null while that is not known. */
  readonly players: () => Surroundings['players']
  /** Null where there is no way to Home Assistant. */
  readonly access: Access | null
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  readonly clock: Clock
}

/** Reads the household's rules. */
export async function openRuleBook({
  options,
  foundation,
  started,
  topicFault,
  isOurCard,
  hasCard,
  hasStream,
  streamAlike,
  players,
  access,
  random,
  clock,
}: OpenInput): Promise<RuleBook> {
  const { storage, sources, problems } = foundation
  const log = foundation.log.for('rules')
  const folder = options.folders.config
  const kept = storage.collection<Location>('home-location')
  const audible = audibleBy({ sources, facts: foundation.libraryFacts, zone: options.timezone, clock })
  const home = new HomeLocation({ options, access, kept, clock, random, log })
  await home.start()
  const parts = storage.collection<readonly string[]>('plugin-parts')
  const plugins = openPlugins({ options, parts, problems, clock, log: foundation.log.for('plug-ins') })
  started.add('the plug-ins', plugins)
  const book = new RuleBook({
    folder,
    plugins,
    library: {
      find: (file) => sources.find(file),
      hint: (file) => sources.hint(file),
      lengthOf: (file) => sources.lengthOf(file),
      folderHint: (folder) => sources.folderHint(folder),
      ...audible,
    },
    topicFault,
    isOurCard,
    hasCard,
    hasStream,
    streamAlike,
    players,
    zone: options.timezone,
    homeAssistant: homeAssistantChecks({
      isThere: access !== null,
      allow: options.homeassistant.allow,
    }),
    hasVoice: options.speech.provider !== 'none',
    location: home.current,
    good: storage.collection('rule-files'),
    calendars: storage.collection('calendar-files'),
    enabled: storage.collection('rule-switches'),
    problems,
    clock,
    log,
  })
  started.add('the rule book', book)
  watchSilentPlaylists({ book, audible, problems })
  await book.start()
  await writeEditorSchema(folder, log, book.registry)
  book.onChange(() => writeEditorSchema(folder, log, book.registry))
  started.add('where the house is', home).watch((location) => book.relocate(location))
  return book
}

interface PluginsInput extends Pick<OpenInput, 'options' | 'clock'> {
  readonly parts: Collection<readonly string[]>
  readonly problems: Foundation['problems']
  readonly log: Foundation['log']
}

/** The plug-ins of the config folder; the rule book loads them. */
function openPlugins({ options, parts, problems, clock, log }: PluginsInput): PluginShelf {
  const { plugins: packages, folders } = options
  const shelf = new PluginShelf({ folder: folders.config, packages, purpose: 'run', parts, clock, log })
  tellOfPlugins({ shelf, problems, log })
  return shelf
}

interface RunInput
  extends Omit<
    OpenInput,
    | 'options'
    | 'foundation'
    | 'topicFault'
    | 'isOurCard'
    | 'hasCard'
    | 'hasStream'
    | 'streamAlike'
    | 'players'
    | 'access'
    | 'random'
  > {
  readonly input: { readonly options: Options }
  readonly foundation: Pick<Foundation, 'storage' | 'history' | 'problems' | 'redactAll' | 'log'>
  readonly book: RuleBook
  readonly hub: Hub
  readonly lines: PlayerLines
  readonly slotGround: SlotGround
  readonly homeAssistant: Pick<HomeAssistant, 'stateOf'>
  readonly sources: RuleSources
  readonly playersReady: PlayersReady
  /** How wishes are carried out: `perform` keeps them in the history, `performed` leaves that to its caller. */
  readonly performed: Perform
  readonly perform: Perform
}

/** Runs what the book says; from then on it is read again whenever somebody writes to its files. */
export async function startRules(run: RunInput): Promise<RuleRunner> {
  const { input, foundation, started, book, hub, lines, slotGround, sources, performed, perform, clock } = run
  const { history, storage, problems } = foundation
  const { playersReady } = run
  const log = foundation.log.for('rules')
  const traces = await openTraceStore(storage, foundation.redactAll)
  const door = lines.door()
  const carryOut = (wish: Perform) =>
    sendingOn(performThrough(door, wish), (stream) => slotGround.sendOn(stream))
  const rules = new RuleRunner({
    book,
    hub,
    perform: carryOut(perform),
    performAfter: (event) => carryOut(history.keptAfter(performed, event)),
    applied: storage.collection('applied-slots'),
    moments: storage.collection('moments'),
    journal: {
      name: 'runs',
      runs: storage.collection('runs'),
      setMany: (entries) => storage.setMany(entries),
    },
    names: { applied: 'applied-slots', moments: 'moments' },
    traces,
    ready: (effect) => playersReady.of(effect),
    troubled: ({ id, name, place }, why) => {
      const what = name == null ? `rule "${id}" (${place})` : `rule "${id}" (${name}, ${place})`
      problems.set(`rule/${id}/rests`, why === null ? null : `${what} rests for 10 minutes: ${why}`)
    },
    slots: {
      positions: storage.collection('slot-positions'),
      isHeard: (stream) => slotGround.isHeard(stream),
      cutOver: (changed) => slotGround.cutOver(changed),
    },
    sources,
    entityState: (entity) => run.homeAssistant.stateOf(entity),
    clock,
    log,
  })
  started.add('the rules', rules)
  started.add('players that rules name', watchNamedPlayers({ hub, book, problems, log }))
  await rules.start()
  const { config: folder } = input.options.folders
  const watch = new RuleWatch({ folder, look: () => book.look(), clock, log })
  started.add('the look at rule files', watch)
  watch.start()
  return rules
}
