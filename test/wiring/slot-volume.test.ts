import { describe, expect, test } from 'vitest'
import { type PlayerState, unknownPlayer } from '../../src/core/player.ts'
import type { Change } from '../../src/hub.ts'
import { SlotVolume } from '../../src/wiring/slot-volume.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

function house(volume_step: number | null, limit: number | null = 6, streams = ['bedroom']) {
  const state = {
    limit,
    player: { ...unknownPlayer('y1', 'Nursery'), volume_step } as PlayerState,
    plays: true,
    isKnown: true,
    fails: 0,
    streams,
  }
  const told: unknown[] = []
  const clock = new VirtualClock()
  let receive: (change: Change) => void = () => undefined
  const volume = new SlotVolume({
    hub: {
      players: () => [state.player],
      player: () => state.player,
      subscribe(_, heard) {
        receive = heard
        return () => undefined
      },
    },
    streamsOf: () => (state.plays ? state.streams : []),
    isKnown: () => state.isKnown,
    limitOf: (stream) => (stream === 'quiet' ? 3 : stream === 'unlimited' ? null : state.limit),
    async perform(effect) {
      told.push(effect.kind === 'command' ? effect.command : effect)
      if (state.fails-- > 0) throw new Error('the player does not answer')
    },
    clock,
    log: recordingLog(),
  })
  volume.start()
  const says = (volume_step: number) => {
    state.player = { ...state.player, volume_step }
    receive({ kind: 'player', player: state.player })
  }
  return { state, volume, told, says, clock }
}

const down = { type: 'volume-step', step: 6 }

describe('a player in a slot with a volume limit', () => {
  test('is turned down as the slot begins, once', () => {
    const { state, volume, told, says } = house(12, null)
    expect(told).toEqual([])
    state.limit = 6
    volume.look()
    volume.look()
    says(12)
    expect(told).toEqual([down])
  })

  test('is turned down each time that a hand turns it up', () => {
    const { told, says } = house(4)
    says(9)
    says(6)
    says(7)
    says(8)
    expect(told).toEqual([down, down, down])
  })

  test('is never made louder, and left alone where it is not known or plays something else', () => {
    const quiet = house(2)
    quiet.volume.look()
    expect(quiet.told).toEqual([])
    expect(house(null).told).toEqual([])
    const { state, told, says } = house(2)
    state.plays = false
    says(16)
    expect(told).toEqual([])
  })

  test('is turned down to the lowest of those that may hold', () => {
    const { told, volume } = house(12, 6, ['unlimited', 'bedroom', 'quiet'])
    expect(told).toEqual([{ type: 'volume-step', step: 3 }])
    expect(volume.limited('y1', { type: 'volume-step', step: 10 })).toEqual({ type: 'volume-step', step: 3 })
    expect(house(12, 6, ['unlimited']).told).toEqual([])
  })

  test('that comes under a lower limit before it has obeyed is turned down to that, and once', () => {
    const { state, told, says } = house(12)
    state.streams = ['quiet']
    says(12)
    says(6)
    state.streams = ['bedroom']
    says(12)
    expect(told).toEqual([down, { type: 'volume-step', step: 3 }])
  })

  test('that was turned down on a guess is as loud as before once it names a chapter that may be', () => {
    const guessing = () => {
      const one = house(4)
      Object.assign(one.state, { isKnown: false, streams: ['quiet', 'unlimited'] })
      one.says(10)
      expect(one.told).toEqual([{ type: 'volume-step', step: 3 }])
      return {
        ...one,
        knows: (stream: string) => Object.assign(one.state, { isKnown: true, streams: [stream] }),
      }
    }
    const free = guessing()
    free.says(3)
    free.knows('unlimited')
    free.says(3)
    free.says(3)
    expect(free.told.slice(1)).toEqual([{ type: 'volume-step', step: 10 }])

    // The chapter comes before the player has obeyed.
    const early = guessing()
    early.knows('bedroom')
    early.says(10)
    early.says(3)
    expect(early.told.slice(1)).toEqual([down])

    const late = guessing()
    late.knows('unlimited')
    late.says(10)
    late.says(3)
    expect(late.told.slice(1)).toEqual([{ type: 'volume-step', step: 10 }])
  })

  test('stays as a hand has set it, and as quiet as it has been for long', async () => {
    const cases: [string, (one: ReturnType<typeof house>) => Promise<void> | void][] = [
      ['lower', ({ says }) => says(1)],
      ['between', ({ says }) => says(2)],
      [
        'later',
        async ({ clock, says }) => {
          says(3)
          await clock.advance(31_000)
        },
      ],
    ]
    for (const [what, hand] of cases) {
      const one = house(2)
      Object.assign(one.state, { isKnown: false, streams: ['quiet'] })
      one.says(10)
      await hand(one)
      Object.assign(one.state, { isKnown: true, streams: ['unlimited'] })
      one.says(3)
      expect(one.told, what).toEqual([{ type: 'volume-step', step: 3 }])
    }
  })

  test('that could not be told is told again at the next look', async () => {
    const { state, told, volume, says } = house(2)
    state.fails = 1
    says(12)
    await new Promise((resolve) => setImmediate(resolve))
    says(12)
    expect(told).toEqual([down])
    volume.look()
    volume.look()
    expect(told).toEqual([down, down])
  })

  test('is told no volume above it', () => {
    const { volume, state } = house(4)
    expect(volume.limited('y1', { type: 'volume-step', step: 10 })).toEqual(down)
    expect(volume.limited('y1', { type: 'volume-step', step: 3 })).toEqual({ type: 'volume-step', step: 3 })
    expect(volume.limited('y1', { type: 'volume-percent', percent: 90 })).toEqual({
      type: 'volume-percent',
      percent: 37,
    })
    expect(volume.limited('y1', { type: 'pause' })).toEqual({ type: 'pause' })
    state.limit = null
    expect(volume.limited('y1', { type: 'volume-step', step: 10 })).toEqual({ type: 'volume-step', step: 10 })
  })
})
