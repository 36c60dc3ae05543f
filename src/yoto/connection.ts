import type { ClientRequestArgs } from 'node:http'
import type { Duplex } from 'node:stream'
import { connect, ErrorWithReasonCode, type MqttClient } from 'mqtt'
import type { Clock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import { Carrier } from './carrier.ts'

/** One open connection to the cloud's broker. It is never opened again: after it comes another. */
export interface CloudConnection {
  subscribe(topics: readonly string[]): Promise<void>
  unsubscribe(topics: readonly string[]): Promise<void>
  /** Resolves when the broker has the message; rejects when the connection ended before that. */
  publish(topic: string, payload: string): Promise<void>
  /** Resolves with the reason when the connection has ended. */
  readonly closed: Promise<string>
  /** Ends it at once, and takes back what is still under way. */
  end(): void
}

export interface ConnectionOptions {
  readonly url: string
  readonly token: string
  readonly clientId: string
  readonly onMessage: (topic: string, payload: Uint8Array, delivery: Delivery) => void
  readonly signal: AbortSignal
  readonly clock: Clock
}

export interface Delivery {
  /** It was kept by the broker, and is as old as may be. */
  readonly retain: boolean
  /** It may have been delivered before. */
  readonly dup: boolean
}

/** The broker answered, and it does not accept the token. */
export class TokenRefused extends Error {
  constructor() {
    super('the broker does not accept the token')
    this.name = 'TokenRefused'
  }
}

// `_` in place of a player's id makes one connection serve all players of the account (yoto-protocol §3.1).
const username = '_?x-amz-customauthorizer-name=PublicJWTAuthorizer'
// MQTT 3.1.1 return codes of CONNACK.
const badCredentials = 4
const notAuthorized = 5
const largestFrameBytes = 1024 * 1024
// From the first packet to the broker's word; a network that is away may take connections all the same.
const connectMs = 10_000

/** @throws TokenRefused, or AppError `unavailable` when the broker cannot be reached. */
export async function openConnection(options: ConnectionOptions): Promise<CloudConnection> {
  const carrier = new Carrier()
  const client = clientOn(carrier, options)
  let failure: unknown
  client.on('error', (error) => {
    failure = error
  })
  client.on('message', (topic, payload, { retain, dup }) =>
    options.onMessage(topic, payload, { retain, dup }),
  )
  const closed = new Promise<string>((resolve) => {
    client.once('close', () => {
      // An end that was not asked for leaves mqtt's timers; this clears them.
      client.end(true)
      carrier.close()
      resolve(failure === undefined ? 'the connection was closed' : messageOf(failure))
    })
  })
  const end = () => {
    carrier.reset(client.stream)
    client.end(true)
  }
  options.signal.addEventListener('abort', end, { once: true })
  void closed.then(() => options.signal.removeEventListener('abort', end))
  const opened = new Promise<true>((resolve) => client.once('connect', () => resolve(true)))
  const due = new Date(options.clock.now().getTime() + connectMs)
  const cancel = options.clock.at(due, () => {
    failure = new Error(`no answer within ${connectMs / 1000} s`)
    end()
  })
  const outcome = await Promise.race([opened, closed])
  cancel()
  if (outcome === true) return connectionOf(client, closed, end)
  if (isTokenRefusal(failure)) throw new TokenRefused()
  throw new AppError('unavailable', "Yoto's broker cannot be reached", { cause: failure })
}

function clientOn(carrier: Carrier, { url, clientId, token }: ConnectionOptions): MqttClient {
  const secure = url.startsWith('wss:')
  return connect(url, {
    protocolVersion: 4,
    clientId,
    username,
    password: token,
    clean: true,
    keepalive: 60,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    writeCache: false,
    wsOptions: {
      maxPayload: largestFrameBytes,
      createConnection: (target: ClientRequestArgs, opened: (error: Error | null, socket: Duplex) => void) =>
        carrier.connect(target, secure, opened),
    },
  })
}

function isTokenRefusal(failure: unknown): boolean {
  return (
    failure instanceof ErrorWithReasonCode &&
    (failure.code === badCredentials || failure.code === notAuthorized)
  )
}

function connectionOf(client: MqttClient, closed: Promise<string>, end: () => void): CloudConnection {
  const unlessClosed = rejectingOn(closed)
  return {
    closed,
    end,
    subscribe: async (topics) => {
      await unlessClosed(client.subscribeAsync([...topics], { qos: 1 }))
    },
    unsubscribe: async (topics) => {
      await unlessClosed(client.unsubscribeAsync([...topics]))
    },
    publish: async (topic, payload) => {
      await unlessClosed(client.publishAsync(topic, payload, { qos: 1 }))
    },
  }
}

/** Gives up on exchanges when the connection has closed: mqtt keeps the promises of those open for ever. */
function rejectingOn(closed: Promise<string>): <Result>(work: Promise<Result>) => Promise<Result> {
  const underWay = new Set<(reason: AppError) => void>()
  let lost: AppError | undefined
  // One reaction for all: each that is added to a promise stays there for as long as the promise lives.
  void closed.then((reason) => {
    lost = new AppError('unavailable', `the connection to Yoto was lost: ${reason}`)
    for (const giveUp of underWay) giveUp(lost)
  })
  return (work) =>
    new Promise((resolve, reject) => {
      if (lost !== undefined) reject(lost)
      underWay.add(reject)
      const failed = (cause: unknown) =>
        reject(new AppError('unavailable', "Yoto's broker did not do what it was asked for", { cause }))
      work.then(resolve, failed).finally(() => underWay.delete(reject))
    })
}
