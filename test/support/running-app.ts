import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import { type App, startApp } from '../../src/app.ts'
import type { Clock } from '../../src/core/clock.ts'
import { usesEmbeddedBroker } from '../../src/options/defaults.ts'
import { loadOptions } from '../../src/options.ts'
import type { Doubts } from '../../src/simulator/doubts.ts'
import type { Supervisor } from '../../src/wiring/supervisor.ts'
import { fastClock } from './fast-clock.ts'
import { recordingLog } from './recording-log.ts'

export const shipped = fileURLToPath(new URL('../../rules', import.meta.url))

export interface RunningApp {
  readonly app: App
  readonly data: string
  readonly log: ReturnType<typeof recordingLog>
  /** REST: the answer's status and JSON. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: never }>
  /** Ends the product; its data stays until `remove`. */
  stop(): Promise<void>
  remove(): Promise<void>
}

const defaultPace = 10

/** The whole product on free ports, with simulated players, in a folder of its own or one that is there already. */
export async function runApp(
  options: {
    env?: Record<string, string>
    data?: string
    doubts?: Partial<Doubts>
    /** How many seconds of audio play in one. */
    pace?: number
    /** In place of the machine's at that pace. */
    clock?: Clock
    /** The Supervisor whose broker `mqtt.url: auto` means then. */
    supervisor?: Supervisor
    /** What the system says of its mounts. */
    mountinfo?: string
  } = {},
): Promise<RunningApp> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'yoto-app-')))
  const loaded = await loadOptions({
    // Under the Supervisor they would be folders of this machine.
    argv: ['--data', data, '--config', join(data, 'config'), '--media', join(data, 'media')],
    env: {
      YOTO_STREAM_PANEL_PORT: '0',
      YOTO_STREAM_MEDIA_PORT: '0',
      YOTO_STREAM_MEDIA_HOST: '127.0.0.1',
      YOTO_STREAM_MQTT_PORT: '0',
      TZ: 'UTC',
      ...options.env,
    },
    cwd: data,
  })
  const log = recordingLog()
  const simulate = loaded.options.simulate !== 'never'
  const app = await startApp({
    options: loaded.options,
    simulate,
    simulatedDoubts: options.doubts ?? {},
    embeddedBroker: options.supervisor === undefined && usesEmbeddedBroker(loaded.options, {}),
    ...(options.supervisor === undefined ? {} : { supervisor: options.supervisor }),
    ...(options.mountinfo === undefined ? {} : { mountinfo: options.mountinfo }),
    shipped,
    version: '0.0.0',
    clock: options.clock ?? fastClock(options.pace ?? defaultPace),
    log,
  })
  const stop = () => app.stop()
  return {
    app,
    data,
    log,
    call: (method, path, body) => call(`${app.panelUrl}/api${path}`, method, body),
    stop,
    async remove() {
      await stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}

async function call(url: string, method: string, body: unknown) {
  const answer = await fetch(url, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: answer.status, body: (await answer.json()) as never }
}

/** A time zone in which it is that hour now, so that day and night are what a test needs. */
export function zoneWhereItIs(hour: number): string {
  const behind = (new Date().getUTCHours() - hour + 24) % 24
  // The names count westwards from Greenwich, and reach 12 hours that way and 14 the other.
  return behind <= 12 ? `Etc/GMT+${behind}` : `Etc/GMT-${24 - behind}`
}

export interface Heard {
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
}

/** Everything that is said on the local broker, as any client hears it. */
export async function listenTo(url: string): Promise<{
  heard: Heard[]
  /** The first message that fits, heard already or within 30 s. */
  first(fits: (message: Heard) => boolean): Promise<Heard>
  say(topic: string, payload: string): Promise<void>
  stop(): Promise<void>
}> {
  const heard: Heard[] = []
  const waiting = new Set<() => void>()
  const client = await mqtt.connectAsync(url)
  client.on('message', (topic, payload, { retain }) => {
    heard.push({ topic, payload: payload.toString(), retain })
    for (const look of waiting) look()
  })
  await client.subscribeAsync('#', { qos: 1 })
  return {
    heard,
    first: (fits) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('nothing that fits was heard within 30 s')), 30_000)
        const look = () => {
          const found = heard.find(fits)
          if (found === undefined) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
    async say(topic, payload) {
      await client.publishAsync(topic, payload, { qos: 1 })
    },
    stop: () => client.endAsync(),
  }
}

/** Resolves as soon as the condition holds; fails after 30 s with what was waited for. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + 30_000
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited 30 s in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
