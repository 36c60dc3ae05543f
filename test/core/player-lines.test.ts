import { describe, expect, test } from 'vitest'
import type { PlayerCommand } from '../../src/core/effect.ts'
import { type Door, mostAsked, PlayerLines, performThrough } from '../../src/core/player-lines.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const volume = (step: number): PlayerCommand => ({ type: 'volume-step', step })
const card = (card_id: string): PlayerCommand => ({ type: 'card', card_id })
const light: PlayerCommand = { type: 'nightlight', light: 'off' }
const seek: PlayerCommand = { type: 'seek', position_s: 30 }
const [play, pause, stop, next, restart] = (['play', 'pause', 'stop', 'next', 'restart'] as const).map(
  (type): PlayerCommand => ({ type }),
) as [PlayerCommand, PlayerCommand, PlayerCommand, PlayerCommand, PlayerCommand]

/** A player that answers after a second. */
function house() {
  const clock = new VirtualClock()
  const lines = new PlayerLines()
  const sent: PlayerCommand[] = []
  const refused = new Set<PlayerCommand>()
  const send = async (command: PlayerCommand) => {
    sent.push(command)
    await clock.sleep(1000)
    if (refused.has(command)) throw new Error('the player said FAIL')
  }
  const by = (door: Door, player = 'y1') => {
    return (...commands: PlayerCommand[]) => door({ player, commands, send })
  }
  return { clock, lines, sent, refused, by, mqtt: by(lines.door(mostAsked)), rest: by(lines.door(mostAsked)) }
}

describe('what is asked at once', () => {
  test('is sent one after the other, as the player answers', async () => {
    const { clock, sent, mqtt } = house()
    const done = mqtt(restart, pause)
    expect(sent).toEqual([restart])
    await clock.advance(1000)
    expect(sent).toEqual([restart, pause])
    await clock.advance(1000)
    expect(await done).toEqual([])
  })

  test('ends at the first that fails', async () => {
    const { clock, sent, refused, mqtt } = house()
    const bad = card('x')
    refused.add(bad)
    const done = expect(mqtt(bad, volume(16))).rejects.toThrow('FAIL')
    await clock.advance(5000)
    await done
    expect(sent).toEqual([bad])
  })

  test.each([
    ['a card behind a stop', [volume(5), card('x')], [stop], [volume(5), stop], [card('x')]],
    ['a card behind a pause', [volume(5), card('x')], [pause], [volume(5), pause], [card('x')]],
    ['a card behind a card', [volume(5), card('x')], [card('y')], [volume(5), card('y')], [card('x')]],
    ['a louder value', [light, volume(12)], [volume(1)], [light, volume(1)], [volume(12)]],
    ['a step behind a card', [volume(5), next], [card('y')], [volume(5), card('y')], [next]],
    ['a place behind a step', [volume(5), seek], [next], [volume(5), next], [seek]],
    ['a rest behind a card', [volume(5), pause], [card('y')], [volume(5), card('y')], [pause]],
  ])('%s is dropped', async (_what, first, later, wanted, overtaken) => {
    const { clock, sent, mqtt, rest } = house()
    const done = mqtt(...first)
    const second = rest(...later)
    await clock.advance(5000)
    expect(sent).toEqual(wanted)
    expect(await done).toEqual(overtaken)
    expect(await second).toEqual([])
  })

  test.each([
    ['another value', [volume(5), card('x')], [light]],
    ['the step that was asked for on that card', [volume(5), card('x')], [next]],
    ['"play" after a rest and a value', [light, volume(3), stop], [volume(3), play]],
  ])('goes out before %s, which does not wait for its answers', async (_what, first, later) => {
    const { clock, sent, mqtt, rest } = house()
    const done = mqtt(...first)
    void rest(...later)
    const early = [...sent]
    await clock.advance(5000)
    expect(sent.slice(0, early.length)).toEqual(early)
    expect(early.at(-1)).toEqual(later[0])
    const overtaken = await done
    const asked = [...first, ...later].filter((each) => !overtaken.includes(each))
    expect(sent).toEqual(asked)
  })
})

