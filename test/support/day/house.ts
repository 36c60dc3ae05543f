import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, startApp } from '../../../src/app.ts'
import { loadOptions } from '../../../src/options.ts'
import { type SimulatedCloud, startCloud } from '../../../src/simulator/cloud.ts'
import type { Doubts } from '../../../src/simulator/doubts.ts'
import type { PlayerSpec } from '../../../src/simulator/simulated-player.ts'
import { openStorage } from '../../../src/storage/storage.ts'
import { memoryCollection } from '../memory-collection.ts'
import { shipped } from '../running-app.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { type BusyStorage, busyStorage } from './busy-storage.ts'
import { type Calm, watchCalm } from './calm.ts'
import { cardIds, cardJson } from './cards.ts'
import { type CountingLog, countingLog } from './counting-log.ts'
import { type LocalListener, listenLocally } from './local-listener.ts'
import { type Network, network } from './network.ts'
import { type Panel, panelAt } from './panel.ts'
import { type Random, randomFrom } from './random.ts'

/** The whole product beside a cloud with all its traps, over a network that fails, all on one clock. */
export interface DayHouse {
  readonly clock: VirtualClock
  readonly cloud: SimulatedCloud
  readonly net: Network
  readonly app: App
  /** REST, as another program of the house uses it. */
  readonly panel: Panel
  /** The broker of the house, as another program uses it. */
  readonly local: LocalListener
  readonly storage: BusyStorage
  readonly calm: Calm
  readonly log: CountingLog
  stop(): Promise<void>
}

const mini = { deviceFamily: 'mini', deviceType: 'minie', generation: 'gen2', formFactor: 'mini' } as const
const v3 = { deviceFamily: 'v3', deviceType: 'v3', generation: 'gen3', formFactor: 'standard' } as const
const everywhere: Partial<Doubts> = {
  losesStatusReplies: true,
  losesSomeReplies: true,
  refusesSomeCommands: true,
  answersInDisorder: true,
  headBeforeGet: true,
  lookAhead: true,
  rangeOnResume: true,
  retryAfterBreak: true,
}
const players: readonly PlayerSpec[] = [
  { ...mini, deviceId: 'ydayNurseryMini000000001', name: 'Nursery', doubts: everywhere },
  {
    ...v3,
    deviceId: 'ydayDenPlayerV3000000002',
    name: 'Den',
    doubts: { ...everywhere, startsSilently: true },
  },
  {
    ...v3,
    deviceId: 'ydayAtticPlayerV30000003',
    name: 'Attic',
    doubts: { ...everywhere, answersLate: true },
  },
]
const beginning = '2026-11-21T05:28:00Z'
// While it stops, the product waits for sockets by real time and for answers by the clock.
const stepMs = 100
const realStepMs = 5
const redirectUri = 'https://house.example/yoto/callback'

/** There is no network yet, and nobody is signed in. */
export async function dayHouse(random: Random): Promise<DayHouse> {
  const clock = new VirtualClock(beginning)
  const log = countingLog()
  const cloud = await cloudOf(clock, log)
  const net = await network(cloud.apiUrl)
  const data = await mkdtemp(join(tmpdir(), 'yoto-day-'))
  const storage = busyStorage(await openStorage({ url: 'sqlite', folder: data, log }))
  const calm = watchCalm(() => storage.isBusy)
  const { options } = await loadOptions({ argv: ['--data', data], env: environment(cloud, net), cwd: data })
  const app = await startApp({
    options,
    simulate: false,
    embeddedBroker: true,
    shipped,
    version: '0.0.0',
    clock,
    // What happens is drawn beside it, so that it stays what it is when the product draws once more.
    random: randomFrom(Math.floor(random() * 2 ** 32)),
    storage,
    log,
  })
  const local = await listenLocally(app)
  return {
    clock,
    cloud,
    net,
    app,
    panel: panelAt(app.panelUrl),
    local,
    storage,
    calm,
    log,
    async stop() {
      await local.stop()
      await meanwhile(app.stop(), clock)
      await cloud.stop()
      net.stop()
      calm.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}

/** Moves the clock on until the work is done. */
async function meanwhile(work: Promise<void>, clock: VirtualClock): Promise<void> {
  let isDone = false
  const done = () => {
    isDone = true
  }
  work.then(done, done)
  while (!isDone) {
    await clock.advance(stepMs)
    await new Promise((resolve) => setTimeout(resolve, realStepMs))
  }
  await work
}

async function cloudOf(clock: VirtualClock, log: CountingLog): Promise<SimulatedCloud> {
  const cards = memoryCollection<unknown>()
  for (const cardId of cardIds) await cards.set(cardId, cardJson(cardId))
  return startCloud({
    clock,
    log,
    players,
    cards,
    approveAfterPolls: 0,
    signIn: { deviceCode: 'ignored', intervalSeconds: 5, redirectUris: [redirectUri] },
    tokenLifeSeconds: 3_600,
    traps: { garbledEvery: 97, repeatedEvery: 23 },
  })
}

function environment({ clientId }: SimulatedCloud, { url }: Network): Record<string, string> {
  return {
    YOTO_STREAM_PANEL_PORT: '0',
    YOTO_STREAM_MEDIA_PORT: '0',
    YOTO_STREAM_MEDIA_HOST: '127.0.0.1',
    YOTO_STREAM_MQTT_PORT: '0',
    YOTO_STREAM_MQTT_URL: 'embedded',
    YOTO_STREAM_YOTO_CLIENT_ID: clientId,
    YOTO_STREAM_YOTO_API_URL: url,
    YOTO_STREAM_YOTO_AUTH_URL: url,
    YOTO_STREAM_YOTO_MQTT_URL: url.replace('http', 'ws'),
    YOTO_STREAM_YOTO_REDIRECT_URI: redirectUri,
    TZ: 'UTC',
  }
}
