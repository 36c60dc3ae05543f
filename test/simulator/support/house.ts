import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { type CloudOptions, type SimulatedCloud, startCloud } from '../../../src/simulator/cloud.ts'
import type { SimulatedPlayer } from '../../../src/simulator/simulated-player.ts'
import { type Line, recordingLog } from '../../support/recording-log.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

export const allScopes =
  'openid offline_access family:devices:view family:devices:manage family:devices:control ' +
  'family:library:view user:content:view user:content:manage'

export interface Message {
  readonly topic: string
  readonly payload: Record<string, unknown>
  readonly retained: boolean
}

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly [key: string]: unknown
}

const answerTopics = ['data/events', 'data/status', 'status/full', 'presence', 'response', 'status', 'events']

/** A cloud on a clock moved by hand, and a plain HTTP and MQTT peer of it. */
export class House {
  readonly clock: VirtualClock
  readonly cloud: SimulatedCloud
  readonly lines: Line[]
  readonly #clients: MqttClient[] = []
  #token: string | undefined

  private constructor(clock: VirtualClock, cloud: SimulatedCloud, lines: Line[]) {
    this.clock = clock
    this.cloud = cloud
    this.lines = lines
  }

  static async open(options: Partial<CloudOptions> = {}): Promise<House> {
    const clock = new VirtualClock()
    const log = recordingLog()
    return new House(clock, await startCloud({ clock, log, ...options }), log.lines)
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.endAsync(true)))
    await this.cloud.stop()
  }

  player(index = 0): SimulatedPlayer {
    const player = this.cloud.players[index]
    if (player === undefined) throw new Error(`no player ${index}`)
    return player
  }

  post(path: string, form: Record<string, string>): Promise<Response> {
    return fetch(this.cloud.authUrl + path, { method: 'POST', body: new URLSearchParams(form) })
  }

  async askDeviceCode(scope: string): Promise<DeviceCode> {
    const client = { client_id: this.cloud.clientId, audience: 'https://api.yotoplay.com' }
    return (await (await this.post('/oauth/device/code', { ...client, scope })).json()) as DeviceCode
  }

  /** The device-code flow from its start to its tokens. */
  async signIn(scope = allScopes): Promise<Tokens> {
    const client = { client_id: this.cloud.clientId, audience: 'https://api.yotoplay.com' }
    const asked = await this.askDeviceCode(scope)
    for (;;) {
      const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
      const answer = await this.post('/oauth/token', {
        ...client,
        grant_type,
        device_code: asked.device_code,
      })
      if (answer.ok) return (await answer.json()) as Tokens
      await this.clock.advance(asked.interval * 1000)
    }
  }

  async api(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }> {
    this.#token ??= (await this.signIn()).access_token
    const response = await fetch(this.cloud.apiUrl + path, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Body }
  }

  /** Puts a card into the family's library; returns its id. */
  async makeCard(card: unknown): Promise<string> {
    const { status, body } = await this.api('POST', '/content', card)
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body.card.cardId
  }

  async connect(options: IClientOptions = {}): Promise<MqttClient> {
    const password = options.password ?? (await this.signIn()).access_token
    const client = await mqtt.connectAsync(this.cloud.mqttUrl, {
      username: '_?x-amz-customauthorizer-name=PublicJWTAuthorizer',
      protocolVersion: 4,
      reconnectPeriod: 0,
      ...options,
      password,
    })
    this.#clients.push(client)
    return client
  }

  /** Whether a connection still carries a message to the cloud and its receipt back. */
  fateOf(client: MqttClient): Promise<'open' | 'closed'> {
    if (!client.connected) return Promise.resolve('closed')
    const closed = new Promise<'closed'>((resolve) => client.once('close', () => resolve('closed')))
    const carried = client.publishAsync(`device/${this.player().id}/command/mark`, '', { qos: 1 }).then(
      () => 'open' as const,
      () => closed,
    )
    return Promise.race([closed, carried])
  }

  /** Listens to everything that one player says. */
  async listen(player = this.player()): Promise<Ear> {
    const client = await this.connect()
    const messages: Message[] = []
    const caughtUp = new EventEmitter()
    client.on('message', (topic, payload, packet) => {
      const name = topic.slice(`device/${player.id}/`.length)
      const message = { topic: name, payload: JSON.parse(payload.toString()), retained: packet.retain }
      const marker = message.payload.status?.req_body
      if (name === 'response' && caughtUp.emit(String(marker))) return
      messages.push(message)
    })
    await client.subscribeAsync(
      answerTopics.map((topic) => `device/${player.id}/${topic}`),
      { qos: 1 },
    )
    const command = async (name: string, body?: unknown) => {
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
      await client.publishAsync(`device/${player.id}/command/${name}`, text, { qos: 1 })
    }
    return {
      client,
      messages,
      command,
      async caughtUp() {
        const marker = randomUUID()
        const answered = once(caughtUp, marker)
        await command('mark', marker)
        await answered
      },
      on: (topic) => messages.filter((message) => message.topic === topic).map((message) => message.payload),
    }
  }

  /** Moves the clock in small steps, with turns for the sockets between them, until `done`. */
  async until(done: () => boolean, what = 'what was waited for'): Promise<void> {
    for (let turn = 0; turn < 2_000; turn++) {
      if (done()) return
      await this.clock.advance(20)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    throw new Error(`never came: ${what}`)
  }

  /** Lets a player play for so long, waiting for its bytes where it has none. */
  async play(seconds: number, player = this.player()): Promise<void> {
    for (let played = 0; played < seconds; played += 0.25) {
      for (let turn = 0; player.snapshot().stalled && turn < 500; turn++)
        await new Promise((resolve) => setTimeout(resolve, 1))
      await this.clock.advance(250)
    }
  }
}

/** What answers may hold; a test reads the part that its request brings. */
export interface Body {
  readonly card: CardBody
  readonly cards: readonly CardBody[]
  readonly devices: readonly unknown[]
  readonly device: DeviceBody
  readonly error: { readonly code: string; readonly message: string }
  readonly status: string
}

export interface DeviceBody {
  readonly config: Readonly<Record<string, unknown>>
  readonly status: unknown
  readonly shortcuts: unknown
}

export interface CardBody {
  readonly cardId: string
  readonly title: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly content: unknown
  readonly card?: CardBody
}

export interface DeviceCode {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete: string
  readonly interval: number
}

export interface Ear {
  readonly client: MqttClient
  readonly messages: Message[]
  command(name: string, body?: unknown): Promise<void>
  on(topic: string): Record<string, unknown>[]
  /** Resolves when everything that the player has said by now was heard. It answers a command that it does not know. */
  caughtUp(): Promise<void>
}

/** A card whose one-track chapters stream from these addresses. */
export function streamCard(urls: readonly string[], config: Record<string, unknown> = {}) {
  return {
    title: 'Streams',
    content: {
      config,
      chapters: urls.map((trackUrl, index) => {
        const key = String(index + 1).padStart(2, '0')
        const track = { key, type: 'stream', format: 'mp3', title: `Track ${key}`, trackUrl }
        return { key, title: `Chapter ${key}`, tracks: [track] }
      }),
    },
  }
}
