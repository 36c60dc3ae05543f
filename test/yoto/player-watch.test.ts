import { beforeEach, describe, expect, test } from 'vitest'
import type { PlayerPatch } from '../../src/core/player.ts'
import { Liveness } from '../../src/yoto/liveness.ts'
import { parseMessage } from '../../src/yoto/parse.ts'
import { PlayerWatch, type Question } from '../../src/yoto/player-watch.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const id = 'y1AAAAAAAAAAAAAAAAAAAAAA'
const allQuestions: Question[] = ['events/request', 'status/request']

let clock: VirtualClock
let patches: PlayerPatch[]
let asked: Question[]
let watch: PlayerWatch

beforeEach(() => {
  clock = new VirtualClock()
  patches = []
  asked = []
  watch = new PlayerWatch({
    liveness: new Liveness(),
    clock,
    ask: (question) => asked.push(question),
    onPatch: (patch) => patches.push(patch),
  })
})

function hear(kind: string, payload: object, delivery: { retained?: true; repeated?: true } = {}): void {
  const text = JSON.stringify(payload)
  const message = parseMessage(`device/${id}/${kind}`, Buffer.from(text))
  if ('error' in message) throw new Error(message.error)
  const isRetained = delivery.retained ?? false
  watch.hear({ kind, message, text, isRetained, isRepeated: delivery.repeated ?? false })
}

const online = () => patches.flatMap((patch) => (patch.online === undefined ? [] : [patch.online]))
const presence = (state: 'online' | 'offline', ts?: number) => ({
  state,
  ...(ts === undefined ? {} : { ts }),
})
const now = () => clock.now().getTime()
const volume = (step: number, eventUtc: number) => ({ volume: step, volumeMax: 16, eventUtc })

describe('whether a player is there', () => {
  test('a last will that is news counts at once, and so does one that names no time', () => {
    hear('data/events', { volume: 5 })
    hear('presence', presence('offline', now() + 1))
    hear('data/events', { volume: 5 })
    hear('presence', presence('offline'))
    expect(online()).toEqual([true, false, false])
  })

  test('a last will older than what the player said puts it to the question; its word settles that', async () => {
    hear('presence', presence('online', now()))
    const connected = now()
    await clock.advance(60_000)
    hear('data/events', { volume: 5 })
    asked.length = 0
    hear('presence', presence('offline', connected))
    expect(asked).toEqual(['events/request'])
    await clock.advance(400)
    hear('response', { status: { events: 'OK', req_body: '' } })
    await clock.advance(10_000)
    expect(online()).toEqual([true, true, true])
  })

  test('a last will older than what the player said, and then silence: it is off, within two seconds', async () => {
    hear('data/events', { volume: 5 })
    hear('presence', presence('offline', now() - 60_000))
    expect(online()).toEqual([true])
    await clock.advance(1_500)
    expect(online()).toEqual([true, false])
  })

  test('what the broker kept is not believed without the player, if it says that it is off', async () => {
    hear('presence', presence('offline', now() + 5), { retained: true })
    expect(online()).toEqual([])
    await clock.advance(1_500)
    expect(online()).toEqual([false])
  })

  test('a goodbye, the will after it and what was still under way are one going', async () => {
    hear('data/events', volume(5, 100))
    hear('status', { status: { shutDown: 'userShutdown', upTime: 436 } })
    hear('data/events', volume(6, 101))
    hear('presence', presence('offline', now()))
    expect(online()).toEqual([true, false])
    expect(patches).toContainEqual(expect.objectContaining({ volume_step: 6 }))
    await clock.advance(5_000)
    hear('data/events', volume(6, 106))
    expect(online().at(-1)).toBe(true)
  })

  test('a start says that it is there, at once after its goodbye, and everything is asked anew', () => {
    hear('status', { status: { shutDown: 'userShutdown', upTime: 436 } })
    asked.length = 0
    hear('status', { status: { shutDown: 'nA', upTime: 3, utcTime: 0, day: -1 } })
    expect(online()).toEqual([false, true])
    expect(patches.at(-1)).toEqual({ online: true })
    expect(asked).toEqual(allQuestions)
  })

  test('a start is seen by its running time alone, and the running time that goes on is none', async () => {
    hear('status', { status: { upTime: 5_000 } })
    await clock.advance(300_000)
    hear('status', { status: { upTime: 5_300 } })
    asked.length = 0
    await clock.advance(300_000)
    hear('status', { status: { upTime: 200 } })
    expect(asked).toEqual(allQuestions)
  })

  test('a player that connects anew is asked for everything; the same news again asks nothing', async () => {
    hear('presence', presence('online', now()), { retained: true })
    expect(asked).toEqual([])
    hear('presence', presence('online', now() + 7))
    expect(asked).toEqual(allQuestions)
    await clock.advance(30_000)
    asked.length = 0
    hear('presence', presence('online', clock.now().getTime() - 29_993))
    expect(asked).toEqual([])
  })

  test('one that comes back with nothing but an event is asked for everything', async () => {
    hear('presence', presence('offline'))
    await clock.advance(5_000)
    hear('data/events', { volume: 5 })
    expect(online()).toEqual([false, true])
    expect(asked).toEqual(allQuestions)
  })

  test('one that always answered and leaves two rounds of questions without an answer is off', async () => {
    watch.start()
    await clock.advance(60_000)
    hear('data/status', { status: { batteryLevel: 50 } })
    await clock.advance(119_000)
    expect(online()).toEqual([true])
    await clock.advance(10_000)
    expect(online()).toEqual([true, false])
    watch.stop()
  })

  test('one that never answered stays what it says it is', async () => {
    watch.start()
    hear('data/events', { volume: 5 })
    await clock.advance(600_000)
    expect(online()).toEqual([true])
    watch.stop()
  })
})

