import { Socket } from 'node:net'
import { connect, ErrorWithReasonCode, type IClientOptions, type MqttClient } from 'mqtt'
import { AppError, errnoOf, messageOf } from '../core/error.ts'

/** Where the broker is, and as whom we speak to it. */
export interface Endpoint {
  /** `mqtt://host[:port]` or `mqtts://host[:port]`. */
  readonly url: string
  readonly username?: string
  readonly password?: string
  /** Certificates to trust, as PEM text; without it, those of Node. */
  readonly ca?: string
  readonly clientId: string
  /** What the broker says in our name when we vanish; retained. */
  readonly will: { readonly topic: string; readonly payload: string }
}

/** 4 is how the protocol numbers MQTT 3.1.1. */
export type MqttVersion = 5 | 4

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
// The broker publishes our last will 1.5 times this after we fell silent.
const keepaliveSeconds = 30
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
  endpoint: Endpoint,
  version: MqttVersion,
  signal: AbortSignal,
): Promise<MqttClient> {
  return new Promise((resolve, reject) => {
    const client = connect(clientOptions(endpoint, version))
    const decided = () => {
      client.off('connect', accepted).off('error', failed).off('close', hungUp)
      signal.removeEventListener('abort', aborted)
    }
    const giveUp = (fault: ConnectFault) => {
      decided()
      client.end(true)
      reject(fault)
    }
    const accepted = () => {
      decided()
      // Else what follows an acknowledgement waits up to 40 ms for the other side's delayed one.
      if (client.stream instanceof Socket) client.stream.setNoDelay(true)
      resolve(client)
    }
    const failed = (error: Error) => giveUp(faultOf(error))
    const hungUp = () => giveUp(new ConnectFault(silentGoodbye, { wrongVersion: 'perhaps' }))
    const aborted = () => giveUp(new ConnectFault('stopped', { wrongVersion: 'no' }))
    client.on('connect', accepted).on('error', failed).on('close', hungUp)
    signal.addEventListener('abort', aborted)
  })
}

function clientOptions(endpoint: Endpoint, version: MqttVersion): IClientOptions {
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
    clean: true,
    keepalive: keepaliveSeconds,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
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

const silentGoodbye = 'it hung up without an answer'
const badCredentials = 'it refused the user name or password (options mqtt.username and mqtt.password)'

/** CONNACK codes, first those of MQTT 3.1.1, then those of MQTT 5. Mosquitto says "not authorized" to a wrong password. */
const connackFaults = new Map<number, string>([
  [1, 'it does not speak this version of MQTT'],
  [2, 'it refused our client id'],
  [3, 'it says it is unavailable'],
  [4, badCredentials],
  [5, badCredentials],
  [132, 'it does not speak this version of MQTT'],
  [133, 'it refused our client id'],
  [134, badCredentials],
  [135, badCredentials],
  [136, 'it says it is unavailable'],
  [137, 'it is busy'],
  [138, 'it has banned us'],
])
const versionRefusals: ReadonlySet<number | string | undefined> = new Set([1, 132])

const networkFaults = new Map<string, string>([
  ['ECONNREFUSED', 'nothing listens there (connection refused)'],
  ['ENOTFOUND', 'no host of that name is known'],
  ['EAI_AGAIN', 'the name of the host cannot be looked up now'],
  ['EHOSTUNREACH', 'there is no way to that host'],
  ['ENETUNREACH', 'there is no way to that network'],
  ['ETIMEDOUT', 'it does not answer'],
  ['ECONNRESET', silentGoodbye],
  ['EPIPE', silentGoodbye],
])

function faultOf(error: Error): ConnectFault {
  const code = error instanceof ErrorWithReasonCode ? error.code : errnoOf(error)
  const words = wordsFor(error, code)
  const wrongVersion = versionRefusals.has(code) ? 'yes' : words === silentGoodbye ? 'perhaps' : 'no'
  return new ConnectFault(words, { wrongVersion, cause: error })
}

function wordsFor(error: Error, code: number | string | undefined): string {
  if (typeof code === 'number') return connackFaults.get(code) ?? messageOf(error)
  if (error.message === 'connack timeout') return `no answer within ${connectTimeoutMs / 1000} s`
  if (code === undefined) return messageOf(error)
  const known = networkFaults.get(code)
  if (known !== undefined) return known
  if (/CERT|SIGNATURE|SELF_SIGNED|TLS|SSL/.test(code))
    return `its certificate is not accepted (${messageOf(error)}; option mqtt.ca)`
  return messageOf(error)
}
