import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startMosquitto } from './support/mosquitto.ts'
import { testWith } from './support/programs.ts'
import { listenTo, type RunningApp, runApp, shipped, until } from './support/running-app.ts'

let running: RunningApp
let broker: Awaited<ReturnType<typeof listenTo>>

beforeAll(async () => {
  running = await runApp()
  broker = await listenTo(running.app.mqttUrl)
})

afterAll(async () => {
  await broker?.stop()
  await running?.remove()
})

const nursery = () => {
  const player = running.app.simulator?.players[0]
  if (player === undefined) throw new Error('no simulated player')
  return player
}

const audioOf = (...files: string[]) =>
  Promise.all(files.map((file) => readFile(join(shipped, 'audio', file)))).then((parts) =>
    Buffer.concat(parts),
  )

// A difference between long buffers would take minutes to print.
const sameBytes = (expected: Buffer) => (found: Buffer) => found.equals(expected)

/** Waits until the player's last request has brought so many bytes, and gives just those. */
async function firstBytes(bytes: number): Promise<Buffer> {
  await until(`${bytes} bytes have arrived`, () => nursery().received().length >= bytes)
  return nursery().received().subarray(0, bytes)
}

// Enough to tell any two queues apart, long before either ends.
const someBytes = 60_000

describe('the circle', () => {
  test('two simulated players are listed, online and retained on the local broker', async () => {
    const { body } = await running.call('GET', '/players')
    expect(body).toMatchObject({
      count: 2,
      players: [
        { name: 'Nursery', model: 'Yoto Mini', online: true },
        { name: 'Den', online: true },
      ],
    })
    const state = await broker.first(({ topic }) => topic === `yoto/${nursery().id}/state`)
    expect(JSON.parse(state.payload)).toMatchObject({ id: nursery().id, name: 'Nursery', card_id: null })
    const discovery = await broker.first(
      ({ topic }) => topic.startsWith('homeassistant/device/') && topic.includes(nursery().id),
    )
    expect(Object.keys(JSON.parse(discovery.payload).components)).toEqual(
      expect.arrayContaining(['online', 'battery', 'volume', 'playback', 'button']),
    )
  })

  test('the Mini is offered no light, is told none, and a rule that lights it is found', async () => {
    const discoveryOf = async (id: string | undefined) => {
      const { payload } = await broker.first(
        ({ topic }) => topic.startsWith('homeassistant/device/') && topic.includes(id ?? 'nobody'),
      )
      return Object.keys(JSON.parse(payload).components).filter((key) =>
        /light|ambient|temperature/.test(key),
      )
    }
    expect(await discoveryOf(nursery().id)).toEqual([])
    expect(await discoveryOf(running.app.simulator?.players[1]?.id)).toEqual(
      expect.arrayContaining(['nightlight', 'ambient_day', 'ambient_night', 'temperature', 'light_sensor']),
    )
    const told = await running.call('POST', `/players/${nursery().id}/ambient`, { light: '#ff8800' })
    expect(told).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('has no light: a Yoto Mini has none') } },
    })
    const text =
      'rules:\n  r: {player: nursery, when: [{startup: }], do: [{ambient: "off"}, {pause: nursry}]}\n'
    const { body } = await running.call('POST', '/rules/check', { file: 'tried.yaml', text })
    const { findings } = body as { findings: { code: string }[] }
    expect(findings.map(({ code }) => code)).toEqual(['rule/not-on-model', 'ref/player'])
  })

  test('a press changes the queue, and the next press hears it', async () => {
    const { app, call } = running
    await app.hub.mutateQueue(
      'bedroom',
      { op: 'replace', files: ['stories/crossroads.mp3', 'music/counting-song.mp3'], playlist: 'daytime' },
      'the test',
    )
    const before = await audioOf('stories/crossroads.mp3', 'music/counting-song.mp3')
    const after = await audioOf('stories/forest.mp3')
    const cards = (await call('GET', '/cards')).body as {
      cards: { card_id: string; stream: string; kind: string }[]
    }
    const card = cards.cards.find(({ stream, kind }) => stream === 'bedroom' && kind === 'stream')
    const act = (what: string, body: object) =>
      call('POST', `/simulator/players/${nursery().id}/${what}`, body)

    expect((await act('insert', { card_id: card?.card_id })).status).toBe(200)
    expect(await firstBytes(someBytes)).toSatisfy(sameBytes(before.subarray(0, someBytes)))
    await until('the cloud says what plays', () => app.hub.player(nursery().id)?.track_key === '01')

    await act('press', { button: 'right' })
    await until('the player is on its second chapter', () => nursery().snapshot().chapterKey === '02')
    // The press itself asked at once, before anybody could know of it.
    expect(await firstBytes(someBytes)).toSatisfy(sameBytes(before.subarray(0, someBytes)))
    const button = await broker.first(
      ({ topic, payload }) => topic === `yoto/${nursery().id}/event` && JSON.parse(payload).type === 'button',
    )
    expect(JSON.parse(button.payload)).toMatchObject({
      type: 'button',
      event_type: 'button',
      button: 'right',
      via: 'mqtt',
      stream: 'bedroom',
      card_id: card?.card_id,
    })
    expect(button.retain).toBe(false)
    await until('the rule has changed the queue', () => app.hub.queue('bedroom')?.playlist === 'forest')
    expect(app.hub.queue('bedroom')?.reason).toBe('rule right-to-the-forest')
    await broker.first(
      ({ topic, payload }) =>
        topic === 'yoto/stream/bedroom/state' && JSON.parse(payload).playlist === 'forest',
    )

    await act('press', { button: 'right' })
    await until('the player is on its third chapter', () => nursery().snapshot().chapterKey === '03')
    expect(await firstBytes(after.length)).toSatisfy(sameBytes(after))
    expect(nursery().snapshot().lastRequest?.headers.range).toBeUndefined()
  })

  test('each press was one button event', () => {
    const presses = broker.heard.filter(
      ({ topic, payload }) => topic === `yoto/${nursery().id}/event` && JSON.parse(payload).type === 'button',
    )
    expect(presses).toHaveLength(2)
  })

  testWith(
    ['ffmpeg'],
    'what the player was served decodes without a warning, to its full length',
    async () => {
      const after = await audioOf('stories/forest.mp3')
      const { seconds, warnings } = await decode(nursery().received())
      expect(warnings).toBe('')
      // A frame is 24 ms; the decoder's own delay is less than one.
      expect(Math.abs(seconds - (after.length / 384) * 0.024)).toBeLessThan(0.03)
    },
  )

  test('the card plays through REST as one clean file with ranges', async () => {
    const url = `${running.app.panelUrl}/api/streams/bedroom/stream.mp3`
    const whole = Buffer.from(await (await fetch(url)).arrayBuffer())
    expect(whole).toSatisfy(sameBytes(await audioOf('stories/forest.mp3')))
    const part = await fetch(url, { headers: { range: 'bytes=1000-1999' } })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe(`bytes 1000-1999/${whole.length}`)
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(1000, 2000))
  })

  test('nothing that was logged holds a whole key', () => {
    const keys = running.app.cards.list().map((card) => card.key)
    expect(keys.length).toBeGreaterThan(0)
    const said = JSON.stringify(running.log.lines)
    for (const key of keys) expect(said).not.toContain(key)
  })
})

