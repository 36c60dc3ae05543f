import { beforeEach, describe, expect, test } from 'vitest'
import type { PlayerCommand } from '../../src/core/effect.ts'
import type { PlayerEventType } from '../../src/core/event.ts'
import type { Expected } from '../../src/core/expectation.ts'
import { type PlayerPatch, unknownPlayer } from '../../src/core/player.ts'
import { Wishes } from '../../src/core/wishes.ts'

const startMs = Date.parse('2026-11-21T10:00:00Z')
const at = (ms: number) => new Date(startMs + ms)
const place = (key: string) => ({ card_id: '4Dem0', chapter_key: key, track_key: key })
const usual: PlayerPatch = {
  online: true,
  ...place('01'),
  playback: 'playing',
  volume_step: 5,
  volume_max_step: 10,
  sleep_timer_s: 0,
}
const state = (patch: PlayerPatch = {}, id = 'y1') => ({
  ...unknownPlayer(id, 'Nursery'),
  ...usual,
  ...patch,
})

let wishes: Wishes

beforeEach(() => {
  wishes = new Wishes()
})

const tell = (command: PlayerCommand, patch: PlayerPatch = {}, expected?: Expected, ms = 0) =>
  wishes.add(state(patch), { command, expected }, at(ms))
/** Which of the events that the words tell of are a command's doing. */
const said = (patch: PlayerPatch, types: PlayerEventType[], { ms = 100, jumped = false, id = 'y1' } = {}) =>
  wishes
    .behind(
      types.map((type) => ({ type })),
      { state: state(patch, id), jumped, now: at(ms) },
    )
    .map((command) => command?.type ?? null)

const rows: [
  command: PlayerCommand,
  before: PlayerPatch,
  after: PlayerPatch,
  type: PlayerEventType,
  does: boolean,
][] = [
  [{ type: 'pause' }, {}, { playback: 'paused' }, 'playback_paused', true],
  [{ type: 'pause' }, {}, { playback: 'stopped' }, 'playback_stopped', false],
  [{ type: 'play' }, { playback: 'paused' }, { playback: 'loading' }, 'playback_resumed', true],
  [{ type: 'stop' }, {}, { playback: 'stopped', card_id: null }, 'playback_stopped', true],
  [{ type: 'stop' }, {}, { playback: 'stopped', card_id: null }, 'card_removed', true],
  [{ type: 'volume-step', step: 8 }, {}, { volume_step: 8 }, 'volume_changed', true],
  [{ type: 'volume-step', step: 8 }, {}, { volume_step: 6 }, 'volume_changed', false],
  [{ type: 'volume-step', step: 16 }, {}, { volume_step: 10 }, 'volume_changed', true],
  [{ type: 'volume-percent', percent: 50 }, {}, { volume_step: 8 }, 'volume_changed', true],
  [{ type: 'volume-percent', percent: 49 }, {}, { volume_step: 8 }, 'volume_changed', false],
  [{ type: 'sleep-timer', seconds: 60 }, {}, { sleep_timer_s: 60 }, 'sleep_timer_started', true],
  [{ type: 'sleep-timer', until: 'track' }, {}, { sleep_timer_s: 9 }, 'sleep_timer_started', true],
  [{ type: 'sleep-timer', seconds: 0 }, { sleep_timer_s: 60 }, {}, 'sleep_timer_ended', true],
  [{ type: 'sleep-timer', seconds: 60 }, { sleep_timer_s: 9 }, {}, 'sleep_timer_ended', false],
  [{ type: 'reboot' }, {}, { online: false }, 'offline', true],
  [{ type: 'nightlight', light: 'off' }, {}, { playback: 'paused' }, 'playback_paused', false],
]

test.each(rows)('behind %o, from %o to %o: %s is its doing: %s', (command, before, after, type, does) => {
  tell(command, before)
  expect(said(after, [type])).toEqual([does ? command.type : null])
})

