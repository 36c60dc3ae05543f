import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect } from 'vitest'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { listenTo, type RunningApp, runApp } from '../support/running-app.ts'

const opened: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.stop()
})

/** What stands retained on the broker once it is as it should be; fails after 10 s. */
async function stands(
  url: string,
  fits: (topics: ReadonlyMap<string, string>) => boolean,
): Promise<ReadonlyMap<string, string>> {
  const end = Date.now() + 10_000
  for (;;) {
    const { heard, first, stop } = await listenTo(url)
    // There is always something that is retained: the bridge's own state.
    await first(({ topic }) => topic.endsWith('/bridge/state'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await stop()
    const topics = new Map(heard.filter(({ retain }) => retain).map(({ topic, payload }) => [topic, payload]))
    if (fits(topics)) return topics
    if (Date.now() > end)
      throw new Error(`within 10 s it was not so; there stand ${[...topics.keys()].join(', ')}`)
  }
}

const says = (topics: ReadonlyMap<string, string>, text: string) =>
  [...topics].some(([topic, payload]) => `${topic} ${payload}`.includes(text))

testWith(
  ['mosquitto'],
  'what is gone leaves nothing on the broker, whether it goes while the product runs or between two runs',
  async () => {
    const broker = await startMosquitto()
    opened.push(broker)
    const data = await mkdtemp(join(tmpdir(), 'local-broker-'))
    opened.push({ stop: () => rm(data, { recursive: true, force: true }) })
    const run = async (env: Record<string, string>): Promise<RunningApp> => {
      const running = await runApp({ data, env: { YOTO_STREAM_MQTT_URL: broker.url, ...env } })
      opened.push({ stop: () => running.stop() })
      return running
    }

    const first = await run({ YOTO_STREAM_SIMULATE: 'always' })
    await first.call('POST', '/streams/dusk/queue', { files: ['stories/crossroads.mp3'] })
    const before = await stands(broker.url, (topics) => says(topics, 'stream_dusk__playlist'))
    expect(JSON.parse(before.get('yoto/stream/dusk/state') ?? '{}').now_playing).toBe('Crossroads')
    expect([...before.keys()].filter((topic) => topic.includes('ysim')).length).toBeGreaterThan(4)
    await first.call('DELETE', '/streams/dusk')
    await stands(broker.url, (topics) => !says(topics, 'dusk'))

    await first.stop()
    const second = await run({ YOTO_STREAM_SIMULATE: 'never', YOTO_STREAM_MQTT_BASE_TOPIC: 'toys' })
    const after = await stands(
      broker.url,
      (topics) => topics.has('toys/stream/bedroom/state') && !says(topics, 'ysim'),
    )
    expect([...after.keys()].filter((topic) => /^yoto\/|yoto_/.test(topic))).toEqual([])
    await second.stop()
  },
)
