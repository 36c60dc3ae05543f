import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect, ErrorWithReasonCode, type IClientOptions, type IConnackPacket, MqttClient } from 'mqtt'
import { AppError, messageOf } from '../core/error.ts'
import { networkFault } from './network-fault.ts'
import { protocolLimitBytes } from './size-limit.ts'

/** Where the broker is, and what opens it. */
export interface Endpoint {
  /** `mqtt://host[:port]` or `mqtts://host[:port]`. */
  readonly url: string
  readonly username?: string
  readonly password?: string
  /** Where these two can be mended, for people; the options `mqtt.username` and `mqtt.password` where it is not given. */
  readonly credentialsFrom?: string
  /** Certificates to trust, as PEM text; without it, those of Node. */
  readonly ca?: string
  /** A way to a broker in this process, in place of a socket to the url. */
  readonly open?: () => Duplex
}

/** As whom we speak. */
export interface Identity {
  readonly clientId: string
  /** What the broker says in our name when we vanish; retained. */
  readonly will: { readonly topic: string; readonly payload: string }
}

/** 4 is how the protocol numbers MQTT 3.1.1. */
export type MqttVersion = 5 | 4

/** A connection that the broker has accepted. */
export interface Connection {
  readonly mqtt: MqttClient
  /** The largest packet that the broker takes; MQTT 3.1.1 has no way to name one. */
  readonly largestPacketBytes: number
}

/** Why no connection came about, in words for people. */
export class ConnectFault extends Error {
  /** Whether the MQTT version is to blame: some brokers say so, others just hang up. */
  readonly wrongVersion: 'yes' | 'perhaps' | 'no'

  constructor(message: string, options: { wrongVersion: ConnectFault['wrongVersion']; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ConnectFault'
    this.wrongVersion = options.wrongVersion
  }
}

// A broker in the same house that has not answered by then will not.
const connectTimeoutMs = 5000
// The broker publishes our last will 1.5 times this after we fell silent, and a broker that lost its power and is
// back tells us so at the next ping.
const keepaliveSeconds = 10
// More than anybody has to say to us; the longest that we read is what an earlier run said of the streams. MQTT 3.1.1
// cannot ask for it: there a broker hands us whatever others publish to our topics, up to 256 MB.
const longestHeardBytes = 5 * 1024 * 1024
const defaultPorts: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883 }

/** The broker's address as it may be printed: without user name and password. @throws AppError `invalid` */
export function printableAddress(url: string): string {
  const { protocol, host } = parsedAddress(url)
  return `${protocol}//${host}`
}

/**
 * Connects once, in one version. Every connection is a fresh client, so nothing of an older one can be sent again.
 * @throws ConnectFault
 */
export function openConnection(
  endpoint: Endpoint & Identity,
  version: MqttVersion,
  signal: AbortSignal,
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const client = dialled(endpoint, clientOptions(endpoint, version))
    const decided = () => {
      client.off('connect', accepted).off('error', failed).off('close', hungUp)
      signal.removeEventListener('abort', aborted)
    }
    const giveUp = (fault: ConnectFault) => {
      decided()
      client.end(true)
      reject(fault)
    }
    const accepted = ({ properties }: IConnackPacket) => {
      decided()
      // Else what follows an acknowledgement waits up to 40 ms for the other side's delayed one.
      if (client.stream instanceof Socket) client.stream.setNoDelay(true)
      resolve({ mqtt: client, largestPacketBytes: properties?.maximumPacketSize ?? protocolLimitBytes })
    }
    const failed = (error: Error) => giveUp(faultOf(error, endpoint))
    const hungUp = () => giveUp(new ConnectFault(silentGoodbye(endpoint), { wrongVersion: 'perhaps' }))
    const aborted = () => giveUp(new ConnectFault('stopped', { wrongVersion: 'no' }))
    client.on('connect', accepted).on('error', failed).on('close', hungUp)
    signal.addEventListener('abort', aborted)
  })
}

function dialled({ open }: Endpoint, options: IClientOptions): MqttClient {
  return open === undefined ? connect(options) : new MqttClient(() => open(), options)
}

function clientOptions(endpoint: Endpoint & Identity, version: MqttVersion): IClientOptions {
  const url = parsedAddress(endpoint.url)
  const username = endpoint.username ?? decodeURIComponent(url.username)
  const password = endpoint.password ?? decodeURIComponent(url.password)
  return {
    protocol: url.protocol === 'mqtts:' ? 'mqtts' : 'mqtt',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (defaultPorts[url.protocol] ?? 1883) : Number(url.port),
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    ...(endpoint.ca === undefined ? {} : { ca: endpoint.ca }),
    clientId: endpoint.clientId,
    protocolVersion: version,
    ...(version === 5 ? { properties: { maximumPacketSize: longestHeardBytes } } : {}),
    clean: true,
    keepalive: keepaliveSeconds,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // It is a Buffer for each of 65,536 numbers, 7 MB for ever.
    writeCache: false,
    connectTimeout: connectTimeoutMs,
    will: { topic: endpoint.will.topic, payload: Buffer.from(endpoint.will.payload), qos: 1, retain: true },
  }
}

function parsedAddress(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || parsed.hostname === '' || !(parsed.protocol in defaultPorts))
    throw new AppError(
      'invalid',
      'mqtt.url: expected mqtt://host:port or mqtts://host:port, and user name and password in mqtt.username and mqtt.password',
    )
  return parsed
}

const wrongVersion = 'it does not speak this version of MQTT'

/** CONNACK codes, first those of MQTT 3.1.1, then those of MQTT 5. */
const connackFaults = new Map<number, string>([
  [1, wrongVersion],
  [2, 'it refused our client id'],
  [3, 'it says it is unavailable'],
  [132, wrongVersion],
  [133, 'it refused our client id'],
  [136, 'it says it is unavailable'],
  [137, 'it is busy'],
  [138, 'it has banned us'],
])
// Mosquitto says "not authorized" (5, 135) to a wrong password.
const badCredentials: ReadonlySet<number> = new Set([4, 5, 134, 135])

function faultOf(error: Error, endpoint: Endpoint): ConnectFault {
  if (error instanceof ErrorWithReasonCode) return refusal(error, endpoint)
  if (error.message === 'connack timeout')
    return new ConnectFault(`no answer within ${connectTimeoutMs / 1000} s`, { wrongVersion: 'no' })
  const words = networkFault(error, endpoint)
  return words === undefined
    ? new ConnectFault(silentGoodbye(endpoint), { wrongVersion: 'perhaps', cause: error })
    : new ConnectFault(words, { wrongVersion: 'no', cause: error })
}

function refusal(error: ErrorWithReasonCode, endpoint: Endpoint): ConnectFault {
  const { credentialsFrom = 'options mqtt.username and mqtt.password' } = endpoint
  const words = badCredentials.has(error.code)
    ? `it refused the user name or password (${credentialsFrom})`
    : (connackFaults.get(error.code) ?? messageOf(error))
  return new ConnectFault(words, { wrongVersion: words === wrongVersion ? 'yes' : 'no', cause: error })
}

function silentGoodbye({ url }: Endpoint): string {
  const perhaps = url.startsWith('mqtts:')
    ? 'if it speaks no TLS at that port, take the one where it does, often 8883'
    : 'if it wants TLS there, begin the address with mqtts://'
  return `it hung up without an answer; ${perhaps} (option mqtt.url)`
}
