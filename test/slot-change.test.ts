import { describe, expect, test } from 'vitest'
import { until } from './support/running-app.ts'
import { scheduledHouse, songMs } from './support/scheduled-house.ts'

const rules = (terms = '') => `
playlists:
  day: [a.mp3, b.mp3, c.mp3]
  lullabies: [m.mp3, n.mp3]
schedules:
  bedroom:
    default: day
    ${terms}
    slots:
      night: {from: "19:00", to: "06:30", play: lullabies}
  den:
    default: day
    ${terms}
    slots:
      quiet: {from: "19:00", to: "20:00", play: none, if_pressed: z.mp3}
`

describe('who asks when a slot has begun and no timer has run yet', () => {
  const slept = async () => {
    const house = await scheduledHouse(rules(), '2065-11-21T18:59:50Z')
    expect(house.playlist('bedroom')).toBe('day')
    const { url } = await house.shown('bedroom')
    house.clock.pass(20_000)
    return { ...house, url }
  }

  test('for the file gets what is due', async () => {
    const { url } = await slept()
    const { length } = { length: (await (await fetch(url)).arrayBuffer()).byteLength }
    expect(length).toBe(2 * 417 * 384)
  })

  test('for its length gets that', async () => {
    const { url } = await slept()
    const answer = await fetch(url, { method: 'HEAD' })
    expect(answer.headers.get('content-length')).toBe(String(2 * 417 * 384))
  })

  test('for the queue over REST sees it', async () => {
    const { shown } = await slept()
    expect(await shown('bedroom')).toMatchObject({ playlist: 'lullabies' })
  })

  test('for a place of a queue card gets it', async () => {
    const { fetched } = await slept()
    expect((await fetched('bedroom', 'start')).songs).toBe('m')
  })

  test('for a closed stream hears what is said instead', async () => {
    const { fetched } = await slept()
    expect((await fetched('den')).songs).toBe('z')
  })

  test('for a live stream, and its head', async () => {
    const house = await scheduledHouse(rules(), '2065-11-21T18:59:50Z')
    for (const stream of ['bedroom', 'den'])
      await house.house().call('PUT', `/streams/${stream}`, { mode: 'live' })
    const { url } = await house.shown('bedroom')
    house.clock.pass(20_000)
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)
    const hearing = await house.listen('bedroom')
    await house.pass(2_000)
    expect(hearing.songs()).toMatch(/^m:/)
  })

  test('also where the clock was set back', async () => {
    const { clock, fetched } = await slept()
    expect((await fetched('bedroom')).songs).toBe('m n')
    clock.pass(-3_600_000)
    expect((await fetched('bedroom')).songs).toBe('a b c')
  })
})

describe('a live stream at a boundary', () => {
  async function heardFrom(terms: string, stream: string, time = '2065-11-21T18:59:45Z', loop = false) {
    const house = await scheduledHouse(rules(terms), time)
    await house.house().call('PUT', `/streams/${stream}`, { mode: 'live', loop })
    const hearing = await house.listen(stream)
    // The disk takes its own time, and the songs must not run away from it.
    const begins = async (holds: () => boolean) => {
      await house.pass(15_050)
      await until('the slot has begun', holds)
    }
    return { ...house, hearing, begins }
  }

  test('lets the song end that plays, and goes on with what the slot has', async () => {
    const { hearing, pass, playlist, begins } = await heardFrom('', 'bedroom')
    await begins(() => playlist('bedroom') === 'lullabies')
    await pass(3 * songMs)
    // 18:59:45: the second song plays when the slot begins.
    expect(hearing.songs()).toBe('a b m n')
  })

  test('with `change: now` goes over at once', async () => {
    const { hearing, pass, playlist, begins } = await heardFrom('change: now', 'bedroom')
    await begins(() => playlist('bedroom') === 'lullabies')
    await pass(2 * songMs)
    expect(hearing.songs()).toMatch(/^a b:\d+ m/)
  })

  test('closed by a slot ends behind its song', async () => {
    const { hearing, pass, fetched, queue, begins } = await heardFrom('', 'den')
    await begins(() => queue('den')?.closed === true)
    await pass(2 * songMs)
    expect(hearing.songs()).toBe('a b')
    expect(hearing.isOver()).toBe(true)
    expect((await fetched('den')).songs).toBe('z')
  })

  test('a song that is let end is no longer let where a person closes the stream', async () => {
    const { hearing, pass, house, playlist, begins } = await heardFrom('', 'bedroom')
    await begins(() => playlist('bedroom') === 'lullabies')
    await house().call('PUT', '/streams/bedroom', { title: 'Bedroom' })
    await house().app.hub.mutateQueue('bedroom', { op: 'settings', settings: { closed: true } }, 'the test')
    await pass(1_000)
    expect(hearing.songs()).toMatch(/^a b:\d+$/)
  })

  test.each([false, true])(
    'with `change: after_queue` plays its queue to the end (loop: %s)',
    async (loop) => {
      const { hearing, pass, playlist, current, begins } = await heardFrom(
        'change: after_queue',
        'bedroom',
        undefined,
        loop,
      )
      await begins(() => current('bedroom') === 'b.mp3')
      expect(playlist('bedroom')).toBe('day')
      await pass(2_000)
      await until('the last song has begun', () => playlist('bedroom') === 'lullabies')
      await pass(3 * songMs)
      expect(hearing.songs()).toMatch(/^a b c m n/)
    },
  )

  test('with `after_queue` changes as soon as nobody listens', async () => {
    const { hearing, pass, playlist, shown } = await heardFrom('change: after_queue', 'bedroom')
    await pass(15_050)
    expect(playlist('bedroom')).toBe('day')
    hearing.hangUp()
    const later = async () => {
      await pass(6_000)
      return (await shown('bedroom')).playlist
    }
    await expect.poll(later, { timeout: 10_000 }).toBe('lullabies')
  })
})

describe('the file of a stream', () => {
  test.each([
    ['after_track', 'a b'],
    ['now', 'a b'],
    ['after_queue', 'a b c'],
  ])('with `change: %s` has %s', async (change, songs) => {
    const { fetched, pass } = await scheduledHouse(rules(`change: ${change}`), '2065-11-21T18:59:45Z')
    expect((await fetched('bedroom')).songs).toBe(songs)
    await pass(15_000)
    expect((await fetched('bedroom')).songs).toBe('m n')
  })
})

test('a queue card plays its song to the end, and then what the slot has', async () => {
  const { fetched, pass, current } = await scheduledHouse(rules(), '2065-11-21T18:59:45Z')
  expect((await fetched('bedroom', 'start')).songs).toBe('a')
  await pass(songMs)
  expect((await fetched('bedroom', 'now-a')).songs).toBe('b')
  await pass(songMs)
  await until('the slot has begun', () => current('bedroom') === 'm.mp3')
  expect((await fetched('bedroom', 'now-b')).songs).toBe('m')
  await pass(songMs)
  expect((await fetched('bedroom', 'now-a')).songs).toBe('n')
})
