import { randomBytes } from 'node:crypto'
import { Library } from './audio/library.ts'
import type { PublishedCards } from './cards/published.ts'
import type { Clock } from './core/clock.ts'
import { AppError } from './core/error.ts'
import type { PlayerEvent } from './core/event.ts'
import type { Log } from './core/log.ts'
import { Hub } from './hub.ts'
import { createRedactor, type Redactor } from './log/redactor.ts'
import type { Options } from './options.ts'
import { performWith } from './perform.ts'
import { contentFiles } from './rules/playlists.ts'
import type { RuleSet } from './rules/rule-set.ts'
import type { SimulatedCloud } from './simulator/cloud.ts'
import type { Doubts } from './simulator/doubts.ts'
import { openStorage, type Storage } from './storage/storage.ts'
import { openAccess, setUpWords } from './wiring/access.ts'
import { deskWithoutAccount } from './wiring/account.ts'
import { publicUrl } from './wiring/addresses.ts'
import { lookOrLearn, titleCards } from './wiring/card-titles.ts'
import { deleteStream, openCards, signedIn, tendCards } from './wiring/cards.ts'
import { openCloud, publishDemoCards } from './wiring/cloud.ts'
import { diagnosticsOf, type Runtime } from './wiring/diagnostics.ts'
import { openDoors, serveMedia, servePanel } from './wiring/doors.ts'
import { prepareFolders } from './wiring/first-start.ts'
import { healthOf } from './wiring/health.ts'
import { openHistory } from './wiring/history.ts'
import { LocalBroker } from './wiring/local-broker.ts'
import { houseOf } from './wiring/panel-house.ts'
import { Problems } from './wiring/problems.ts'
import { Reach } from './wiring/reach.ts'
import { RuleRunner, readRules, streamsOf } from './wiring/rules.ts'
import { Started } from './wiring/started.ts'

export interface AppInput {
  readonly options: Options
  /** Simulated players in place of an account. */
  readonly simulate: boolean
  /** How the simulated players differ from ones that give no trouble. */
  readonly simulatedDoubts?: Partial<Doubts>
  /** A broker of our own in place of another. */
  readonly embeddedBroker: boolean
  /** The folder of rules and audio that come with the product. */
  readonly shipped: string
  readonly version: string
  /** What the product runs on, for diagnostics. */
  readonly runtime?: Runtime
  readonly clock: Clock
  /** 0 to 1, for jitter; Math.random where absent. */
  readonly random?: () => number
  readonly log: Log
  /** Learns every secret, and takes them out of what is said; one of its own where the log has none. */
  readonly redactor?: Redactor
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
  const { options, simulate, shipped, version, clock, log } = input
  const { data, config, media } = options.folders
  const { random = Math.random } = input
  const startedAt = clock.now()

  const doors = await openDoors(options, started)
  const address = publicUrl(options.public_url, { host: options.media.host, port: doors.media.port })
  const storage = await openStorage({ url: options.storage, folder: data, log: log.for('storage') })
  started.add('the store', { stop: () => storage.close() })
  await prepareFolders({ shipped, config, media, log })
  const library = new Library({ folders: [media, config], log: log.for('audio') })
  started.add('the library', { stop: () => library.close() })

  const { add: hide, redact, redactAll } = input.redactor ?? createRedactor()
  const access = await openAccess({ storage, options, hide, clock, log })
  started.add('who may come in', access)
  const problems = new Problems(redact)
  const history = await openHistory({ storage, redactAll, clock, log: log.for('history') })
  started.add('the history', history)
  const reach = started.add('reach', new Reach({ changed: () => broker.reachChanged(), clock }))
  const { simulatedDoubts = {} } = input
  const cloud = await openCloud({
    options,
    simulate,
    simulatedDoubts,
    linkChanged(state) {
      history.linkChanged(state)
      reach.linkChanged(state)
      broker.infoChanged()
    },
    storage,
    problems,
    hide,
    started,
    random,
    clock,
    log,
  })
  const link = cloud?.link ?? null
  const urlOf = (key: string, file: string) => `${address}/media/${key}/${file}.mp3`
  const cards = await openCards({ storage, link, urlOf, problems, hide, clock, log: log.for('cards') })
  const hub = new Hub({
    queues: storage.collection('queues'),
    card: cards.facts,
    newId,
    clock,
    log: log.for('hub'),
  })
  started.add('the hub', hub)
  await hub.start()
  started.add('what the history follows', history.follow(hub))
  started.add('card titles', titleCards({ hub, cards }))
  started.add('card keys', tendCards({ published: cards.published, hub, link, clock }))

