import { randomBytes } from 'node:crypto'
import { publicUrl } from './addresses.ts'
import { titleCards } from './card-titles.ts'
import type { PublishedCards } from './cards/published.ts'
import type { Clock } from './core/clock.ts'
import type { Perform } from './core/effect.ts'
import type { Log } from './core/log.ts'
import { openMediaDoor, openPanelDoor } from './doors.ts'
import { type Ground, openGround, signedIn } from './ground.ts'
import { houseOf } from './house.ts'
import { HouseholdRules } from './household-rules.ts'
import type { Hub } from './hub.ts'
import { LocalBroker } from './local-broker.ts'
import { type Cloud, openCloud, publishDemoCards } from './open-cloud.ts'
import type { Options } from './options.ts'
import { Parts } from './parts.ts'
import { performWith } from './perform.ts'
import { Problems } from './problems.ts'
import { readRuleFolder } from './rule-folder.ts'
import type { SimulatedCloud } from './simulator/cloud.ts'

export interface AppInput {
  readonly options: Options
  /** Simulated players in place of an account. */
  readonly simulate: boolean
  /** The folder of rules and audio that come with the product. */
  readonly shipped: string
  readonly version: string
  readonly clock: Clock
  readonly log: Log
}

/** A running product. */
export interface App {
  readonly panelUrl: string
  readonly mediaUrl: string
  /** What cards are told. */
  readonly publicUrl: string
  readonly mqttUrl: string
  readonly hub: Hub
  readonly rules: HouseholdRules
  readonly cards: PublishedCards
  readonly simulator: SimulatedCloud | null
  /** Stops in the reverse order of the start. */
  stop(): Promise<void>
}

/**
 * Builds and starts every part.
 * @throws AppError when one that all depends on cannot start; what had started by then is stopped again.
 */
export async function startApp(input: AppInput): Promise<App> {
  const parts = new Parts(input.log)
  try {
    return await start(input, parts)
  } catch (error) {
    await parts.stop()
    throw error
  }
}

async function start(input: AppInput, parts: Parts): Promise<App> {
  const { options, simulate, shipped, version, clock, log } = input
  const ground = await openGround({
    options,
    shipped,
    parts,
    cloud: () => cloud?.link ?? null,
    urlOf,
    clock,
    log,
  })
  const { hub, library, cards, storage } = ground
  const problems = new Problems(() => broker.infoChanged())
  const cloud = await openCloud({ options, simulate, ground, problems, parts, clock, log })
  const perform = performWith({
    mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
    deleteQueue: (name) => hub.deleteQueue(name),
    command: async (player, command) => signedIn(cloud?.link ?? null).command(player, command),
    publish: (...message) => broker.publish(...message),
    log,
  })
  const rules = new HouseholdRules({
    hub,
    shelf: library,
    perform,
    applied: storage.collection('applied-slots'),
    zone: options.timezone,
    problem: (file, text) => problems.set(`rules ${file}`, text),
    clock,
    log,
  })
  const health = () => healthOf({ ground, rules, cloud, broker, problems })
  const broker: LocalBroker = new LocalBroker({
    options: options.mqtt,
    instance: await instanceId(ground),
    version,
    hub,
    announced: storage.collection('announced-players'),
    origin: cloud === null ? 'nowhere' : cloud.simulator === null ? 'account' : 'simulator',
    info: () => ({ ...health(), cloud_connected: cloud?.link.state().connected ?? false }),
    perform,
    usePlaylist: usePlaylistWith(rules, perform),
    clock,
    random: Math.random,
    log,
  })
  await broker.start()
  parts.add('the local broker', broker)
  const media = await openMediaDoor({ ground, options: options.media, shipped, clock, log })
  parts.add('the audio server', media)
  const address = publicUrl(options.public_url, { host: options.media.host, port: media.port })
  function urlOf(key: string): string {
    return `${address}/media/${key}/stream.mp3`
  }
  await rules.start(await readRuleFolder(options.folders.config, log.for('rules')))
  parts.add('the rules', rules)
  await startLink(cloud, { ground, rules, parts, log })
  const simulator = cloud?.simulator ?? null
  const house = houseOf({ version, hub, library, cards, simulator, perform, health })
  const panel = parts.add(
    'the panel',
    await openPanelDoor({ house, ground, options: options.panel, clock, log }),
  )
  const addresses = { panelUrl: panel.url, mediaUrl: media.url, publicUrl: address, mqttUrl: broker.url }
  return { ...addresses, hub, rules, cards, simulator, stop: () => parts.stop() }
}

/** Begins to connect; with simulated players it waits until there is a card to put into one. */
async function startLink(
  cloud: Cloud | null,
  { ground, rules, parts, log }: { ground: Ground; rules: HouseholdRules; parts: Parts; log: Log },
): Promise<void> {
  parts.add('card titles', titleCards(ground))
  if (cloud === null) return
  parts.add('the link to the cloud', cloud.link)
  await cloud.link.start()
  if (cloud.simulator !== null) await publishDemoCards(cloud.link, { ground, streams: rules.streams(), log })
}

interface HealthParts {
  readonly ground: Ground
  readonly rules: HouseholdRules
  readonly cloud: Cloud | null
  readonly broker: LocalBroker
  readonly problems: Problems
}

function healthOf({ ground, rules, cloud, broker, problems }: HealthParts) {
  return {
    players: ground.hub.players().length,
    streams: ground.hub.queues().length,
    rules: rules.ruleSet.rules.length,
    simulated: cloud !== null && cloud.simulator !== null,
    cloud: cloud?.link.state() ?? { account: 'none', connected: false, reason: 'no Yoto account is set up' },
    broker: { connected: broker.connected },
    problems: problems.list(),
  }
}

function usePlaylistWith(rules: HouseholdRules, perform: Perform) {
  return async (stream: string, playlist: string, because: string): Promise<void> => {
    const files = await rules.files(playlist)
    await perform({ kind: 'mutate-queue', stream, mutation: { op: 'replace', files, playlist } }, because)
  }
}

/** Tells this household from another on the same broker, for as long as its store lives. */
async function instanceId({ storage }: Ground): Promise<string> {
  const ids = storage.collection<string>('instance')
  const known = await ids.get('id')
  if (known !== undefined) return known
  const id = randomBytes(6).toString('hex')
  await ids.set('id', id)
  return id
}
