import type { PublishedCards } from './cards/published.ts'
import type { Perform } from './core/effect.ts'
import { mostAsked, PlayerLines, performThrough } from './core/player-lines.ts'
import type { LiveMedia } from './http/live-media.ts'
import type { Hub } from './hub.ts'
import type { RuleSet } from './rules/rule-set.ts'
import type { SimulatedCloud } from './simulator/cloud.ts'
import { setUpWords } from './wiring/access.ts'
import { deskWithoutAccount } from './wiring/account.ts'
import { brokerPorts, queueEffects } from './wiring/broker-ports.ts'
import { lookOrLearn } from './wiring/card-titles.ts'
import { publishDemoCards } from './wiring/cloud.ts'
import type { LinkState } from './wiring/cloud-link.ts'
import { deedsOf } from './wiring/deeds.ts'
import type { Runtime } from './wiring/diagnostics.ts'
import { serveMedia, servePanel } from './wiring/doors.ts'
import { DryDesk } from './wiring/dry-desk.ts'
import { type Foundation, type FoundationInput, openFoundation } from './wiring/foundation.ts'
import { openHomeAssistant } from './wiring/home-assistant.ts'
import { type Household, type HouseholdInput, openHousehold } from './wiring/household.ts'
import { instanceId } from './wiring/instance.ts'
import { judgeAnswers } from './wiring/judge-answers.ts'
import { libraryDesk } from './wiring/library-desk.ts'
import { LocalBroker } from './wiring/local-broker.ts'
import { openRuleBook, startRules } from './wiring/open-rule-book.ts'
import { keepOpeningTimes } from './wiring/opening-times.ts'
import { sourcesOf } from './wiring/outside-sources.ts'
import { houseOf } from './wiring/panel-house.ts'
import { PlayersReady } from './wiring/players-ready.ts'
import { Reach } from './wiring/reach.ts'
import { type Reports, reportsOf } from './wiring/reports.ts'
import type { RuleBook } from './wiring/rule-book.ts'
import { reloadRules, ruleDesk } from './wiring/rule-desk.ts'
import { ruleTools } from './wiring/rule-tools.ts'
import { ruleTraces } from './wiring/rule-traces.ts'
import { type RuleRunner, streamsOf } from './wiring/rules.ts'
import { SlotGround } from './wiring/slot-ground.ts'
import { SlotVolume } from './wiring/slot-volume.ts'
import { Started } from './wiring/started.ts'
import type { Supervisor } from './wiring/supervisor.ts'
import { tellTraces, tracesNow } from './wiring/told-traces.ts'
import { VolumeReturns } from './wiring/volume-returns.ts'

export interface AppInput extends FoundationInput, HouseholdInput {
  /** A broker of our own in place of another. */
  readonly embeddedBroker: boolean
  /** Where Home Assistant's Supervisor started the product. */
  readonly supervisor?: Supervisor
  readonly version: string
  /** What the product runs on, for diagnostics. */
  readonly runtime?: Runtime
  /** 0 to 1, for jitter; Math.random where absent. */
  readonly random?: () => number
}

/** A running product. */
export interface App {
  readonly panelUrl: string
  /** Where the direct door is, with a sign-in of its own; null where it is not open. */
  readonly directUrl: string | null
  readonly mediaUrl: string
  /** What cards are told. */
  readonly publicUrl: string
  readonly mqttUrl: string
  readonly hub: Hub
  /** What runs now. */
  readonly ruleSet: RuleSet
  readonly cards: PublishedCards
  readonly simulator: SimulatedCloud | null
  readonly hasAccount: boolean
  /** How an admin comes in who cannot sign in yet; null where nobody needs to be told. */
  readonly setUpWords: string | null
  /** Stops in the reverse order of the start; asked again, it is the same stop. */
  stop(): Promise<void>
}

/**
 * Builds and starts every part, each from what stands before it.
 * @throws AppError when one that all depends on cannot start; what had started by then is stopped again.
 */
export async function startApp(input: AppInput): Promise<App> {
  const started = new Started(input.log)
  try {
    return await start(input, started)
  } catch (error) {
    await started.stop()
    throw error
  }
}

