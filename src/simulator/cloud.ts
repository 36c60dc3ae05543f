import { createServer, type Server } from 'node:http'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { messageOf } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { AccessTokens } from './access-token.ts'
import { Broker } from './broker.ts'
import { CardStore } from './card-store.ts'
import type { Doubts } from './doubts.ts'
import { type FindMedia, MediaStore } from './media-store.ts'
import { PictureStore } from './picture-store.ts'
import { Player } from './player.ts'
import { restApp } from './rest.ts'
import { RestTrouble } from './rest-trouble.ts'
import { SignIn, type SignInTraps } from './sign-in.ts'
import type { PlayerSpec, SimulatedPlayer } from './simulated-player.ts'
import { type Traps, usualTraps } from './traps.ts'
import type { Publish } from './voice.ts'

export interface SimulatedCloud {
  readonly apiUrl: string
  readonly authUrl: string
  readonly mqttUrl: string
  /** The one client id that the cloud knows. */
  readonly clientId: string
  readonly players: readonly SimulatedPlayer[]
  player(id: string): SimulatedPlayer | undefined
  /** A card as it was written; undefined where there is none. */
  card(id: string): Promise<JsonObject | undefined>
  /** Makes a card, or replaces the one whose `cardId` it names, as somebody does in Yoto's app. */
  putCard(card: JsonObject): Promise<JsonObject | undefined>
  /** Deletes a card, as somebody does in Yoto's app. */
  deleteCard(id: string): Promise<boolean>
  /** From now on no live connection is taken, or again any. Those that stand go on. */
  refuseConnections(refuse: boolean): void
  /** Ends every live connection. */
  dropConnections(): void
  /** The sign-in server: its traps may be changed at any moment. */
  readonly signIn: Pick<SignIn, 'traps' | 'revokeAll'>
  /** What its REST side does to calls; may be changed at any moment. */
  readonly restTrouble: RestTrouble
  /** The audio that was uploaded. */
  readonly media: MediaStore
  /** Icons and covers that were uploaded, and Yoto's own. */
  readonly pictures: PictureStore
  stop(): Promise<void>
}

export interface CloudOptions {
  readonly clock: Clock
  readonly log: Log
  /** A Mini and a Player v3 when absent. */
  readonly players?: readonly PlayerSpec[]
  /** Of every player that names none of its own. */
  readonly doubts?: Partial<Doubts>
  /** Of the cloud itself; those of its sign-in server are `signIn`. */
  readonly traps?: Partial<Traps>
  /** Where cards are kept beyond the end of the process; in memory when absent. */
  readonly cards?: Collection<unknown>
  /** What is known of uploaded audio, beyond the end of the process; in memory when absent. */
  readonly media?: Collection<unknown>
  /** The same of icons and covers, with their bytes. */
  readonly pictures?: Collection<unknown>
  /** Cards of other makers that the family has, in Yoto's form. */
  readonly boughtCards?: readonly JsonObject[]
  /** How many polls a device code stays pending; 1 when absent. */
  readonly approveAfterPolls?: number
  /** How the sign-in server differs from one that gives no trouble. */
  readonly signIn?: Partial<SignInTraps>
  /** A day when absent. */
  readonly tokenLifeSeconds?: number
  /** The household's distance from UTC, for the day and night of players that name none; 0 when absent. */
  readonly utcOffsetSeconds?: number
}

const clientId = 'simulator'
const dayLongSeconds = 86_400

const defaultPlayers: readonly PlayerSpec[] = [
  {
    deviceId: 'ysimNurseryMini000000001',
    name: 'Nursery',
    deviceFamily: 'mini',
    deviceType: 'minie',
    generation: 'gen2',
    formFactor: 'mini',
  },
  {
    deviceId: 'ysimDenPlayerV3000000002',
    name: 'Den',
    deviceFamily: 'v3',
    deviceType: 'v3',
    generation: 'gen3',
    formFactor: 'standard',
  },
]

/** Whether that is the id of a player that is there without an account: examples speak of these. */
export function isOfExamples(id: string | undefined): boolean {
  return defaultPlayers.some(({ deviceId }) => deviceId === id)
}

/**
 * A Yoto cloud on a free port of this machine's loopback address: sign-in, REST, MQTT, and players that
 * fetch and play what their cards name. It speaks Yoto's own words and scales and knows nothing of ours.
 */
export async function startCloud(options: CloudOptions): Promise<SimulatedCloud> {
  const { clock, log, approveAfterPolls = 1, tokenLifeSeconds = dayLongSeconds } = options
  const server = createServer()
  const port = await listen(server)
  const url = `http://127.0.0.1:${port}`
  const tokens = new AccessTokens({ clock, lifeSeconds: tokenLifeSeconds })
  const media = new MediaStore({ records: options.media, url, clock })
  await media.start()
  const pictures = new PictureStore({ records: options.pictures, url, clock })
  await pictures.start()
  const findMedia = (id: string) => media.find(id)
  const { cards: cardRecords, boughtCards: bought } = options
  const cards = new CardStore({ cards: cardRecords, bought, media: findMedia, clock, log })
  const players = playersOf(options, {
    media: findMedia,
    cards: { get: (cardId) => cards.played(cardId) },
    publish: (message) => broker.publish(message),
  })
  const deviceIds = new Set(players.map((player) => player.id))
  const command = (sent: Command) => passOn(sent, { players, log })
  const traps = { ...usualTraps, ...options.traps }
  const broker = new Broker({ server, clock, log, tokens, deviceIds, command, traps })
  const verificationUrl = `${url}/activate`
  const signIn = new SignIn({
    clock,
    tokens,
    clientId,
    approveAfterPolls,
    verificationUrl,
    traps: options.signIn,
  })
  const restTrouble = new RestTrouble()
  const rest = restApp({ log, tokens, signIn, players, cards, media, pictures, traps, trouble: restTrouble })
  server.on('request', rest.callback())
  await broker.start()
  await Promise.all(players.map((player) => player.start()))
  return {
    apiUrl: url,
    authUrl: url,
    mqttUrl: `ws://127.0.0.1:${port}/mqtt`,
    clientId,
    players,
    refuseConnections: (refuse) => {
      broker.refusing = refuse
    },
    dropConnections: () => broker.dropAll(),
    player: (id) => players.find((player) => player.id === id),
    card: (id) => cards.get(id),
    putCard: (card) => cards.put(card),
    deleteCard: (id) => cards.delete(id),
    signIn,
    restTrouble,
    media,
    pictures,
    async stop() {
      for (const player of players) player.stop()
      await broker.stop()
      await close(server)
    },
  }
}

function playersOf(
  { players = defaultPlayers, doubts = {}, utcOffsetSeconds = 0, clock, log }: CloudOptions,
  reach: { cards: Pick<CardStore, 'get'>; media: FindMedia; publish: Publish },
): Player[] {
  return players.map((given) => {
    const spec = { utcOffsetSeconds, doubts, ...given }
    return new Player({ spec, clock, log: log.for(spec.name), ...reach })
  })
}

interface Command {
  readonly deviceId: string
  readonly name: string
  readonly text: string
}

function passOn(
  { deviceId, name, text }: Command,
  { players, log }: { players: readonly Player[]; log: Log },
): void {
  const player = players.find(({ id }) => id === deviceId)
  player?.remote
    .command(name, text)
    .catch((error) => log.error('a command failed', { player: deviceId, name, reason: messageOf(error) }))
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