/** Decodes MP3 bytes as a player would; whatever ffmpeg complains of comes back in words. */
async function decode(bytes: Buffer): Promise<{ seconds: number; warnings: string }> {
  const ffmpeg = spawn('ffmpeg', [
    '-v',
    'warning',
    '-f',
    'mp3',
    '-i',
    'pipe:0',
    '-f',
    's16le',
    '-ac',
    '1',
    '-ar',
    '48000',
    'pipe:1',
  ])
  let samples = 0
  let warnings = ''
  ffmpeg.stdout.on('data', (chunk: Buffer) => {
    samples += chunk.length / 2
  })
  ffmpeg.stderr.on('data', (chunk: Buffer) => {
    warnings += chunk.toString()
  })
  ffmpeg.stdin.end(bytes)
  await once(ffmpeg, 'close')
  return { seconds: samples / 48_000, warnings }
}

testWith(['mosquitto'], 'turning simulated players off takes what they retained off the broker', async () => {
  const mosquitto = await startMosquitto()
  const env = { YOTO_STREAM_MQTT_URL: mosquitto.url, YOTO_STREAM_SIMULATE: 'always' }
  const simulated = await runApp({ env })
  await simulated.stop()
  const before = await listenTo(mosquitto.url)
  const isOfPlayer = ({ topic }: { topic: string }) => topic.includes('ysimNurseryMini')
  await before.first(isOfPlayer)
  await before.stop()

  const quiet = await runApp({ data: simulated.data, env: { ...env, YOTO_STREAM_SIMULATE: 'never' } })
  const retained = async () => {
    const after = await listenTo(mosquitto.url)
    await after.first(({ topic, payload }) => topic === 'yoto/bridge/state' && payload === 'online')
    await after.stop()
    return after.heard.filter((message) => isOfPlayer(message) && message.retain)
  }
  // They are taken off after the greeting, one by one.
  for (let look = 0; look < 50 && (await retained()).length > 0; look++) await quiet.call('GET', '/health')
  expect(await retained()).toEqual([])
  await quiet.remove()
  await mosquitto.stop()
})
