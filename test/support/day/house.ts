import { trackAddresses } from '../../../src/core/card-plan.ts'
import { Hub } from '../../../src/hub.ts'
import { type SimulatedCloud, startCloud } from '../../../src/simulator/cloud.ts'
import type { Doubts } from '../../../src/simulator/doubts.ts'
import type { PlayerSpec } from '../../../src/simulator/simulated-player.ts'
import { CloudLink, type LinkState } from '../../../src/wiring/cloud-link.ts'
import { Account } from '../../../src/yoto/account.ts'
import { cardFrom } from '../../../src/yoto/card.ts'
import { memoryCollection } from '../memory-collection.ts'
import { recordingLog } from '../recording-log.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { type Network, network } from './network.ts'
import type { Random } from './random.ts'

/** The product's link to a cloud with all its traps, over a network that fails, all on one clock. */
export interface DayHouse {
  readonly clock: VirtualClock
  readonly cloud: SimulatedCloud
  readonly net: Network
  readonly hub: Hub
  readonly link: CloudLink
  readonly log: ReturnType<typeof recordingLog>
  readonly cardIds: readonly string[]
  onLink: (state: LinkState) => void
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
// Tracks of other lengths each, so that not every end falls on a heartbeat.
const lengths = [
  [61, 127, 93, 200, 44, 310],
  [180, 75, 240],
  [35, 50, 42, 61, 38, 47, 53, 66],
]

export async function dayHouse(random: Random): Promise<DayHouse> {
  const clock = new VirtualClock('2026-11-21T05:58:00Z')
  const log = recordingLog()
  const cards = memoryCollection<unknown>()
  const documents = lengths.map((seconds, index) => cardOf(`0${index + 1}e4x`, seconds))
  for (const document of documents) await cards.set(document.cardId, document)
  const cloud = await startCloud({
    clock,
    log: log.for('simulator'),
    players,
    cards,
    approveAfterPolls: 2,
    tokenLifeSeconds: 3_600,
    traps: { garbledEvery: 97, repeatedEvery: 23 },
  })
  const net = await network(cloud.apiUrl)
  const layouts = new Map(documents.map((json) => [json.cardId, layoutOf(json)]))
  const cardFacts = (cardId: string) => ({ layout: layouts.get(cardId) ?? null, stream: null })
  const hub = new Hub({
    queues: memoryCollection(),
    card: cardFacts,
    newId: () => 'id',
    clock,
    log: log.for('hub'),
  })
  const account = new Account({
    authUrl: net.url,
    clientId: cloud.clientId,
    redirectUri: null,
    tokens: memoryCollection(),
    clock,
    log: log.for('yoto'),
    hide: () => {},
    random,
  })
  const link = new CloudLink({
    cloud: { apiUrl: net.url, mqttUrl: net.url.replace('http', 'ws') },
    account,
    changed: (state) => house.onLink(state),
    clock,
    random,
    log,
  })
  const house: DayHouse = {
    clock,
    cloud,
    net,
    hub,
    link,
    log,
    cardIds: documents.map(({ cardId }) => cardId),
    onLink: () => {},
    async stop() {
      await link.stop()
      await cloud.stop()
      await net.stop()
    },
  }
  await link.start({ hub, cardFacts })
  return house
}

function cardOf(cardId: string, seconds: readonly number[]) {
  const chapters = seconds.map((duration, index) => {
    const key = String(index + 1).padStart(2, '0')
    const track = {
      key,
      title: `Track ${key}`,
      type: 'audio',
      format: 'aac',
      trackUrl: `yoto:#${key}`,
      duration,
    }
    return { key, title: `Chapter ${key}`, tracks: [track] }
  })
  const at = '2026-11-01T00:00:00.000Z'
  return {
    cardId,
    title: `Card ${cardId}`,
    createdAt: at,
    updatedAt: at,
    deleted: false,
    content: { chapters },
  }
}

function layoutOf(json: unknown) {
  const card = cardFrom(json)
  return card === undefined ? null : trackAddresses(card.plan)
}
