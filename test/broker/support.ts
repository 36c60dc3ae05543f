import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { BrokerClient, type BrokerClientOptions } from '../../src/broker/client.ts'
import type { Endpoint } from '../../src/broker/connection.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { Log } from '../../src/core/log.ts'
import { type PlayerState, unknownPlayer } from '../../src/core/player.ts'

export interface Message {
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
}

/** An ordinary client that writes down what it hears. */
export interface Observer {
  readonly mqtt: MqttClient
  readonly messages: Message[]
  /** Payloads heard under the topic so far. */
  heard(topic: string): string[]
  /** Waits for a message that fits and returns it. */
  until(fits: (message: Message) => boolean): Promise<Message>
  say(topic: string, payload: string, options?: { retain: boolean }): Promise<void>
  leave(): Promise<void>
}

export async function observe(
  url: string,
  options: IClientOptions & { filter?: string } = {},
): Promise<Observer> {
  const mqtt = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, ...options })
  const messages: Message[] = []
  mqtt.on('message', (topic, payload, { retain }) => {
    messages.push({ topic, payload: payload.toString(), retain })
  })
  await mqtt.subscribeAsync(options.filter ?? '#', { qos: 1 })
  return {
    mqtt,
    messages,
    heard: (topic) => messages.filter((each) => each.topic === topic).map(({ payload }) => payload),
    until: (fits) => eventually(() => messages.find(fits)),
    say: async (topic, payload, { retain } = { retain: false }) => {
      await mqtt.publishAsync(topic, payload, { qos: 1, retain })
    },
    leave: () => mqtt.endAsync(true),
  }
}

/** The first value that is not undefined or false; fails after three seconds. */
export async function eventually<Value>(read: () => Value | undefined | false): Promise<Value> {
  const until = Date.now() + 3000
  for (;;) {
    const value = read()
    if (value !== undefined && value !== false) return value
    if (Date.now() > until) throw new Error('it did not happen within three seconds')
    await pause(5)
  }
}

/** Resolves when the broker has passed on what reached it before, as far as this observer hears of it. */
export async function passedOn(observer: Observer): Promise<void> {
  const before = observer.heard('marker').length
  await observer.say('marker', '')
  await eventually(() => observer.heard('marker').length > before)
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

export function clientFor(
  url: string,
  log: Log,
  { username, password, ca, ...more }: Partial<BrokerClientOptions & Endpoint> = {},
): BrokerClient {
  const fixed: Endpoint = {
    url,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
  }
  return new BrokerClient({
    endpoint: async () => fixed,
    clientId: 'yoto-test',
    will: { topic: 'yoto/bridge/state', payload: 'offline' },
    log,
    clock: systemClock,
    random: () => 0,
    ...more,
  })
}

export function player(id: string, patch: Partial<PlayerState> = {}): PlayerState {
  return { ...unknownPlayer(id, 'Bedroom'), online: true, ...patch }
}