describe('what a player does', () => {
  test('is a command’s doing once, and what it does right after is not', () => {
    tell({ type: 'pause' })
    expect(said({ playback: 'paused' }, ['playback_paused'])).toEqual(['pause'])
    expect(said({ playback: 'playing' }, ['playback_resumed'], { ms: 200 })).toEqual([null])
    expect(said({ playback: 'paused' }, ['playback_paused'], { ms: 300 })).toEqual([null])
  })

  test('is no command’s doing after ten seconds, nor where another player was told', () => {
    tell({ type: 'pause' })
    expect(said({ playback: 'paused' }, ['playback_paused'], { id: 'y2' })).toEqual([null])
    expect(said({ playback: 'paused' }, ['playback_paused'], { ms: 10_001 })).toEqual([null])
    tell({ type: 'pause' }, {}, undefined, 20_000)
    expect(said({ playback: 'paused' }, ['playback_paused'], { ms: 30_000 })).toEqual(['pause'])
  })

  test('is no command’s doing where the command was taken back, and stays that of the others', () => {
    tell({ type: 'volume-step', step: 8 })
    tell({ type: 'pause' })()
    expect(said({ playback: 'paused' }, ['playback_paused'])).toEqual([null])
    expect(said({ volume_step: 8 }, ['volume_changed'])).toEqual(['volume-step'])
  })

  test('is no command’s doing where there was nothing to do for it', () => {
    tell({ type: 'volume-step', step: 5 })
    expect(said({ volume_step: 6 }, ['volume_changed'])).toEqual([null])
    expect(said({ volume_step: 5 }, ['volume_changed'], { ms: 500 })).toEqual([null])
    tell({ type: 'sleep-timer', seconds: 60 }, { sleep_timer_s: 30 })
    expect(said({ sleep_timer_s: 0 }, ['sleep_timer_ended'])).toEqual([null])
    expect(said({ sleep_timer_s: 60 }, ['sleep_timer_started'])).toEqual([null])
  })

  test('is each command’s own where they come faster than the player tells', () => {
    const [first, second] = [8, 7].map((step) => ({ type: 'volume-step', step }) as const)
    for (const command of [first, second])
      if (command !== undefined) wishes.add(state(), { command, expected: undefined }, at(0))
    const behind = (volume_step: number) =>
      wishes.behind([{ type: 'volume_changed' }], {
        state: state({ volume_step }),
        jumped: false,
        now: at(9),
      })
    expect(behind(8)).toEqual([first])
    expect(behind(7)).toEqual([second])
    expect(behind(8)).toEqual([null])
  })

  test('is the child’s own where the card is pulled out after it was stopped', () => {
    tell({ type: 'stop' })
    expect(said({ playback: 'stopped' }, ['playback_stopped'])).toEqual(['stop'])
    expect(said({ playback: 'stopped', card_id: null }, ['card_removed'])).toEqual([null])
  })

  test('settles what was asked for before it', () => {
    tell({ type: 'volume-step', step: 8 })
    tell({ type: 'volume-step', step: 9 })
    expect(said({ volume_step: 9 }, ['volume_changed'])).toEqual(['volume-step'])
    expect(said({ volume_step: 8 }, ['volume_changed'])).toEqual([null])
  })

  test('may be a pause and going on again, although the player still plays when both are asked for', () => {
    tell({ type: 'pause' })
    tell({ type: 'play' })
    // A heartbeat.
    expect(said({}, [])).toEqual([])
    expect(said({ playback: 'paused' }, ['playback_paused'])).toEqual(['pause'])
    expect(said({}, ['playback_resumed'])).toEqual(['play'])
  })
})

describe('a command to go to a place', () => {
  const next: PlayerCommand = { type: 'next' }
  const moved: PlayerEventType[] = ['track_ended', 'track_started']

  test('is behind what tells of the place, on however many topics, and not behind the next track', () => {
    tell(next, {}, place('02'))
    expect(said(place('02'), moved, { jumped: true })).toEqual(['next', 'next'])
    expect(said(place('02'), [], { ms: 200 })).toEqual([])
    expect(said(place('03'), moved, { ms: 300 })).toEqual([null, null])
    expect(said(place('02'), moved, { ms: 400 })).toEqual([null, null])
  })

  test('is behind the card, the playing and the track, said one after the other', () => {
    const before = { card_id: '00123', playback: 'stopped' } as const
    const card: PlayerCommand = { type: 'card', card_id: '4Dem0' }
    tell(card, before, { card_id: '4Dem0' })
    const unplaced = { chapter_key: null, track_key: null, playback: 'stopped' } as const
    expect(said(unplaced, ['card_removed', 'card_inserted'], { jumped: true })).toEqual(['card', 'card'])
    expect(said({ ...unplaced, playback: 'loading' }, ['playback_started'])).toEqual(['card'])
    expect(said({}, ['track_started'])).toEqual(['card'])
    expect(said({ playback: 'paused' }, ['playback_paused'])).toEqual([null])
    expect(said({}, ['playback_resumed'])).toEqual([null])
    expect(said(place('02'), moved)).toEqual([null, null])
  })

  test('is not behind what a child does of a card that plays already', () => {
    tell({ type: 'seek', position_s: 40 }, {}, place('01'))
    expect(said({ playback: 'paused' }, ['playback_paused'])).toEqual([null])
    expect(said({}, ['playback_resumed'])).toEqual([null])
    expect(said(place('02'), moved)).toEqual([null, null])
    expect(said(place('01'), moved)).toEqual([null, null])
    for (const position_s of [40, 50]) tell({ type: 'seek', position_s }, {}, place('01'))
    expect(said(place('02'), moved)).toEqual([null, null])
    expect(said(place('01'), moved)).toEqual([null, null])
  })

  test('is not behind what a child does of a card that another one made way for while it played', () => {
    tell({ type: 'card', card_id: '4Dem0' }, { card_id: '00123' }, { card_id: '4Dem0' })
    const swapped: PlayerEventType[] = ['card_removed', 'card_inserted', 'track_started']
    expect(said({}, swapped, { jumped: true })).toEqual(['card', 'card', 'card'])
    expect(said({ playback: 'paused' }, ['playback_paused'])).toEqual([null])
    expect(said({}, ['playback_resumed'])).toEqual([null])
  })

  test('is behind another track of the same card only where the player was expected to jump', () => {
    const card: PlayerCommand = { type: 'card', card_id: '4Dem0' }
    tell(card, place('03'), { card_id: '4Dem0' })
    expect(said(place('01'), moved, { jumped: true })).toEqual(['card', 'card'])
    tell(card, place('03'), { card_id: '4Dem0' }, 1_000)
    expect(said(place('04'), moved, { ms: 1_100 })).toEqual([null, null])
  })
})