async function start(input: AppInput, started: Started): Promise<App> {
  const { options, clock, random = Math.random } = input
  const foundation = await openFoundation(input, started)
  const { doors, storage, history, log } = foundation
  const broker = new LocalBroker({
    options: options.mqtt,
    embedded: input.embeddedBroker,
    supervisor: input.supervisor ?? null,
    hide: foundation.hide,
    instance: await instanceId(storage),
    clock,
    random,
    log,
  })
  const reach = started.add('reach', new Reach({ changed: () => broker.reachChanged(), clock }))
  const linkChanged = (state: LinkState) => {
    history.linkChanged(state)
    reach.linkChanged(state)
    broker.infoChanged()
  }
  const household = await openHousehold(input, { foundation, started, random, linkChanged })
  const { hub, cards, cloud } = household
  const link = cloud?.link ?? null
  const simulator = cloud?.simulator ?? null

  const topicFault: LocalBroker['topicFault'] = (...asked) => broker.topicFault(...asked)
  const supervisor = input.supervisor ?? null
  const book = await openRuleBook({
    ...{ options, foundation, started, topicFault, supervisor, random, clock },
  })
  judgeAnswers({ household, book })
  started.add('the local broker', broker)
  const homeAssistant = openHomeAssistant({
    ...{ supervisor, clock, random },
    allow: options.homeassistant.allow,
    log: log.for('home-assistant'),
  })
  started.add('Home Assistant', homeAssistant)
  const lines = new PlayerLines()
  const slotGround = new SlotGround({
    hub,
    cards: cards.published,
    streamFor: (stream, player) => household.answers.streamFor(stream, player),
  })
  const parts = { input, started, foundation, household, book, broker, reach, lines, slotGround }
  let slotVolume: SlotVolume | undefined
  const performed = deedsOf({
    ...{ foundation, household, book, broker, homeAssistant, started, random, clock },
    zone: options.timezone,
    limited: (player, command) => slotVolume?.limited(player, command) ?? command,
    returnVolume: (...wanted) => returns.add(...wanted),
  })
  const wishes = { performed, perform: history.kept(performed) }
  const returns = started.add(
    'volumes to put back',
    new VolumeReturns({
      store: storage.collection('volume-returns'),
      player: (id) => hub.player(id),
      perform: wishes.perform,
      clock,
      log: log.for('rules'),
    }),
  )
  await returns.start()
  const reports = reportsOf(parts)
  await startBroker(parts, { ...wishes, ...reports })
  const heard = sourcesOf({ broker, webhooks: foundation.webhooks, homeAssistant })
  const isReached = () => link === null || (link.state().connected && hub.players().length > 0)
  const playersReady = started.add('the wait for players', new PlayersReady({ isReached, clock }))
  const rules = await startRules({ ...parts, ...wishes, hub, sources: heard, playersReady, clock })
  homeAssistant.start()
  started.add('calls to Home Assistant', { stop: async () => homeAssistant.hurry() })
  const audio = await startAudio(parts, rules)
  slotVolume = startSlotVolume(parts, rules, wishes)
  if (link !== null) {
    started.add('the link to the cloud', link)
    await link.start({ hub, cardFacts: household.cardFacts, knownCards: cards.known })
  }
  if (link !== null && simulator !== null)
    await publishDemoCards(link, { cards, streams: streamsOf(book.current), log })
  openToPeople(parts, { ...wishes, ...reports, rules, liveAudio: audio.live })
  return {
    panelUrl: doors.panel.url,
    directUrl: doors.direct?.url ?? null,
    mediaUrl: doors.media.url,
    publicUrl: foundation.address,
    mqttUrl: broker.url,
    hub,
    get ruleSet() {
      return book.current
    },
    cards: cards.published,
    simulator,
    hasAccount: link !== null,
    setUpWords: setUpWords({ access: foundation.access, doors, panel: options.panel }),
    stop: () => started.stop(),
  }
}

/** What has been built by the time that the parts which act are started. */
interface Parts {
  readonly input: AppInput
  readonly started: Started
  readonly foundation: Foundation
  readonly household: Household
  readonly book: RuleBook
  readonly broker: LocalBroker
  readonly reach: Reach
  readonly lines: PlayerLines
  readonly slotGround: SlotGround
}

/** How wishes are carried out: `perform` keeps them in the history, `performed` leaves that to its caller. */
interface Wishes {
  readonly performed: Perform
  readonly perform: Perform
}

async function startBroker(parts: Parts, { perform, health, diagnostics }: Wishes & Reports): Promise<void> {
  const { input, started, foundation, household, book, broker, reach, lines } = parts
  const { options, clock } = input
  const { hub, cards, cloud } = household
  const { problems, sources, storage, log } = foundation
  problems.onChange(() => broker.infoChanged())
  // What is not declared when the broker is there would be taken off it.
  hub.declareValues(book.current)
  foundation.libraryFacts.onTitles(() => broker.titlesChanged())
  await broker.start({
    version: input.version,
    hub,
    problems,
    standing: storage.collection('standing'),
    playlists: () => [...book.current.playlists.keys()],
    titleOf: (file) => foundation.libraryFacts.shelf.titleOf(sources.nameInLibrary(file) ?? file),
    origin: cloud === null ? 'nowhere' : cloud.simulator === null ? 'account' : 'simulator',
    info: () => ({ ...health(), cloud_connected: cloud?.link.state().connected ?? false }),
    reachable: () => reach.isGiven,
    perform,
    ports: brokerPorts({
      hub,
      library: sources,
      cards: cards.published,
      streamFor: (stream, player) => household.answers.streamFor(stream, player),
      ruleSet: () => book.current,
      reloadRules: () => reloadRules(book),
      account: cloud?.desk ?? deskWithoutAccount,
      diagnostics,
      door: lines.door(mostAsked),
      supervisor: input.supervisor ?? null,
      zone: options.timezone,
      clock,
      log: log.for('broker'),
    }),
  })
  book.onChange(() => broker.rulesChanged())
  foundation.publishLogWith((payload) => broker.publishLog(payload))
  started.add('opening times', keepOpeningTimes({ hub, perform, clock, log: log.for('hub') }))
}

