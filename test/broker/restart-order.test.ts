/** @module-tag slow */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { type SimulatedCloud, startCloud } from '../../src/simulator/cloud.ts'
import { type Network, network } from '../support/day/network.ts'
import { freePort } from '../support/free-port.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { runApp } from '../support/running-app.ts'
import { StandIn } from '../support/stand-in-home-assistant.ts'
import { pause } from './support.ts'

// Time is real here: how long a house waits for its last part is what is measured.
const longestMs = 15_000
const betweenMs = 400
/** The bridge and the two players of the simulated cloud. */
const devices = 3
const testMs = 180_000

const parts = ['broker', 'product', 'cloud', 'home assistant'] as const
type Part = (typeof parts)[number]
type Kind = 'Mosquitto with persistence' | 'Mosquitto without' | 'embedded'

/** Each part comes last twice, and of each two either comes first. `YOTO_RESTART_ORDERS=all` takes all 24. */
function orders(): Part[][] {
  if (process.env.YOTO_RESTART_ORDERS === 'all') return permutations(parts)
  return [parts, parts.toReversed()].flatMap((order) =>
    order.map((_, begin) => [...order.slice(begin), ...order.slice(0, begin)]),
  )
}

function permutations(of: readonly Part[]): Part[][] {
  if (of.length === 0) return [[]]
  return of.flatMap((first) =>
    permutations(of.filter((part) => part !== first)).map((rest) => [first, ...rest]),
  )
}

/** A house whose parts stop and start one by one; what they keep on disk and behind the network stays. */
class House {
  readonly #kind: Kind
  readonly #running = new Map<Part, () => Promise<void>>()
  readonly #folder: string
  readonly #port: number
  readonly #cloud: SimulatedCloud
  readonly #network: Network
  #standIn: StandIn | null = null

  private constructor(
    kind: Kind,
    made: { folder: string; port: number; cloud: SimulatedCloud; way: Network },
  ) {
    this.#kind = kind
    this.#folder = made.folder
    this.#port = made.port
    this.#cloud = made.cloud
    this.#network = made.way
  }

  static async open(kind: Kind): Promise<House> {
    const cloud = await startCloud({ clock: systemClock, log: recordingLog(), approveAfterPolls: 0 })
    return new House(kind, {
      folder: await mkdtemp(join(tmpdir(), 'restart-order-')),
      port: await freePort(),
      cloud,
      way: await network(cloud.apiUrl),
    })
  }

  /** Starts everything in that order and brings how long the house took after the last part was up. */
  async startIn(order: readonly Part[]): Promise<number> {
    for (const part of order) {
      await this.#start(part)
      await pause(betweenMs)
    }
    const up = performance.now() - betweenMs
    let missing = this.#standIn?.missing(devices) ?? ['Home Assistant']
    while (missing.length > 0) {
      const sinceMs = performance.now() - up
      if (sinceMs > longestMs)
        throw new Error(`${this.#kind}, ${order.join(', ')}: ${missing.join('; ')} after ${sinceMs} ms`)
      await pause(20)
      missing = this.#standIn?.missing(devices) ?? []
    }
    return performance.now() - up
  }

  async stop(part: Part): Promise<void> {
    const stop = this.#running.get(part)
    this.#running.delete(part)
    await stop?.()
  }

