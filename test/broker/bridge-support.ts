import { Bridge } from '../../src/broker/bridge.ts'
import { startEmbeddedBroker } from '../../src/broker/embedded.ts'
import type { Instance } from '../../src/broker/other-instances.ts'
import type { PlayerOrigin, Stood } from '../../src/broker/standing.ts'
import { topicsFor } from '../../src/broker/topic.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { Collection } from '../../src/core/collection.ts'
import type { Effect } from '../../src/core/effect.ts'
import type { Input } from '../../src/core/input.ts'
import { abilityOf } from '../../src/core/models.ts'
import type { PlayerState } from '../../src/core/player.ts'
import { mostAsked, PlayerLines } from '../../src/core/player-lines.ts'
import type { Queue } from '../../src/core/queue.ts'
import { QueueOutlooks } from '../../src/wiring/queue-outlooks.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { clientFor, eventually, type Observer, observe, passedOn, player } from './support.ts'

/** What a test has opened, to be stopped in reverse. */
export const opened: { stop(): Promise<void> }[] = []

export async function stopAll(): Promise<void> {
  for (const each of opened.splice(0).reverse()) await each.stop()
}

export async function embedded(port = 0) {
  const broker = await startEmbeddedBroker({
    host: '127.0.0.1',
    port,
    log: recordingLog(),
    clock: systemClock,
  })
  opened.push(broker)
  return broker
}

export async function watch(url: string, filter = '#'): Promise<Observer> {
  const observer = await observe(url, { filter })
  opened.push({ stop: () => observer.leave() })
  return observer
}

const has = abilityOf({ everything: false })
const never = () => {
  throw new Error('nobody asks for this here')
}

/** What requests ask of the house; they are tested with the requests. */
const unasked = {
  lookup: never,
  queueEffects: never,
  momentOf: never,
  playAnew: never,
  reloadRules: never,
  refillsOf: () => [],
  diagnostics: never,
  signIn: never,
  signInState: never,
  restart: never,
}

export async function startBridge(
  url: string,
  more: {
    players?: PlayerState[]
    queues?: Queue[]
    inputs?: Input[]
    playlists?: string[]
    origin?: PlayerOrigin
    standing?: Collection<Stood>
    base?: string
    instance?: string
    version?: string
    clock?: VirtualClock
    random?: number
    isStartedAgain?: boolean
  } = {},
) {
  const log = recordingLog()
  const clock = more.clock ?? new VirtualClock()
  const otherInstances: (readonly Instance[])[] = []
  const players = more.players ?? [player('abc')]
  const queues = more.queues ?? []
  const inputs = more.inputs ?? []
  const performed: Effect[] = []
  const playlistNames = more.playlists ?? []
  let failure: Error | undefined
  let reachable = true
  const client = clientFor(url, log, { clientId: `yoto-test-${more.instance ?? 'one'}` })
  const bridge = new Bridge({
    client,
    topics: topicsFor(more.base ?? 'yoto', 'homeassistant'),
    version: more.version ?? '1.2.3',
    instance: more.instance ?? 'one',
    origin: more.origin ?? 'account',
    standing: more.standing ?? memoryCollection<Stood>(),
    clock,
    log,
    random: () => more.random ?? 0,
    otherInstances: (others) => otherInstances.push(others),
    leftOut: () => {},
    players: () => players,
    queues: () => queues,
    inputs: () => inputs,
    playlists: () => playlistNames,
    titleOf: (file) => `Title of ${file}`,
    outlooks: new QueueOutlooks({ clock, zone: 'UTC' }),
    info: () => ({ cloud_connected: true, problems: [] }),
    ...unasked,
    door: new PlayerLines().door(mostAsked),
    isStartedAgain: more.isStartedAgain ?? true,
    reachable: () => reachable,
    has,
    perform: async (effect) => {
      performed.push(effect)
      if (failure !== undefined) throw failure
    },
  })
  await bridge.start()
  await client.start()
  const stop = async () => {
    await bridge.stop()
    await client.stop()
  }
  opened.push({ stop })
  const warnings = () => log.lines.filter(({ level }) => level === 'warn')
  return {
    bridge,
    client,
    clock,
    players,
    queues,
    inputs,
    performed,
    playlistNames,
    otherInstances,
    log,
    reach(isGiven: boolean) {
      reachable = isGiven
      bridge.reachChanged()
    },
    warnings,
    stop,
    /** Ends it without a word, as a kill does. */
    die: () => client.stop(),
    failWith: (error: Error) => {
      failure = error
    },
  }
}

/** Waits until everything the bridge said before has come through. */
export async function settled(subject: { bridge: Bridge }, observer: Observer): Promise<void> {
  const before = observer.heard('yoto/marker/event').length
  subject.bridge.event({ type: 'online', player: 'marker', at: '2026-11-21T10:00:00+00:00' })
  await eventually(() => observer.heard('yoto/marker/event').length > before)
}

/** Resolves when the bridge has heard everything that the observer said. */
export async function listened(subject: { performed: readonly Effect[] }, observer: Observer): Promise<void> {
  const before = subject.performed.length
  await observer.say('yoto/abc/set/volume_step', '4')
  await eventually(() => subject.performed.length > before)
}

let asked = 0

/** What stands retained on the broker now, by topic. */
export async function retainedOn(url: string): Promise<ReadonlyMap<string, string>> {
  asked += 1
  const last = `last/${asked}`
  const asking = await observe(url, { filter: last })
  await asking.say(last, 'x', { retain: true })
  const observer = await observe(url)
  // Ours hands out what it keeps in the order in which it came, Mosquitto before it takes anything else.
  await observer.until(({ topic }) => topic === last)
  await passedOn(observer)
  await observer.leave()
  await asking.say(last, '', { retain: true })
  await asking.leave()
  const kept = observer.messages.filter(({ topic, retain }) => retain && topic !== last)
  return new Map(kept.map(({ topic, payload }) => [topic, payload]))
}
