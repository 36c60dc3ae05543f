import { describe, expect, test } from 'vitest'
import { scheduledHouse } from './support/scheduled-house.ts'

const rules = (terms = '', day = 'a.mp3, b.mp3, c.mp3') => `
playlists:
  day: [${day}]
  lullabies: [m.mp3, n.mp3]
  party: [z.mp3]
schedules:
  bedroom:
    default: day
    ${terms}
    slots:
      night: {from: "19:00", to: "06:30", play: lullabies}
  kitchen:
    slots:
      all-day: {play: day}
`
const evening = '2065-11-21T18:58:00Z'
const minuteMs = 60_000
const hourMs = 60 * minuteMs

async function atNight(terms = '') {
  const house = await scheduledHouse(rules(terms), evening)
  const skip = (stream = 'bedroom') => house.mutate(stream, { op: 'skip' })
  return { ...house, skip }
}

type House = Awaited<ReturnType<typeof atNight>>

/** What is due there at that time, as whoever asks for it sees it. */
async function at({ clock, shown, current, playlist }: House, time: string, stream = 'bedroom') {
  clock.pass(Date.parse(time) - clock.now().getTime())
  await shown(stream)
  return [playlist(stream), current(stream)]
}

describe('a slot that comes again', () => {
  test('goes on where it was left, each at its own place', async () => {
    const house = await atNight()
    await house.skip()
    expect(await at(house, '2065-11-21T19:00:00Z')).toEqual(['lullabies', 'm.mp3'])
    await house.skip()
    expect(await at(house, '2065-11-22T06:30:00Z')).toEqual(['day', 'b.mp3'])
    await house.skip()
    expect(await at(house, '2065-11-22T19:00:00Z')).toEqual(['lullabies', 'n.mp3'])
    expect(await at(house, '2065-11-23T07:00:00Z')).toEqual(['day', 'c.mp3'])
  })

  test('also after restarts, of which one lasts over the boundary', async () => {
    const house = await atNight()
    await house.skip()
    expect(await at(house, '2065-11-21T19:00:00Z')).toEqual(['lullabies', 'm.mp3'])
    await house.restart()
    await house.skip()
    await house.restart(12 * hourMs)
    expect([house.playlist('bedroom'), house.current('bedroom')]).toEqual(['day', 'b.mp3'])
    expect(await at(house, '2065-11-22T19:00:00Z')).toEqual(['lullabies', 'n.mp3'])
  })

  test('starts over with `resume: false`', async () => {
    const house = await atNight('resume: false')
    await house.skip()
    await at(house, '2065-11-21T19:00:00Z')
    expect(await at(house, '2065-11-22T06:30:00Z')).toEqual(['day', 'a.mp3'])
  })

  test('starts over where its queue was over', async () => {
    const house = await atNight()
    for (let item = 0; item < 3; item++) await house.skip()
    expect(house.queue('bedroom')?.current).toBeNull()
    await at(house, '2065-11-21T19:00:00Z')
    expect(await at(house, '2065-11-22T06:30:00Z')).toEqual(['day', 'a.mp3'])
  })

  test('plays on in the order it was shuffled in', async () => {
    const house = await atNight()
    await house.house().call('PUT', '/streams/bedroom', { shuffle: true })
    const order = () =>
      house
        .queue('bedroom')
        ?.order?.ids.map((id) => house.queue('bedroom')?.items.find((item) => item.id === id)?.file)
    await house.skip()
    const [before, due] = [order(), house.current('bedroom')]
    await at(house, '2065-11-21T19:00:00Z')
    await at(house, '2065-11-22T06:30:00Z')
    expect([order(), house.current('bedroom')]).toEqual([before, due])
  })

  test('is left where somebody puts something else there, and taken up when that is over', async () => {
    const house = await atNight()
    await house.skip()
    await house.mutate('bedroom', { op: 'queue', options: { set: 'party' } })
    expect(await at(house, '2065-11-21T19:00:00Z')).toEqual(['lullabies', 'm.mp3'])
    expect(await at(house, '2065-11-22T06:30:00Z')).toEqual(['day', 'b.mp3'])
  })

  test('where it goes on over midnight stays as it is', async () => {
    const house = await atNight()
    await house.skip('kitchen')
    const before = house.queue('kitchen')?.items
    expect(await at(house, '2065-11-22T00:00:01Z', 'kitchen')).toEqual(['day', 'b.mp3'])
    expect(house.queue('kitchen')?.items).toBe(before)
  })
})