  /** In the order in which they were started. */
  async stopAll(): Promise<void> {
    for (const part of [...this.#running.keys()]) await this.stop(part)
  }

  async close(): Promise<void> {
    await this.stopAll()
    this.#network.stop()
    await this.#cloud.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }

  get standIn(): StandIn | null {
    return this.#standIn
  }

  async #start(part: Part): Promise<void> {
    const stop = await this.#started(part)
    if (stop !== null) this.#running.set(part, stop)
  }

  async #started(part: Part): Promise<(() => Promise<void>) | null> {
    switch (part) {
      case 'broker':
        return this.#startBroker()
      case 'product':
        return this.#startProduct()
      case 'cloud':
        await this.#network.set('open')
        return async () => {
          await this.#network.set('refused')
          this.#network.cut()
        }
      case 'home assistant': {
        const standIn = new StandIn(`mqtt://127.0.0.1:${this.#port}`)
        this.#standIn = standIn
        return () => standIn.stop()
      }
    }
  }

  /** The embedded one comes and goes with the product. */
  async #startBroker(): Promise<(() => Promise<void>) | null> {
    if (this.#kind === 'embedded') return null
    const isKept = this.#kind === 'Mosquitto with persistence'
    const port = this.#port
    const broker = await startMosquitto({
      port,
      ...(isKept ? { persistence: join(this.#folder, 'kept') } : {}),
    })
    return () => broker.stop(isKept ? 'gently' : undefined)
  }

  async #startProduct(): Promise<() => Promise<void>> {
    const isEmbedded = this.#kind === 'embedded'
    const { app } = await runApp({
      data: join(this.#folder, 'data'),
      pace: 1,
      env: {
        YOTO_STREAM_MQTT_URL: isEmbedded ? 'embedded' : `mqtt://127.0.0.1:${this.#port}`,
        ...(isEmbedded ? { YOTO_STREAM_MQTT_PORT: String(this.#port) } : {}),
        YOTO_STREAM_SIMULATE: 'never',
        YOTO_STREAM_YOTO_CLIENT_ID: this.#cloud.clientId,
        YOTO_STREAM_YOTO_API_URL: this.#network.url,
        YOTO_STREAM_YOTO_AUTH_URL: this.#network.url,
        YOTO_STREAM_YOTO_MQTT_URL: `${this.#network.url.replace('http', 'ws')}/mqtt`,
      },
    })
    return () => app.stop()
  }
}

const sideBySide = 4

/** Each house goes through some of the orders, with everything stopped between two. */
async function tookIn(kind: Kind, all: readonly Part[][]): Promise<number[]> {
  const shares = Array.from({ length: sideBySide }, (_, house) =>
    all.filter((_order, index) => index % sideBySide === house),
  )
  const took = await Promise.all(
    shares.map(async (share) => {
      const house = await House.open(kind)
      try {
        const times: number[] = []
        for (const order of share) {
          times.push(await house.startIn(order))
          await house.stopAll()
        }
        return times
      } finally {
        await house.close()
      }
    }),
  )
  return took.flat()
}

async function everyOrder(kind: Kind): Promise<void> {
  const all = orders()
  const took = await tookIn(kind, all)
  expect(took).toHaveLength(all.length)
  expect(Math.max(...took)).toBeLessThan(longestMs)
}

for (const kind of ['Mosquitto with persistence', 'Mosquitto without'] as const)
  testWith(
    ['mosquitto'],
    `all is available within 15 s, whatever starts last (${kind})`,
    { timeout: testMs },
    () => everyOrder(kind),
  )

test('all is available within 15 s, whatever starts last (embedded)', () => everyOrder('embedded'), testMs)

/** A birth is answered by then, and what was to be said anyway is said. */
const birthMs = 6500

/** One part after another goes and comes back while the others live on. */
async function oneByOne(kind: Kind): Promise<void> {
  const house = await House.open(kind)
  try {
    await house.startIn(parts)
    for (const part of parts.filter((part) => kind !== 'embedded' || part !== 'broker')) {
      // What the cloud has just told of the players changes their devices once more.
      if (part === 'home assistant') await pause(birthMs)
      await house.stop(part)
      await pause(betweenMs)
      await house.startIn([part])
    }
    await pause(birthMs)
    expect([...(house.standIn?.described().values() ?? [])]).toEqual(Array.from({ length: devices }, () => 1))
  } finally {
    await house.close()
  }
}

testWith(
  ['mosquitto'],
  'each part may go alone and come back, and a birth of Home Assistant is answered with each device once',
  { timeout: testMs },
  async () => {
    await Promise.all(
      (['Mosquitto with persistence', 'Mosquitto without', 'embedded'] as const).map(oneByOne),
    )
  },
)
