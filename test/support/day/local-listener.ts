import mqtt from 'mqtt'
import type { App } from '../../../src/app.ts'
import type { PlayerEvent } from '../../../src/core/event.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../../../src/core/json.ts'
import { type PlayerState, unknownPlayer } from '../../../src/core/player.ts'

/** What a plain client hears on the broker of the house, held against what the hub says. */
export interface LocalListener {
  /** Called with each `bridge/info`. */
  onInfo: (info: JsonObject) => void
  /** Called with each answer to a command. */
  onAnswer: (answer: JsonObject) => void
  /** How many messages came, by the last part of their topic. */
  readonly heard: ReadonlyMap<string, number>
  /** Events that were published otherwise than the hub told them, or by now should have been published. */
  wrongEvents(): string[]
  publish(topic: string, payload: string): void
  /** What a client that comes now finds kept under these topics. What is not there is missed after a second. */
  retained(topics: readonly string[]): Promise<ReadonlyMap<string, string>>
  stop(): Promise<void>
}

const tryMs = 5
const mostTries = 200

export async function listenLocally({ hub, mqttUrl }: App): Promise<LocalListener> {
  const heard = new Map<string, number>()
  const due: string[] = []
  const wrong: string[] = []
  const listener: LocalListener = {
    onInfo: () => undefined,
    onAnswer: () => undefined,
    heard,
    wrongEvents: () => [...wrong, ...due.map((event) => `not published: ${event}`)],
    publish: (topic, payload) => void client.publish(topic, payload, { qos: 1 }),
    async retained(topics) {
      const found = new Map<string, string>()
      const visitor = await mqtt.connectAsync(mqttUrl)
      visitor.on('message', (topic, payload) => found.set(topic, payload.toString()))
      await visitor.subscribeAsync([...topics], { qos: 1 })
      for (let tries = 0; tries < mostTries && topics.some((topic) => !found.has(topic)); tries++)
        await new Promise((resolve) => setTimeout(resolve, tryMs))
      await visitor.endAsync()
      return found
    },
    async stop() {
      forget()
      await client.endAsync()
    },
  }
  const forget = hub.subscribe('a listener to the broker', (change) => {
    if (change.kind !== 'event') return
    const topic = topicOf(change.event)
    if (topic !== null)
      due.push(`${topic} ${JSON.stringify({ ...change.event, event_type: change.event.type })}`)
  })
  const client = await mqtt.connectAsync(mqttUrl)
  client.on('message', (topic, payload) => {
    const [what = ''] = topic.split('/').slice(-1)
    heard.set(what, (heard.get(what) ?? 0) + 1)
    if (topic === 'yoto/bridge/info') listener.onInfo(objectIn(payload))
    if (topic === 'yoto/bridge/response/set') listener.onAnswer(objectIn(payload))
    if (what !== 'event') return
    const event = `${topic} ${payload}`
    const expected = due.shift()
    if (event !== expected) wrong.push(`published ${event}, expected ${expected}`)
  })
  await client.subscribeAsync('yoto/#', { qos: 1 })
  return listener
}

/** What stands in the contract of a player's state, as it is published. */
export function published(state: PlayerState): JsonObject {
  const fields = Object.keys(unknownPlayer(state.id, state.name)) as (keyof PlayerState)[]
  return Object.fromEntries(fields.map((field) => [field, state[field] ?? null]))
}

function topicOf({ player, stream }: PlayerEvent): string | null {
  if (player !== null) return `yoto/${player}/event`
  return stream === undefined ? null : `yoto/stream/${stream}/event`
}

function objectIn(payload: Buffer): JsonObject {
  const json = parseJsonObject(payload.toString())
  if (!isJsonObject(json)) throw new Error(`the broker carries something else than an object: ${payload}`)
  return json
}
