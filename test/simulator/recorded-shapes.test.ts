import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { House, streamCard } from './support/house.ts'

const folder = new URL('../../../shared/fixtures/yoto/', import.meta.url)

type Fields = Record<string, unknown>
interface Recorded {
  readonly topic: string
  readonly payload: Fields & { readonly status?: Fields }
}

function recorded<Shape = Recorded[]>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
}

/** The names of the fields and the kinds of their values; null stands for any kind. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return 'list'
  if (typeof value !== 'object' || value === null) return typeof value
  const entries = Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)])
  return Object.fromEntries(entries.sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)))
}

const keysOf = (value: unknown) => Object.keys(value as Fields).sort()

describe.skipIf(!existsSync(folder))('recorded shapes (skipped where the recordings are absent)', () => {
  let house: House

  beforeEach(async () => {
    house = await House.open()
  })
  afterEach(() => house.close())

  test('a start says what a Mini was seen to say, and an end too', async () => {
    const ear = await house.listen()
    await house.player().power(false)
    await house.until(() => ear.on('status').length === 1)
    const [end] = recorded('mqtt-shutdown-mini.json')
    expect(shapeOf(ear.on('status')[0])).toEqual(shapeOf(end?.payload))
    ear.messages.length = 0
    await house.player().power(true)
    await house.until(() => ear.on('data/events').length === 1)
    const boot = recorded('mqtt-boot-sequence-mini.json')
    for (const topic of ['status', 'data/status', 'data/events', 'events']) {
      const seen = boot.filter((message) => message.topic.split('/').slice(2).join('/') === topic)
      expect(ear.on(topic).map(shapeOf), topic).toEqual(seen.map(({ payload }) => shapeOf(payload)))
    }
  })

  test('battery messages of both families', async () => {
    const mini = await house.listen(house.player(0))
    const v3 = await house.listen(house.player(1))
    await house.clock.advance(300_000)
    await house.until(() => mini.on('status').length === 1 && v3.on('status').length === 1)
    expect(shapeOf(mini.on('status')[0])).toEqual(
      shapeOf(recorded('mqtt-periodic-status-mini.json')[0]?.payload),
    )
    expect(shapeOf(v3.on('status')[0])).toEqual(
      shapeOf(recorded('mqtt-legacy-status-periodic-v3.json')[0]?.payload),
    )
  })

  test('a full message while a card plays, a volume step and an idle answer', async () => {
    const ear = await house.listen()
    await ear.command('events/request')
    await house.until(() => ear.on('data/events').length === 1)
    const [answer, idle] = recorded('mqtt-events-request-response-mini.json')
    expect(shapeOf(ear.on('response')[0])).toEqual(shapeOf({ status: { ...answer?.payload.status } }))
    expect(shapeOf(ear.on('data/events')[0])).toEqual(shapeOf(idle?.payload))
    await house.player().turn('left', -1)
    await house.until(() => ear.on('data/events').length === 2)
    expect(shapeOf(ear.on('data/events')[1])).toEqual(
      shapeOf(recorded('mqtt-volume-turn-sequence-mini.json')[1]?.payload),
    )
    const track = {
      key: '01',
      title: 'One',
      type: 'audio',
      format: 'aac',
      trackUrl: 'yoto:#abc',
      duration: 90,
    }
    const content = { chapters: [{ key: '01', title: 'One', tracks: [track] }] }
    const cardId = await house.makeCard({ title: 'Uploaded', content })
    await ear.command('card/start', { uri: `https://yoto.io/${cardId}` })
    await house.until(() =>
      ear.on('data/events').some((event) => 'repeatAll' in event && event.position === 5),
    )
    const full = ear.on('data/events').find((event) => event.position === 5)
    const seen = recorded<Recorded>('mqtt-events-playing-remote-v3.json').payload
    expect(shapeOf(full)).toEqual(shapeOf(seen))
  })

  test('the device list and the config', async () => {
    const devices = (await house.api('GET', '/device-v2/devices/mine')).body.devices
    expect(devices.map(shapeOf)).toEqual(
      recorded<{ devices: unknown[] }>('rest-devices-mine-shape.json').devices.map(shapeOf),
    )
    const { device } = (await house.api('GET', `/device-v2/${house.player(1).id}/config`)).body
    const seen = recorded<{ device: { config: unknown; status: unknown } }>(
      'rest-device-config-v3.json',
    ).device
    expect(keysOf(device)).toEqual(keysOf(seen))
    expect(shapeOf(device.config)).toEqual(shapeOf(seen.config))
    expect(keysOf(device.status)).toEqual(keysOf(seen.status))
  })

  test('the library', async () => {
    await house.makeCard(streamCard(['http://example.org/a.mp3']))
    const { cards } = (await house.api('GET', '/card/family/library')).body
    expect(keysOf(cards[0])).toEqual(
      keysOf(recorded<{ cards: unknown[] }>('rest-family-library.json').cards[0]),
    )
  })

  test.each([
    'card-stream-minimal.json',
    'card-stream-dreaming-of-a-jet-plane.json',
    'card-interactive-stream-minimal.json',
    'card-interactive-twee-generated.json',
    'card-interactive-commercial-excerpt.json',
  ])('%s is taken as a card', async (name) => {
    const { cardId: _, ...card } = recorded<Fields>(name)
    expect((await house.api('POST', '/content', card)).status).toBe(200)
  })
})