function startSlotVolume(
  { input, started, foundation, household, lines, slotGround }: Parts,
  rules: RuleRunner,
  { perform }: Wishes,
): SlotVolume {
  const volume = new SlotVolume({
    hub: household.hub,
    streamOf: (player) => slotGround.streamOf(player),
    limitOf: (stream) => rules.volumeLimit(stream),
    perform: performThrough(lines.door(), perform),
    clock: input.clock,
    log: foundation.log.for('rules'),
  })
  volume.start()
  rules.onSlots(() => volume.look())
  return started.add('the volume limits of slots', volume)
}

async function startAudio(parts: Parts, rules: RuleRunner): Promise<{ readonly live: LiveMedia }> {
  const { input, started, foundation } = parts
  const { doors, storage, history, problems, log } = foundation
  const audio = await serveMedia({
    door: doors.media,
    ground: groundOf(parts, rules),
    shipped: input.shipped,
    trustedProxies: input.options.trusted_proxies,
    visits: storage.collection('slot-visits'),
    positions: storage.collection('live-positions'),
    history,
    problems,
    runsOf: (event) => rules.runsOf(event),
    clock: input.clock,
    log: log.for('media'),
  })
  parts.slotGround.setLive(audio.live)
  return started.add('audio', audio)
}

/** Opens the panel, REST and the local broker to whoever wants something. */
function openToPeople(
  parts: Parts,
  {
    perform,
    health,
    diagnostics,
    rules,
    liveAudio,
  }: Wishes & Reports & { readonly rules: RuleRunner; readonly liveAudio: LiveMedia },
): void {
  const { input, started, foundation, household, book, broker, lines } = parts
  const { options, clock } = input
  const { hub, presets, cards, cloud } = household
  const { doors, sources, storage, access, problems, history, redactAll, log } = foundation
  const house = houseOf({
    version: input.version,
    hub,
    answers: household.answers,
    library: sources,
    libraryDesk: libraryDesk({
      facts: foundation.libraryFacts,
      sources,
      queues: () => hub.queues(),
      presets: () => presets.list(),
      ruleSet: () => book.current,
    }),
    onLibraryChange: foundation.onLibraryChange,
    uploads: foundation.uploads,
    cards: cards.published,
    knownCard: lookOrLearn(cards.known),
    accountCards: (options) => cards.known.list(options),
    presses: (cardId) => history.presses(cardId),
    events: (query) => history.events(query),
    diagnostics,
    ruleTools: ruleTools({
      ruleSet: () => book.current,
      registry: () => book.registry,
      clock,
      dry: dryDeskOf(parts),
    }),
    ruleTraces: ruleTraces({
      ruleSet: () => book.current,
      traces: rules.traces,
      world: rules.world,
      redactAll,
      clock,
    }),
    onTraces: (changed) => tracesNow(rules.traces, changed, clock),
    simulator: cloud?.simulator ?? null,
    account: cloud?.desk ?? deskWithoutAccount,
    perform: performThrough(lines.door(mostAsked), perform),
    queueEffects: queueEffects({ library: sources, ruleSet: () => book.current }, 'rest'),
    upToDate: (stream) => rules.upToDate(stream),
    presets,
    write: (entries) => storage.setMany(entries),
    health,
    rules: ruleDesk({ book, folder: options.folders.config }),
    webhooks: foundation.webhooks,
  })
  started.add(
    'what is told of runs on the broker',
    tellTraces({
      traces: rules.traces,
      rule: (id) => book.current.rules.find((rule) => rule.id === id),
      calendar: () => book.current.calendar,
      publish: (rule, payload) => broker.publishTrace(rule, payload),
      redactAll,
      clock,
    }),
  )
  const ground = groundOf(parts, rules)
  const panel = servePanel({ doors, house, access, ground, liveAudio, options, redactAll, clock, log })
  started.add('live events', panel)
  problems.onChange(() => panel.healthChanged())
  book.onChange(() => panel.healthChanged())
  started.add('commands from the local broker', { stop: () => broker.closeToCommands() })
  broker.openToCommands()
}

/** Where rules are tried dry. */
function dryDeskOf({ input, foundation, household, book }: Parts): DryDesk {
  const { sources, libraryFacts, storage } = foundation
  return new DryDesk({
    book,
    hub: household.hub,
    cards: () => household.cards.published.list(),
    plugins: { folder: input.options.folders.config, packages: input.options.plugins },
    audio: sources,
    allFiles: async () => (await libraryFacts.library.list()).map(({ file }) => sources.referenceOf(file)),
    applied: storage.collection('applied-slots'),
    clock: input.clock,
  })
}

function groundOf({ foundation, household }: Parts, rules: RuleRunner) {
  const { hub, answers, cards } = household
  const { sources, libraryFacts: facts } = foundation
  const endsAt: RuleRunner['endsAt'] = (queue, now) => rules.endsAt(queue, now)
  const upToDate = (stream: string) => rules.upToDate(stream)
  return { hub, answers, sources, facts, cards: cards.published, endsAt, upToDate }
}