describe('values', () => {
  test('of a slider end at the last, by whichever door it came', async () => {
    const { clock, sent, mqtt, rest } = house()
    const slid = [2, 3, 4, 5, 12].map((step) => mqtt(volume(step)))
    const newest = rest(volume(1))
    expect(await slid[4]).toEqual([volume(12)])
    await clock.advance(10_000)
    await newest
    expect(sent).toEqual([2, 3, 4, 5, 1].map(volume))
  })

  test('of a door without a limit overtake too', async () => {
    const { clock, sent, mqtt, lines, by } = house()
    for (const step of [2, 3, 4, 5, 12]) void mqtt(volume(step))
    void by(lines.door())(volume(1))
    await clock.advance(10_000)
    expect(sent.at(-1)).toEqual(volume(1))
    expect(sent).not.toContainEqual(volume(12))
  })

  test('are the newest alone of those that wait, and leave room for others', async () => {
    const { clock, sent, mqtt } = house()
    const asked = Array.from({ length: 60 }, (_, n) => mqtt(volume(n % 17)))
    void mqtt(light)
    expect(sent).toEqual([...[0, 1, 2, 3].map(volume), light])
    await clock.advance(10_000)
    expect(sent.slice(5)).toEqual([volume(59 % 17)])
    expect((await Promise.all(asked)).flat()).toHaveLength(55)
  })

  test('wait where acts have all the room, in the order of the newest', async () => {
    const { clock, sent, lines, by } = house()
    const narrow = by(lines.door(2))
    for (const act of [next, next, volume(1), light, volume(2)]) void narrow(act)
    expect(sent).toEqual([next, next])
    await clock.advance(10_000)
    expect(sent).toEqual([next, next, light, volume(2)])
  })

  test('that wait are set before a later act begins', async () => {
    const { clock, sent, mqtt } = house()
    for (const step of [10, 9, 8, 7, 3, 2]) void mqtt(volume(step))
    void mqtt(card('x'))
    expect(sent).toEqual([...[10, 9, 8, 7, 2].map(volume), card('x')])
    await clock.advance(10_000)
    expect(sent).toHaveLength(6)
  })

  test('that wait keep waiting beside a flood of stops', async () => {
    const { clock, sent, mqtt } = house()
    for (let n = 0; n < 60; n++) {
      void mqtt(volume(n % 17))
      void mqtt(stop)
    }
    expect(sent.length).toBeLessThan(8)
    await clock.advance(10_000)
    expect(sent.at(-1)).toEqual(volume(59 % 17))
  })

  test('that are set several at once wait as well, and end at the newest of each', async () => {
    const { clock, sent, mqtt } = house()
    const asked = Array.from({ length: 20 }, (_, n) => mqtt(volume(n % 17), light))
    void mqtt(volume(16))
    await clock.advance(20_000)
    await Promise.all(asked)
    expect(sent).toEqual([...[0, 1, 2, 3].map(volume), light, volume(16)])
  })

  test('that wait are left alone by what is refused itself', async () => {
    const { clock, sent, lines, by } = house()
    const narrow = by(lines.door(2))
    for (const act of [next, next, volume(1)]) void narrow(act)
    await expect(narrow(volume(3), play)).rejects.toMatchObject({ code: 'busy' })
    await clock.advance(10_000)
    expect(sent).toEqual([next, next, volume(1)])
  })
})

describe('acts', () => {
  test('beyond the eighth of a door are refused; other doors and other players have room', async () => {
    const { clock, sent, lines, by, mqtt, rest } = house()
    const asked = Promise.allSettled(Array.from({ length: 10 }, () => mqtt(next)))
    void rest(next)
    void by(lines.door(mostAsked), 'y2')(play)
    await clock.advance(1000)
    const refused = (await asked).filter(({ status }) => status === 'rejected')
    expect(refused).toMatchObject(
      Array(2).fill({
        reason: { code: 'busy', message: expect.stringContaining('8 are under way for player y1') },
      }),
    )
    expect(sent).toHaveLength(10)
  })

  test('of a door without a limit are never refused', async () => {
    const { clock, sent, lines, by } = house()
    const rules = by(lines.door())
    const asked = Promise.all(Array.from({ length: 40 }, () => rules(next)))
    await clock.advance(1000)
    await asked
    expect(sent).toHaveLength(40)
  })

  test('with a rest among them are no rest: beside them a stop gets through, and is not sent over and over', async () => {
    const { clock, sent, mqtt } = house()
    const flood = Promise.allSettled(Array.from({ length: 50 }, () => mqtt(pause, card('x'))))
    const stops = Array.from({ length: 50 }, () => mqtt(stop))
    await clock.advance(10_000)
    expect((await flood).filter(({ status }) => status === 'rejected')).toHaveLength(42)
    expect((await Promise.all(stops)).flat()).toEqual([])
    expect(sent.filter(({ type }) => type === 'stop')).toHaveLength(1)
    expect(sent.at(-1)).toEqual(stop)
  })

  test('that let the player be heard have the next stop sent anew', async () => {
    const { clock, sent, mqtt } = house()
    for (const command of [stop, light, stop, play, stop, pause, stop]) void mqtt(command)
    await clock.advance(5000)
    expect(sent).toEqual([stop, light, play, stop, pause])
    void mqtt(stop)
    expect(sent.at(-1)).toEqual(stop)
  })
})

test('whatever performs a command goes through the door, and nothing else does', async () => {
  const { clock, lines, by, sent } = house()
  const door = lines.door(1)
  const kinds: string[] = []
  const perform = performThrough(door, async ({ kind }) => void kinds.push(kind))
  void by(door)(next)
  const told = { kind: 'command', player: 'y1', command: play } as const
  await expect(perform(told, 'test')).rejects.toMatchObject({ code: 'busy' })
  await perform({ kind: 'log', message: 'x' }, 'test')
  await clock.advance(1000)
  await perform(told, 'test')
  expect([kinds, sent]).toEqual([['log', 'command'], [next]])
})
