import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterEach, expect, test } from 'vitest'
import { listenTo, type RunningApp, runApp, until } from './support/running-app.ts'

const sleepy = 'clips/still-sleepy-time.mp3'
const rules = `playlists:
  songs: [music/good-morning.mp3]
schedules:
  bedroom:
    slots:
      asleep: {play: none, if_pressed: ${sleepy}}
  kitchen:
    default: songs
`

let running: RunningApp | undefined

afterEach(async () => {
  await running?.remove()
  running = undefined
})

async function household(): Promise<RunningApp> {
  const data = await mkdtemp(join(tmpdir(), 'yoto-app-'))
  await mkdir(join(data, 'config'))
  await writeFile(join(data, 'config', 'house.yaml'), rules)
  running = await runApp({ data })
  return running
}

const shown = async ({ call }: RunningApp, stream: string) =>
  (await call('GET', `/streams/${stream}/queue`)).body

test('a slot that plays nothing says what is heard instead, also after a restart', async () => {
  const house = await household()
  expect(await shown(house, 'bedroom')).toMatchObject({ closed: true, if_pressed: sleepy, files: [] })
  expect(await shown(house, 'kitchen')).toMatchObject({ closed: false, if_pressed: null })
  await house.stop()
  running = await runApp({ data: house.data })
  expect(await shown(running, 'bedroom')).toMatchObject({ closed: true, if_pressed: sleepy })
})

test('over MQTT a stream is closed with a file that there is, and not with one that there is not', async () => {
  const house = await household()
  const { app, log } = house
  const broker = await listenTo(app.mqttUrl)
  const client = await mqtt.connectAsync(app.mqttUrl)
  const set = (payload: object) =>
    client.publishAsync('yoto/stream/kitchen/set', JSON.stringify(payload), { qos: 1 })
  await set({ closed: true, if_pressed: 'clips/no-such.mp3' })
  const refusal = () => log.lines.find(({ message }) => message === 'an MQTT command failed')
  await until('the refusal is logged', () => refusal() !== undefined)
  expect(refusal()).toMatchObject({
    level: 'warn',
    detail: {
      topic: 'yoto/stream/kitchen/set',
      problem: expect.stringContaining('not in the library: clips/no-such.mp3'),
    },
  })
  expect(await shown(house, 'kitchen')).toMatchObject({ closed: false, if_pressed: null })
  await set({ closed: true, if_pressed: sleepy })
  const state = await broker.first(
    ({ topic, payload }) => topic === 'yoto/stream/kitchen/state' && payload.includes(sleepy),
  )
  expect(JSON.parse(state.payload)).toMatchObject({ closed: true, if_pressed: sleepy, playlist: 'songs' })
  await client.endAsync()
  await broker.stop()
})

test('what is heard of it is that file, and the usual clip where the file is gone', async () => {
  const house = await household()
  const { app, call, data } = house
  const audio = (name: string) => readFile(join(data, 'media', name))
  const fetched = async (file: string) => {
    const { url } = (await call('GET', '/streams/bedroom/queue')).body as { url: string }
    const answer = await fetch(`${app.mediaUrl}${new URL(url).pathname.replace('stream.mp3', file)}`)
    return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) }
  }
  const expected = await audio(sleepy)
  expect((await fetched('stream.mp3')).bytes.equals(expected)).toBe(true)
  await rm(join(data, 'media', sleepy))
  expect((await fetched('stream.mp3')).bytes.equals(await audio('clips/nothing-here-yet.mp3'))).toBe(true)
})
