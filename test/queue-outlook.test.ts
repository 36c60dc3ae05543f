import mqtt from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { listenTo, until } from './support/running-app.ts'
import { scheduledHouse } from './support/scheduled-house.ts'

const rules = `
playlists:
  morning: [a.mp3]
  day: [b.mp3]
schedules:
  bedroom:
    slots:
      morning: {from: "06:30", to: "09:00", play: morning}
      day: {from: "09:00", to: "20:00", play: day}
`

/** The product at that time, with what is said and heard on its broker. */
async function openHouse(time: string, text = rules) {
  const house = await scheduledHouse(text, time)
  const { app, call } = house.house()
  const heard = await listenTo(app.mqttUrl)
  const client = await mqtt.connectAsync(app.mqttUrl)
  onTestFinished(async () => {
    await client.endAsync(true)
    await heard.stop()
  })
  const answers = () => heard.heard.filter(({ topic }) => topic === 'yoto/bridge/response/set')
  return {
    ...house,
    call,
    async set(payload: object) {
      const before = answers().length
      await client.publishAsync('yoto/stream/bedroom/set', JSON.stringify(payload), { qos: 1 })
      await until('it is answered', () => answers().length > before)
      return JSON.parse(answers()[before]?.payload ?? '')
    },
    state: () =>
      JSON.parse(
        heard.heard.findLast(({ topic }) => topic === 'yoto/stream/bedroom/state')?.payload ?? 'null',
      ),
    add: async (file: string) =>
      (await call('POST', '/streams/bedroom/queue', { files: [file] })).body as {
        message: string
        queue: { closed: boolean; holds_until: string | null; stays: boolean }
      },
  }
}

const plain = 'playlists: {morning: [a.mp3]}'

test('what is put into a stream that is closed until a time is said to play then', async () => {
  const house = await openHouse('2065-01-15T21:00:00Z', plain)
  await house.add('a.mp3')
  expect(await house.set({ closed: true, until: '06:30' })).toMatchObject({ status: 'ok' })
  expect((await house.add('m.mp3')).message).toBe(
    '1 file added to "bedroom"; "bedroom" is closed until 06:30; it plays then; "closed": false opens it now',
  )
  expect(await house.set({ queue: { add: 'n.mp3' } })).toMatchObject({
    status: 'ok',
    data: {
      topic: 'yoto/stream/bedroom/set',
      note: '"bedroom" is closed until 06:30; it plays then; "closed": false opens it now',
    },
  })
  const opened = await house.call('PUT', '/streams/bedroom', { closed: false })
  expect(opened).toMatchObject({ status: 200, body: { queue: { closed: false, closed_until: null } } })
  expect((await house.add('z.mp3')).message).toBe('1 file added to "bedroom"')
  expect(await house.set({ queue: { add: 'z.mp3' } })).toEqual({
    status: 'ok',
    data: { topic: 'yoto/stream/bedroom/set' },
  })
})

test('what is put into a stream that nothing opens is said to wait for a person', async () => {
  const house = await openHouse('2065-01-15T21:00:00Z', plain)
  await house.add('a.mp3')
  expect(await house.call('PUT', '/streams/bedroom', { closed: true })).toMatchObject({
    body: { queue: { closed: true } },
  })
  const { body } = await house.mutate('bedroom', { op: 'insert_next', files: ['b.mp3'] })
  expect((body as { message: string }).message).toBe(
    '"bedroom": 1 file added; "bedroom" is closed; it plays when the stream is opened; "closed": false opens it now',
  )
})

test('what is put into a stream that its schedule has closed is said not to be heard', async () => {
  const house = await openHouse('2065-01-15T21:00:00Z')
  const { message, queue } = await house.add('m.mp3')
  expect(message).toBe(
    '1 file added to "bedroom"; "bedroom" is closed, and at 06:30 its schedule puts its own content there: it is heard only where the stream is opened before; "closed": false opens it now',
  )
  expect(queue).toMatchObject({ closed: true, holds_until: '2065-01-16T06:30:00.000Z', stays: false })
})

test('a queue made by hand says until when it holds, and the next slot takes its place then', async () => {
  const house = await openHouse('2065-01-15T10:00:00Z')
  const { message, queue } = await house.add('m.mp3')
  expect(message).toBe(
    '1 file added to "bedroom"; it stays until 20:00, then the schedule of "bedroom" puts its own content there; "stays": true keeps it until a person ends that',
  )
  expect(queue).toMatchObject({ holds_until: '2065-01-15T20:00:00.000Z', stays: false })
  await until('the broker says so', () => house.state()?.holds_until === '2065-01-15T20:00:00.000Z')
  await house.clock.advance(10 * 3_600_000)
  await until('the slot is over', () => house.queue('bedroom')?.closed === true)
  expect(house.queue('bedroom')?.items).toEqual([])
})

test('a queue made by hand can be kept over all slots until a person ends that', async () => {
  const house = await openHouse('2065-01-15T10:00:00Z')
  await house.add('m.mp3')
  expect(await house.set({ stays: true })).toMatchObject({ status: 'ok' })
  await until('the broker says so', () => house.state()?.stays === true)
  expect(house.state()).toMatchObject({ holds_until: null, stays: true })
  await house.clock.advance(24 * 3_600_000)
  expect(house.queue('bedroom')?.items.map(({ file }) => file)).toEqual(['b.mp3', 'm.mp3'])
  expect((await house.add('n.mp3')).message).toBe('1 file added to "bedroom"')
  await house.clock.advance(10 * 3_600_000)
  expect(house.queue('bedroom')).toMatchObject({ closed: false })
  expect((await house.call('PUT', '/streams/bedroom', { stays: false })).status).toBe(200)
  await until('the schedule holds again', () => house.queue('bedroom')?.closed === true)
  expect(house.queue('bedroom')?.items).toEqual([])
})