describe('what was said before', () => {
  test('a message that is delivered again is not heard again', () => {
    hear('data/events', volume(9, 100))
    hear('data/events', volume(10, 100))
    hear('data/events', volume(9, 100), { repeated: true })
    expect(patches.map(({ volume_step }) => volume_step)).toEqual([9, 10])
  })

  test('a hand that turns back within the same second is no repetition', () => {
    for (const step of [9, 10, 9]) hear('data/events', volume(step, 100))
    expect(patches.map(({ volume_step }) => volume_step)).toEqual([9, 10, 9])
  })

  test('what the player has overtaken is not heard, but a clock that was set back is', () => {
    hear('data/events', volume(9, 1_000))
    hear('data/events', volume(8, 999))
    hear('data/events', volume(7, 3))
    expect(patches.map(({ volume_step }) => volume_step)).toEqual([9, 7])
  })
})

describe('what is asked for', () => {
  test('a new card without a chapter: it may be the chapter that played before', () => {
    hear('data/events', { cardId: 'aaaaa', chapterKey: '02' })
    hear('data/events', { cardId: 'bbbbb' })
    expect(asked).toEqual(['status/request', 'events/request'])
  })

  test('everything at once, unasked, shows a start whose first words were lost', async () => {
    const everything = { cardId: 'none', playbackStatus: 'stopped', volume: 5, volumeMax: 16 }
    await watchStarted()
    hear('data/events', everything)
    expect(asked).toEqual([])
    await clock.advance(6_000)
    hear('data/events', everything)
    expect(asked).toEqual(['events/request'])
  })

  test('a player that plays and says nothing for 12 s', async () => {
    await watchStarted()
    hear('data/events', { playbackStatus: 'playing', position: 3 })
    await clock.advance(11_900)
    expect(asked).toEqual([])
    await clock.advance(200)
    expect(asked).toEqual(['events/request'])
  })

  test('what was asked just before a player was there again is asked anew at once', async () => {
    hear('presence', presence('offline'))
    void watch.askAll()
    await clock.advance(30)
    asked.length = 0
    hear('presence', presence('online', now()))
    expect(asked).toEqual([])
    await clock.advance(470)
    expect(asked).toEqual(allQuestions)
  })

  test('events for which nobody says a word are asked for again after 0.8 s, and then after 2 s each', async () => {
    const times: number[] = []
    const began = now()
    watch = new PlayerWatch({
      liveness: new Liveness(),
      clock,
      ask: (question) => question === 'events/request' && times.push(now() - began),
      onPatch: () => undefined,
    })
    void watch.askAll()
    await clock.advance(10_000)
    expect(times).toEqual([0, 800, 2_800])
  })

  test('a player that says it plays, where it stood still for some seconds: it was started anew meanwhile', async () => {
    await watchStarted()
    hear('data/events', playing(5))
    await clock.advance(6_000)
    hear('data/events', playing(11))
    await clock.advance(5_000)
    hear('data/events', playing(16))
    await clock.advance(6_000)
    hear('data/events', { playbackStatus: 'paused' })
    await clock.advance(60_000)
    hear('data/events', { playbackStatus: 'playing' })
    await clock.advance(5_000)
    hear('data/events', playing(26))
    expect(asked).toEqual([])
    await clock.advance(5_000)
    hear('data/events', playing(28))
    expect(asked).toEqual(['events/request'])
  })

  test('a player whose sound breaks off all the time is not asked for events all the time', async () => {
    await watchStarted()
    for (let minute = 0; minute < 10; minute++)
      for (let beat = 0; beat < 10; beat++) {
        await clock.advance(6_000)
        hear('data/events', playing(5 + minute))
        hear('response', { status: { events: 'OK', req_body: '' } })
      }
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.length).toBeLessThanOrEqual(40)
  })

  test('a player that says it plays no longer, although it never said that it stopped', async () => {
    await watchStarted()
    hear('data/events', playing(5))
    await clock.advance(6_000)
    hear('data/events', { ...playing(5), playbackStatus: 'paused' })
    expect(asked).toEqual(['events/request'])
  })

  test('the first words of a player that answered nothing so far', async () => {
    void watch.askAll()
    await clock.advance(5_000)
    asked.length = 0
    hear('data/events', playing(5))
    expect(asked).toEqual(['events/request'])
  })

  const playing = (position: number) => ({
    cardId: 'aaaaa',
    playbackStatus: 'playing',
    position,
    volume: 5,
    volumeMax: 16,
  })

  async function watchStarted(): Promise<void> {
    void watch.askAll()
    hear('response', { status: { events: 'OK', req_body: '' } })
    hear('data/status', { status: {} })
    await clock.advance(500)
    hear('status/full', { status: {} })
    await clock.advance(500)
    asked.length = 0
  }
})