describe('what is put into a scheduled stream', () => {
  const put = ({ mutate }: House, options: object) => mutate('bedroom', { op: 'queue', options })

  test('holds until the slot changes', async () => {
    const house = await atNight()
    await put(house, { set: 'party' })
    expect(await at(house, '2065-11-21T18:59:59Z')).toEqual(['party', 'z.mp3'])
    expect(await at(house, '2065-11-21T19:00:00Z')).toEqual(['lullabies', 'm.mp3'])
  })

  test('for a time holds so long, then the slot goes on where it was', async () => {
    const house = await atNight()
    await at(house, '2065-11-21T19:00:00Z')
    await house.skip()
    await put(house, { set: 'party', for: '2h' })
    expect(await at(house, '2065-11-21T20:59:59Z')).toEqual(['party', 'z.mp3'])
    await house.restart()
    expect(house.playlist('bedroom')).toBe('party')
    expect(await at(house, '2065-11-21T21:00:00Z')).toEqual(['lullabies', 'n.mp3'])
    expect(house.queue('bedroom')?.held).toBeNull()
  })

  test('for a time ends with the slot where that ends first', async () => {
    const house = await atNight()
    await put(house, { set: 'party', for: '2h' })
    expect(await at(house, '2065-11-21T19:00:00Z')).toEqual(['lullabies', 'm.mp3'])
    expect(await at(house, '2065-11-21T21:00:00Z')).toEqual(['lullabies', 'm.mp3'])
  })

  test('ends by the timer alone too', async () => {
    const house = await atNight()
    await at(house, '2065-11-21T19:00:00Z')
    await put(house, { set: 'party', for: '10m' })
    await house.clock.advance(10 * minuteMs + 100)
    await expect.poll(() => house.playlist('bedroom')).toBe('lullabies')
  })

  test('over the slots holds through them, also over a restart, and ends with `restore`', async () => {
    const house = await atNight()
    await put(house, { set: 'party', keep_old: true, until_slot_ends: false })
    expect(await at(house, '2065-11-21T20:00:00Z')).toEqual(['party', 'z.mp3'])
    await house.restart(hourMs)
    expect(await at(house, '2065-11-21T22:00:00Z')).toEqual(['party', 'z.mp3'])
    await put(house, { restore: true })
    await expect.poll(() => house.playlist('bedroom')).toBe('lullabies')
    expect(await at(house, '2065-11-22T07:00:00Z')).toEqual(['day', 'a.mp3'])
  })

  test('over the slots for a time holds just so long', async () => {
    const house = await atNight()
    await put(house, { set: 'party', for: '2h', until_slot_ends: false })
    expect((await house.fetched('bedroom')).songs).toBe('z')
    expect(await at(house, '2065-11-21T20:57:59Z')).toEqual(['party', 'z.mp3'])
    expect(await at(house, '2065-11-21T20:58:00Z')).toEqual(['lullabies', 'm.mp3'])
  })

  test('over the slots ends with what somebody puts in its place, which holds until the next slot', async () => {
    const house = await atNight()
    await put(house, { set: 'party', until_slot_ends: false })
    await at(house, '2065-11-21T20:00:00Z')
    await put(house, { set: 'a.mp3' })
    expect(await at(house, '2065-11-21T23:00:00Z')).toEqual(['a.mp3', 'a.mp3'])
    await house.restart()
    expect(await at(house, '2065-11-22T06:29:00Z')).toEqual(['a.mp3', 'a.mp3'])
    expect(await at(house, '2065-11-22T06:30:00Z')).toEqual(['day', 'a.mp3'])
  })

  test('is refused with an option that says nothing', async () => {
    const house = await atNight()
    expect(await put(house, { skip: true, for: '2h' })).toMatchObject({ status: 400 })
    expect(await put(house, { set: 'party', for: 'soon' })).toMatchObject({ status: 422 })
  })
})

test('a rule says for how long', async () => {
  const text = `${rules()}
rules:
  party:
    when: [startup: {}]
    stream: bedroom
    do: [queue: {set: party, for: 30m}]
`
  const house = await scheduledHouse(text, '2065-11-21T12:00:00Z')
  await expect.poll(() => house.playlist('bedroom')).toBe('party')
  expect(house.queue('bedroom')?.held).toEqual({ until: '2065-11-21T12:30:00.000Z', over_slots: false })
})
