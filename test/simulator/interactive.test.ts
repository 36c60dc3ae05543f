import { afterEach, beforeEach, expect, test } from 'vitest'
import { House } from './support/house.ts'

let house: House

beforeEach(async () => {
  house = await House.open({ players: [spec('Able', false), spec('Deaf', true)] })
})
afterEach(() => house.close())

function spec(name: string, ignoreEventsOnStreams: boolean) {
  const deviceFamily = 'v3' as const
  const model = { deviceFamily, deviceType: 'v3', generation: 'gen3', formFactor: 'standard' }
  return { deviceId: `ysim${name}`, name, ...model, doubts: { ignoreEventsOnStreams } }
}

const to = (key: string) => ({ cmd: 'goto', params: { chapterKey: key, trackKey: key } })

/** One-track chapters of ten seconds each. */
function story(nodes: Record<string, unknown>, type: 'audio' | 'stream' = 'audio') {
  const address = type === 'audio' ? { trackUrl: 'yoto:#abc' } : { trackUrl: 'http://127.0.0.1:1/x.mp3' }
  return {
    title: 'A story',
    content: {
      playbackType: 'interactive',
      config: { disableTrackNav: true, disableChapterNav: true, autoadvance: 'none' },
      chapters: Object.entries(nodes).map(([key, events]) => ({
        key,
        title: key,
        tracks: [{ key, title: key, type, format: 'mp3', duration: 10, ...address, events }],
      })),
    },
  }
}

const at = () => house.player().snapshot().trackKey

test('presses and ends follow the handlers of the track', async () => {
  const nodes = {
    start: { onEnd: to('choice') },
    choice: { onLhb: to('cave'), onRhb: to('wood'), onEnd: to('choice') },
    cave: { onLhb: { cmd: 'repeat' }, onRhb: { cmd: 'stop' } },
    wood: { onEnd: to('nowhere'), onLhb: to('nowhere') },
  }
  await house.player().insert(await house.makeCard(story(nodes)))
  await house.player().press('left')
  expect(at()).toBe('start')
  await house.clock.advance(10_500)
  expect(at()).toBe('choice')
  await house.clock.advance(10_000)
  expect([at(), house.player().snapshot().positionSeconds]).toEqual(['choice', 0.5])
  await house.player().press('left')
  expect(at()).toBe('cave')
  await house.clock.advance(4_000)
  await house.player().press('left')
  expect([at(), house.player().snapshot().positionSeconds]).toEqual(['cave', 0])
  await house.player().press('right')
  expect(house.player().snapshot()).toMatchObject({ playback: 'stopped', card: null })

  await house.player().press('right')
  expect(at()).toBe('start')
  await house.clock.advance(10_000)
  await house.player().press('right')
  await house.player().press('left')
  await house.player().turn('right', 1)
  expect(at()).toBe('wood')
  await house.clock.advance(10_000)
  expect(house.player().snapshot().playback).toBe('stopped')
})

test('a choice is told as new keys at a position before the end', async () => {
  const ear = await house.listen()
  await ear.command('events/request')
  await house.player().insert(await house.makeCard(story({ one: { onRhb: to('two') }, two: {} })))
  await house.clock.advance(3_000)
  await house.player().press('right')
  await house.until(() => ear.on('data/events').some((event) => event.trackKey === 'two'))
  expect(ear.on('data/events').find((event) => event.trackKey === 'two')).toMatchObject({
    chapterKey: 'two',
    position: 0,
  })
})

test('a player that ignores events on streams goes nowhere by a press', async () => {
  const cardId = await house.makeCard(story({ one: { onRhb: to('two') }, two: {} }, 'stream'))
  const [able, deaf] = house.cloud.players
  for (const player of [able, deaf]) {
    await player?.insert(cardId)
    await player?.press('right')
  }
  expect([able?.snapshot().trackKey, deaf?.snapshot().trackKey]).toEqual(['two', 'one'])
})