  const ruleSet = await readRules({ folder: config, library, problems, log: log.for('rules') })
  const broker = new LocalBroker({
    options: options.mqtt,
    embedded: usesOwnBroker(input),
    instance: await instanceId(storage),
    clock,
    random,
    log,
  })
  started.add('the local broker', broker)
  const performed = performWith({
    mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
    deleteQueue: (name) => deleteStream(name, { hub, cards: cards.published }),
    files: (content) => contentFiles(content, ruleSet.playlists, library),
    command: async (player, command) => signedIn(link).command(player, command),
    publish: (...message) => broker.publish(...message),
    log,
  })
  const perform = history.kept(performed)
  const health = () => healthOf({ hub, ruleSet, cloud, broker, problems, redactAll })
  problems.onChange(() => broker.infoChanged())
  await broker.start({
    version,
    hub,
    announced: storage.collection('announced-players'),
    origin: cloud === null ? 'nowhere' : cloud.simulator === null ? 'account' : 'simulator',
    info: () => ({ ...health(), cloud_connected: link?.state().connected ?? false }),
    reachable: () => reach.isGiven,
    perform,
  })

  const applied = storage.collection<string>('applied-slots')
  const rules = new RuleRunner({
    ruleSet,
    hub,
    perform,
    performAfter: (event) => history.keptAfter(performed, event),
    applied,
    zone: options.timezone,
    clock,
    log: log.for('rules'),
  })
  const ground = { hub, library, cards: cards.published }
  const runsOf = (event: PlayerEvent) => rules.runsOf(event)
  started.add('the rules', rules)
  await rules.start()
  const audio = await serveMedia({
    door: doors.media,
    ground,
    shipped,
    trustedProxies: options.trusted_proxies,
    visits: storage.collection('slot-visits'),
    history,
    problems,
    runsOf,
    clock,
    log: log.for('media'),
  })
  started.add('audio', audio)
  if (link !== null) {
    started.add('the link to the cloud', link)
    await link.start({ hub, cardFacts: cards.facts, knownCards: cards.known })
  }
  const simulator = cloud?.simulator ?? null
  if (link !== null && simulator !== null)
    await publishDemoCards(link, { cards, streams: streamsOf(ruleSet), log })

  const house = houseOf({
    version,
    hub,
    library,
    cards: cards.published,
    knownCard: lookOrLearn(cards.known),
    accountCards: (options) => cards.known.list(options),
    presses: (cardId) => history.presses(cardId),
    events: (query) => history.events(query),
    diagnostics: () =>
      diagnosticsOf({
        version,
        runtime: input.runtime,
        startedAt,
        options,
        health,
        hub,
        ruleSet,
        cards: cards.published,
        history,
        redactAll,
        clock,
      }),
    simulator,
    account: cloud?.desk ?? deskWithoutAccount,
    perform,
    health,
  })
  const panel = servePanel({ doors, house, access, ground, options, redactAll, clock, log })
  started.add('live events', panel)
  problems.onChange(() => panel.healthChanged())
  started.add('commands from the local broker', { stop: () => broker.closeToCommands() })
  broker.openToCommands()
  return {
    panelUrl: doors.panel.url,
    directUrl: doors.direct?.url ?? null,
    mediaUrl: doors.media.url,
    publicUrl: address,
    mqttUrl: broker.url,
    hub,
    ruleSet,
    cards: cards.published,
    simulator,
    hasAccount: link !== null,
    setUpWords: setUpWords({ access, doors, panel: options.panel }),
    stop: () => started.stop(),
  }
}

const idBytes = 9

function newId(): string {
  return randomBytes(idBytes).toString('base64url')
}

/** @throws AppError `invalid` under the Supervisor, whose broker cannot be asked for yet. */
function usesOwnBroker({ options, embeddedBroker }: AppInput): boolean {
  if (embeddedBroker || options.mqtt.url !== 'auto') return embeddedBroker
  throw new AppError(
    'invalid',
    "finding Home Assistant's broker by itself is not part of this version yet: set mqtt.url, such as mqtt://core-mosquitto:1883",
  )
}

/** Tells this household from another on the same broker, for as long as its store lives. */
async function instanceId(storage: Storage): Promise<string> {
  const ids = storage.collection<string>('instance')
  const known = await ids.get('id')
  if (known !== undefined) return known
  const id = randomBytes(6).toString('hex')
  await ids.set('id', id)
  return id
}
