import { describe, expect, test } from 'vitest'
import { scheduledHouse } from './support/scheduled-house.ts'

const schedules = `
playlists:
  day: [a.mp3, b.mp3]
  lullabies: [m.mp3, n.mp3]
schedules:
  bedroom:
    default: day
    slots:
      night: {from: "19:00", to: "06:30", play: lullabies}
  den:
    slots:
      night: {from: "19:00", to: "20:00", play: lullabies}
`
const rules = `
rules:
  dusk:
    when: [slot: {began: night, stream: bedroom}]
    do: [log: the night has begun]
  any:
    when: [slot: {began: night}]
    do: [log: "a night has begun: \${trigger.stream}"]
  den:
    stream: den
    when: [slot: {ended: night}]
    do: [log: the den is over]
  late:
    when: [slot: {began: night, stream: bedroom, also_at_start: true}]
    do: [log: it is night]
  asks:
    when: [slot: {began: default, stream: den}]
    if: [slot: {is: night, stream: bedroom}]
    do: [log: night in the bedroom alone]
`

async function houseAt(time: string) {
  const house = await scheduledHouse(schedules + rules, time)
  return {
    ...house,
    said: () => {
      const wanted = ['the night has begun', 'a night', 'the den', 'it is night', 'night in']
      const lines = house.house().log.lines.map(({ message }) => message)
      return lines.filter((line) => wanted.some((start) => line.startsWith(start))).sort()
    },
  }
}

const begun = ['a night has begun: bedroom', 'a night has begun: den', 'it is night', 'the night has begun']

describe('rules about slots', () => {
  test('run when they begin and end', async () => {
    const { clock, said } = await houseAt('2065-11-21T18:59:00Z')
    expect(said()).toEqual([])
    await clock.advance(61_000)
    await expect.poll(said).toEqual(begun)
    await clock.advance(3_600_000)
    await expect.poll(said).toEqual([...begun, 'night in the bedroom alone', 'the den is over'].sort())
  })

  test('run at the start where the slot began meanwhile, and in no slot that stands', async () => {
    const { restart, said } = await houseAt('2065-11-21T18:30:00Z')
    await restart(3_600_000)
    await expect.poll(said).toEqual(begun)
    await restart()
    await expect.poll(said).toEqual(['it is night'])
  })

  test('run as early where something holds over the slots', async () => {
    const { clock, said, mutate, playlist } = await houseAt('2065-11-21T18:59:00Z')
    await mutate('bedroom', { op: 'queue', options: { set: 'a.mp3', until_slot_ends: false } })
    await clock.advance(61_000)
    await expect.poll(said).toEqual(begun)
    expect(playlist('bedroom')).toBe('a.mp3')
    await mutate('bedroom', { op: 'clear' })
    await mutate('bedroom', { op: 'queue', options: { set: 'a.mp3' } })
    expect(said()).toEqual(begun)
  })
})
