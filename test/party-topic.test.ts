import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished } from 'vitest'
import { freePort } from './support/free-port.ts'
import { startMosquitto } from './support/mosquitto.ts'
import { testWith } from './support/programs.ts'
import { listenTo, runApp, shipped, until } from './support/running-app.ts'

const example = fileURLToPath(new URL('fixtures/rules/ha-mqtt-toggle.yaml', import.meta.url))
const run = promisify(execFile)

/** The product with the example alone as its rules, and music for it. */
async function house(env: Record<string, string> = {}) {
  const data = await mkdtemp(join(tmpdir(), 'party-'))
  await mkdir(join(data, 'config'))
  await mkdir(join(data, 'media', 'music', 'party'), { recursive: true })
  await cp(example, join(data, 'config', 'party.yaml'))
  for (const song of ['counting-song.mp3', 'skipping-song.mp3'])
    await cp(join(shipped, 'audio', 'music', song), join(data, 'media', 'music', 'party', song))
  const running = await runApp({ data, pace: 1, env })
  onTestFinished(() => running.remove())
  const { app } = running
  await app.hub.mutateQueue('bedroom', { op: 'append', files: ['music/party/counting-song.mp3'] }, 'the test')
  const playlist = () => app.hub.queue('bedroom')?.playlist ?? null
  return { ...running, playlist }
}

/** Says things as the command does that everybody has at hand. */
function sayer(url: string) {
  const { hostname, port } = new URL(url)
  const say = (topic: string, payload: string, ...more: string[]) =>
    run('mosquitto_pub', ['-h', hostname, '-p', port, '-q', '1', '-t', topic, '-m', payload, ...more])
  const hear = async (topic: string) => {
    const { stdout } = await run('mosquitto_sub', [
      '-h',
      hostname,
      '-p',
      port,
      '-t',
      topic,
      '-C',
      '1',
      '-W',
      '5',
    ])
    return stdout.trim()
  }
  return { say, hear }
}

const programs = ['mosquitto', 'mosquitto_pub', 'mosquitto_sub']

describe('the example of a party that is switched over MQTT', () => {
  async function parties({ app, playlist, log }: Awaited<ReturnType<typeof house>>) {
    const { say, hear } = sayer(app.mqttUrl)
    expect(app.ruleSet.rules.map(({ id }) => id)).toEqual(['party-switch'])
    // By the plain topic.
    await say('home/party/set', 'ON')
    await until('the party is on', () => playlist() === 'party-hits')
    await say('home/party/set', 'OFF')
    await until('what was there before is back', () => playlist() === null)
    // By the switch, as Home Assistant sets it.
    expect(await hear('yoto/input/party/state')).toBe('OFF')
    await say('yoto/input/party/set', 'ON')
    await until('the party is on again', () => playlist() === 'party-hits')
    expect(await hear('yoto/input/party/state')).toBe('ON')
    const heard = await listenTo(app.mqttUrl)
    await heard.first(({ topic, payload }) => topic === 'home/party/state' && payload === 'ON')
    await heard.stop()
    await say('yoto/input/party/set', 'maybe')
    const isSaid = (words: string) =>
      log.lines.some(({ message, detail }) => `${message} ${JSON.stringify(detail)}`.includes(words))
    await until('it is said what the switch takes', () => isSaid('expected ON or OFF'))
    expect(playlist()).toBe('party-hits')
    await say('yoto/input/party/set', 'OFF')
    await until('the party is over', () => playlist() === null)
  }

  testWith(programs, 'works on the broker that comes with the product', async () => parties(await house()))

  testWith(programs, 'works on Mosquitto', async () => {
    const broker = await startMosquitto()
    onTestFinished(() => broker.stop())
    await parties(await house({ YOTO_STREAM_MQTT_URL: broker.url, YOTO_STREAM_SIMULATE: 'always' }))
  })

  testWith(
    programs,
    'hears nothing that the broker has kept, also where it comes late and is back',
    { tags: 'slow' },
    async () => {
      const port = await freePort()
      const url = `mqtt://127.0.0.1:${port}`
      const { app, playlist, log } = await house({
        YOTO_STREAM_MQTT_URL: url,
        YOTO_STREAM_SIMULATE: 'always',
      })
      const connections = () =>
        log.lines.filter(({ message }) => message.startsWith('connected to the MQTT broker')).length
      const versions: number[] = []
      app.hub.subscribe('the test', (change) => {
        if (change.kind === 'queue') versions.push(change.queue.version)
      })
      const { say, hear } = sayer(url)
      const persistence = await mkdtemp(join(tmpdir(), 'kept-'))
      onTestFinished(() => rm(persistence, { recursive: true, force: true }))
      // Its first run is over before the product has found it.
      const before = await startMosquitto({ port: await freePort(), persistence })
      await sayer(before.url).say('home/party/set', 'ON', '-r')
      await sayer(before.url).say('yoto/input/party/set', 'ON', '-r')
      await before.stop('gently')
      for (const time of [1, 2]) {
        const broker = await startMosquitto({ port, persistence })
        await until('the product is connected', () => connections() === time)
        expect(await hear('home/party/set')).toBe('ON')
        expect(await hear('yoto/input/party/state')).toBe('OFF')
        // By then what was kept has been heard.
        await say('home/party/set', 'ON')
        await until('the party is on', () => playlist() === 'party-hits')
        await say('home/party/set', 'OFF')
        await until('the party is over', () => playlist() === null)
        await broker.stop('gently')
      }
      expect(versions).toHaveLength(4)
      expect(app.hub.input('party')?.value).toBe(false)
    },
  )
})
