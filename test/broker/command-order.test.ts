import { describe, expect, test } from 'vitest'
import type { PlayerCommand } from '../../src/core/effect.ts'
import { mostAsked } from '../../src/core/player-lines.ts'
import { deskHouse } from './desk-house.ts'

const own = 'yoto/abc/set'
const bedroom = 'yoto/stream/bedroom/set'

/** A desk with a player that answers after a second. */
async function house() {
  const subject = await deskHouse()
  const { desk, clock, lines, obeyed, obeyWith, answersTo } = subject
  obeyWith(() => clock.sleep(1000))
  const taken: Promise<void>[] = []
  const panel = lines.door(mostAsked)
  return {
    ...subject,
    send: (topic: string, payload: string | object) => {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
      taken.push(desk.take(topic, text, { retain: false }))
    },
    /** Asks for it on the panel. */
    press: (command: PlayerCommand) =>
      panel({
        player: 'abc',
        commands: [command],
        send: async () => {
          obeyed.push(command)
          await clock.sleep(1000)
        },
      }),
    async answers() {
      await clock.advance(60_000)
      await Promise.all(taken)
      return answersTo('set')
    },
    obeyedTypes: () => obeyed.map(({ type }) => type),
  }
}

describe('what is left of a message', () => {
  test('is not done behind a later stop', async () => {
    const { send, answers, obeyedTypes } = await house()
    send(own, { volume_step: 5, card: 'X' })
    send(`${own}/playback`, 'stop')
    expect(await answers()).toEqual([
      { status: 'ok', data: { topic: own, overtaken: ['card'] } },
      { status: 'ok', data: { topic: `${own}/playback` } },
    ])
    expect(obeyedTypes()).toEqual(['volume-step', 'stop'])
  })

  test('is not done behind a lower volume', async () => {
    const { send, answers, obeyed } = await house()
    send(own, { sleep_timer_s: 900, volume_step: 12 })
    send(`${own}/volume_step`, '1')
    await answers()
    expect(obeyed).toEqual([
      { type: 'sleep-timer', seconds: 900 },
      { type: 'volume-step', step: 1 },
    ])
  })

  test('is done before a later message that leaves sense in it', async () => {
    const { send, answers, obeyedTypes } = await house()
    send(own, { volume_step: 5, card: 'X' })
    send(`${own}/nightlight`, 'off')
    expect((await answers()).map(({ data }) => data)).toEqual([
      { topic: own },
      { topic: `${own}/nightlight` },
    ])
    expect(obeyedTypes()).toEqual(['volume-step', 'card', 'nightlight'])
  })
})

test('a slider here and one on the panel end at the newest value of both', async () => {
  const { send, press, answers, obeyed } = await house()
  for (const step of [2, 3, 4, 5, 12]) send(`${own}/volume_step`, String(step))
  const pressed = press({ type: 'volume-step', step: 1 })
  expect(await answers()).toContainEqual({
    status: 'ok',
    data: { topic: `${own}/volume_step`, overtaken: true },
  })
  await pressed
  expect(obeyed.map((command) => 'step' in command && command.step)).toEqual([2, 3, 4, 5, 1])
})

test('a stop gets through a flood of messages that pause and play', async () => {
  const { send, answers, clock, obeyedTypes } = await house()
  for (let n = 0; n < 50; n++) {
    send(own, { playback: 'pause', card: 'X' })
    if (n % 5 === 0) send(`${own}/playback`, 'stop')
    await clock.advance(20)
  }
  const last = obeyedTypes().length
  send(`${own}/playback`, 'stop')
  const stops = (await answers()).filter(({ data }) => JSON.stringify(data).includes('playback'))
  expect(stops.map(({ status }) => status)).toEqual(Array(11).fill('ok'))
  expect(obeyedTypes().slice(last)).not.toContain('card')
})

describe('a stream whose player is silent', () => {
  async function silent() {
    const subject = await house()
    await subject.set(bedroom, 'forest')
    subject.listen([{ kind: 'command', player: 'abc', command: { type: 'card', card_id: 'c' } }])
    for (let n = 0; n < 40; n++) subject.send(bedroom, { skip: true })
    // Long enough for the store, and not for the player.
    await new Promise(setImmediate)
    return subject
  }

  test('can be closed at once, and its player is told no more than it may be', async () => {
    const { send, hub, obeyed, answers } = await silent()
    send(bedroom, { closed: true })
    await expect.poll(() => hub.queue('bedroom')?.closed).toBe(true)
    expect(obeyed.length).toBe(mostAsked)
    expect((await answers()).filter(({ data }) => JSON.stringify(data).includes('bedroom'))).toHaveLength(42)
  })

  test('is closed even where the store is slow and as much as may be waits for it', async () => {
    const { send, set, searchWith, clock, hub, answers } = await house()
    await set(bedroom, 'forest')
    searchWith(() => clock.sleep(100))
    for (let n = 0; n < 40; n++) send(bedroom, { queue: { add: 'c.mp3' } })
    send(bedroom, { closed: true })
    const last = (await answers()).filter(({ status }) => status === 'ok')
    expect(last).toHaveLength(1 + 32 + 1)
    expect(hub.queue('bedroom')?.closed).toBe(true)
  })
})