test('a reboot is behind going and coming back, as long as that takes', () => {
  tell({ type: 'reboot' })
  const gone = { online: false, playback: 'stopped' } as const
  expect(said(gone, ['offline', 'playback_stopped'], { ms: 15_000 })).toEqual(['reboot', 'reboot'])
  expect(said({ playback: 'stopped' }, ['online'], { ms: 60_000 })).toEqual(['reboot'])
  expect(said(gone, ['offline'], { ms: 70_000 })).toEqual([null])
})

describe('a reboot', () => {
  const stopped = { playback: 'stopped' } as const
  const gone = { online: false, ...stopped }
  const bare = { card_id: null, chapter_key: null, track_key: null, ...stopped }

  test.each([
    ['while it is off', { ...bare, online: false }],
    ['when it is back', bare],
  ])('is behind the card that a player no longer names %s, once', (_, after) => {
    tell({ type: 'reboot' })
    // A heartbeat before it goes.
    expect(said({}, [])).toEqual([])
    expect(said(gone, ['offline', 'playback_stopped'])).toEqual(['reboot', 'reboot'])
    if (after === bare) expect(said(stopped, ['online'])).toEqual(['reboot'])
    expect(said(after, ['card_removed'])).toEqual(['reboot'])
    if (after !== bare) expect(said(bare, ['online'])).toEqual(['reboot'])
    expect(said({}, [])).toEqual([])
    expect(said(bare, ['card_removed'])).toEqual([null])
  })

  test('is not behind the card that a child pulls out once it plays again', () => {
    tell({ type: 'reboot' })
    expect(said(gone, ['offline', 'playback_stopped'])).toEqual(['reboot', 'reboot'])
    expect(said(stopped, ['online'])).toEqual(['reboot'])
    expect(said({}, ['playback_started'])).toEqual([null])
    expect(said(bare, ['card_removed'])).toEqual([null])
  })
})

describe('a player that is told much and does nothing of it', () => {
  test('is looked at for the newest 32 wishes only', () => {
    for (let count = 0; count < 1_000; count++) tell({ type: 'pause' })
    let looks = 0
    const watched = {
      ...state(),
      get playback() {
        looks++
        return 'playing' as const
      },
    }
    wishes.behind([], { state: watched, jumped: false, now: at(100) })
    expect(looks).toBe(32)
  })

  test('has its oldest wish let go for the newest, and another player keeps its own', () => {
    const sleep: PlayerCommand = { type: 'sleep-timer', seconds: 60 }
    wishes.add(state({}, 'y2'), { command: sleep, expected: undefined }, at(0))
    tell(sleep)
    for (let count = 0; count < 32; count++) tell({ type: 'volume-step', step: 8 })
    expect(said({ sleep_timer_s: 60 }, ['sleep_timer_started'])).toEqual([null])
    expect(said({ volume_step: 8 }, ['volume_changed'])).toEqual(['volume-step'])
    expect(said({ sleep_timer_s: 60 }, ['sleep_timer_started'], { id: 'y2' })).toEqual(['sleep-timer'])
  })
})
