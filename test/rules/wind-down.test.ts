import { describe, expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { failuresIn, runTests } from '../../src/wiring/test-command.ts'
import { dryHouse } from '../support/dry-house.ts'
import { readingOf } from '../support/rules.ts'

const minute = 60_000
const rules = (options: string, more = '') => `playlists: {forest: [f.mp3, g.mp3, h.mp3]}
schedules: {bedroom: {default: forest}}
rules:
  r:
    player: kids
    stream: bedroom
    when: [{time: "19:30"}]
    do: [{wind_down: {${options}}}, {log: done}]
${more}`
const whole =
  'volume: {to: 3, over: 15m}, last: last.mp3, stop_by: 25m, closed_until: "06:30", if_pressed: shh.mp3'

async function bedtime(options: string, patch: object = {}) {
  const house = await dryHouse(rules(options), {
    now: '2026-11-24T19:29:00Z',
    players: { kids: { name: 'Kids', ...patch } },
  })
  await house.house.advance(minute)
  return {
    ...house,
    advance: (minutes: number) => house.house.advance(minutes * minute),
    queue: () => house.house.world.queue('bedroom'),
    files: () => house.house.world.queue('bedroom')?.items.map(({ file }) => file),
  }
}

describe('winding down', () => {
  test('does nothing where nothing plays, and says so', async () => {
    const { advance, logged, queue, player } = await bedtime(whole, { playback: 'paused' })
    await advance(60)
    expect(logged()).toEqual(['nothing plays on Kids: nothing is wound down', 'done'])
    expect([queue()?.closed, player()?.volume_step]).toEqual([false, 9])
  })

  test('gets quieter, stops in time, closes, and is as loud as before in the morning', async () => {
    const { house, advance, logged, queue, files, player } = await bedtime(whole)
    expect(files()).toEqual(['f.mp3', 'last.mp3'])
    await advance(15)
    expect([player()?.volume_step, queue()?.closed]).toEqual([3, false])
    await advance(9)
    expect(player()).toMatchObject({ playback: 'playing', volume_step: 3 })
    await house.advance(50_000)
    expect(player()).toMatchObject({ playback: 'playing', volume_step: 2 })
    await house.advance(10_000)
    expect(player()).toMatchObject({ playback: 'stopped', volume_step: 3 })
    expect(queue()).toMatchObject({
      closed: true,
      closed_until: '2026-11-25T06:30:00.000Z',
      if_pressed: 'shh.mp3',
    })
    expect(logged()).toEqual(['done'])
    await advance(10 * 60)
    expect(player()?.volume_step).toBe(3)
    await advance(60)
    expect(player()).toMatchObject({ playback: 'stopped', volume_step: 9 })
  })

  test('is over when the last story is', async () => {
    const { house, advance, queue, player, logged } = await bedtime(whole)
    await house.press('kids', 'right')
    await house.press('kids', 'right')
    await advance(1)
    expect(logged()).toEqual(['done'])
    expect(queue()?.closed).toBe(true)
    expect(player()?.playback).toBe('playing')
  })

  test('leaves the volume to a hand, also in the morning, but stops all the same', async () => {
    const { house, advance, logged, player } = await bedtime(whole)
    await advance(5)
    await house.change('kids', { volume_step: 12 })
    await advance(21)
    expect(logged()).toEqual(['wind_down leaves the volume of Kids alone: somebody set it to 12', 'done'])
    expect(player()).toMatchObject({ playback: 'stopped', volume_step: 12 })
    await house.change('kids', { volume_step: 5 })
    await advance(12 * 60)
    expect(player()?.volume_step).toBe(5)
  })

  test('never gets louder', async () => {
    const { advance, player } = await bedtime(whole, { volume_step: 2 })
    await advance(20)
    expect(player()?.volume_step).toBe(2)
  })

  test('now fades out, and the stream stays where it was when the fade began', async () => {
    const { house, player, queue } = await bedtime('finish: now')
    const before = queue()?.current
    await house.advance(10_000)
    expect(player()).toMatchObject({ playback: 'playing', volume_step: 5 })
    await house.press('kids', 'right')
    expect(queue()?.current).not.toBe(before)
    await house.advance(10_000)
    expect(player()).toMatchObject({ playback: 'stopped', volume_step: 9 })
    expect(queue()?.current).toBe(before)
  })

  test('closes the stream though the player is off', async () => {
    const { house, advance, queue, logged } = await bedtime(whole)
    await house.change('kids', { online: false })
    await advance(25)
    expect(queue()?.closed).toBe(true)
    expect(logged()).toContain('wind_down goes on, though: player "Kids" is offline')
  })

  test('of the queue lets it end, with one more behind it', async () => {
    const { files, queue } = await bedtime('finish: queue, last: last.mp3')
    expect(files()).toEqual(['f.mp3', 'g.mp3', 'h.mp3', 'last.mp3'])
    expect(queue()?.loop).toBe(false)
  })

  test.each([
    ['finish: now, last: last.mp3', '`last` goes with'],
    ['if_pressed: shh.mp3', '`if_pressed` goes with'],
  ])('%s is refused in words', async (options, words) => {
    const { errors } = await bedtime(options)
    expect(errors()).toEqual([expect.stringContaining(words)])
  })
})

test('a bedtime with a test of its own passes it', async () => {
  const text = `playlists:
  goodnight-story: [stories/the-moon.mp3]
rules:
  lights-out:
    name: Lights out
    player: kids-room
    stream: bedroom
    when:
      - time: {at: "19:30", days: [sun, mon, tue, wed, thu], if_missed: 30m}
    if: player.playing
    do:
      - wind_down:
          volume: {to: 3, over: 15m}
          finish: track
          last: goodnight-story
          stop_by: 25m
          closed_until: "06:30"
          if_pressed: audio/shh-sleep-time.mp3
      - ambient: {color: "#300000"}
tests:
  school-night:
    now: "2026-11-24T19:29:00"
    players: {kids-room: {playing: true, volume: 9}}
    steps:
      - advance: 1m
      - expect: {ran: lights-out}
      - advance: 25m
      - expect: {player.volume: 3, stream.closed: true}
      - press: {player: kids-room, button: right}
      - expect: {stream.now_playing: audio/shh-sleep-time.mp3}
`
  const sources = [{ file: 'a.yaml', text }]
  const read = await readRuleFiles(sources, readingOf({ zone: 'Europe/London' }))
  expect(read.diagnostics).toEqual([])
  expect(failuresIn(await runTests(read, new Map()), { sources })).toEqual([])
})
