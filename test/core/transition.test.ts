import { describe, expect, test } from 'vitest'
import type { PlayerEvent } from '../../src/core/event.ts'
import type { Moment } from '../../src/core/moment.ts'
import { type PlayerPatch, unknownPlayer } from '../../src/core/player.ts'
import type { TransitionContext } from '../../src/core/press.ts'
import { eventsBetween } from '../../src/core/transition.ts'
import { buttonPress } from '../support/button-press.ts'

const layout = ['01', '02', '03', '04'].map((key) => ({ chapter_key: key, track_key: key }))
const ours: TransitionContext = { layout, stream: 'bedroom', commanded: false }
const foreign: TransitionContext = { layout, stream: null, commanded: false }

const start = Date.parse('2026-11-21T10:00:00Z')

function moment(patch: PlayerPatch, seconds: number): Moment {
  return {
    state: { ...unknownPlayer('y1', 'Nursery'), online: true, ...patch },
    at: new Date(start + seconds * 1000),
  }
}

const onTrack = (key: string, patch: PlayerPatch = {}): PlayerPatch => ({
  card_id: '4Dem0',
  chapter_key: key,
  track_key: key,
  playback: 'playing',
  position_s: 0,
  duration_s: 60,
  ...patch,
})

function buttonsOf(events: readonly PlayerEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'button' ? [`${event.button} ${event.confidence}`] : []))
}

/** From `from` (said at second 0) to `to` (said `seconds` later). */
function pressed(
  from: PlayerPatch,
  to: PlayerPatch,
  seconds: number,
  context: TransitionContext = ours,
): string[] {
  return buttonsOf(eventsBetween(moment(from, 0), moment(to, seconds), context))
}

test('a card whose requests tell its presses has none read off its jumps', () => {
  const told = { ...ours, presses: 'none' } as const
  expect(pressed(onTrack('01'), onTrack('02'), 10, told)).toEqual([])
  expect(pressed(onTrack('02'), onTrack('01'), 10, told)).toEqual([])
  const types = eventsBetween(moment(onTrack('01'), 0), moment(onTrack('02'), 10), told).map(
    ({ type }) => type,
  )
  expect(types).toEqual(['track_ended', 'track_started'])
})

test('of a card whose chapters ask for themselves, only a restart is read off its jumps', () => {
  const told = { ...ours, presses: 'restarts' } as const
  expect(pressed(onTrack('01'), onTrack('02'), 10, told)).toEqual([])
  const restarted = onTrack('01', { position_s: 0 })
  expect(pressed(onTrack('01', { position_s: 20 }), restarted, 5, told)).toEqual(['left 0.7'])
})

/** The setting is lower already, and the player has not said so yet. */
const limitedTo = (step: number) =>
  ({ volume_max_step: 16, volume_max_step_day: step, volume_max_step_night: 1, day_mode: 'day' }) as const

describe('a press on a linear card', () => {
  test('is the jump to the next chapter long before the end of this one', () => {
    expect(pressed(onTrack('01'), onTrack('02'), 10)).toEqual(['right 0.9'])
  })

  test('is not the next chapter after this one played to its end', () => {
    expect(pressed(onTrack('01', { position_s: 52 }), onTrack('02'), 8)).toEqual([])
    expect(pressed(onTrack('01', { position_s: 55 }), onTrack('02'), 4)).toEqual([])
  })

  test('is the jump back', () => {
    expect(pressed(onTrack('03'), onTrack('02'), 10)).toEqual(['left 0.9'])
  })

  test('is the same track from its beginning again', () => {
    expect(pressed(onTrack('02', { position_s: 20 }), onTrack('02', { position_s: 0 }), 5)).toEqual([
      'left 0.7',
    ])
  })

  test('is not a repeat of the track at its end', () => {
    expect(pressed(onTrack('02', { position_s: 56 }), onTrack('02', { position_s: 0 }), 4)).toEqual([])
  })

  test('is less sure over several chapters, or where the length is not known', () => {
    expect(pressed(onTrack('01'), onTrack('03'), 10)).toEqual(['right 0.5'])
    expect(pressed(onTrack('04'), onTrack('01'), 10)).toEqual(['right 0.5'])
    expect(pressed(onTrack('01', { duration_s: null }), onTrack('02'), 10)).toEqual(['right 0.6'])
  })

  test('is called next and previous on a card that is not ours', () => {
    expect(pressed(onTrack('01'), onTrack('02'), 10, foreign)).toEqual(['next 0.9'])
    expect(pressed(onTrack('02'), onTrack('01'), 10, foreign)).toEqual(['previous 0.9'])
  })

  test('is not what we commanded ourselves', () => {
    expect(pressed(onTrack('01'), onTrack('02'), 10, { ...ours, commanded: true })).toEqual([])
  })

  test('is not told where the layout of the card is not known', () => {
    expect(pressed(onTrack('01'), onTrack('02'), 10, { ...ours, layout: null })).toEqual([])
    expect(pressed(onTrack('01'), onTrack('99'), 10)).toEqual([])
  })

  test('counts from where the track stood while it was paused', () => {
    expect(pressed(onTrack('01', { playback: 'paused', position_s: 10 }), onTrack('02'), 3600)).toEqual([
      'right 0.9',
    ])
  })

  test('is not read off a jump after a long silence, a stop or an absence', () => {
    expect(pressed(onTrack('01'), onTrack('04'), 1200)).toEqual([])
    expect(pressed(onTrack('02', { playback: 'stopped' }), onTrack('01'), 5)).toEqual([])
    expect(pressed(onTrack('02', { online: false }), onTrack('03'), 5)).toEqual([])
    expect(pressed(onTrack('02'), onTrack('03', { playback: 'stopped' }), 5)).toEqual([])
  })

  test('is not the heartbeat of a playing track', () => {
    expect(pressed(onTrack('01', { position_s: 20 }), onTrack('01', { position_s: 25 }), 5)).toEqual([])
  })

  test('is not the card being put in at its first chapter', () => {
    expect(pressed({}, onTrack('01'), 5)).toEqual([])
  })
})

// The table of yoto-protocol §4.5, row by row.
describe('on a linear card', () => {
  const types = (from: PlayerPatch, to: PlayerPatch, seconds: number) =>
    eventsBetween(moment(from, 0), moment(to, seconds), foreign).map((event) =>
      event.type === 'button' ? event.button : event.type,
    )

  test.each<[string, PlayerPatch, PlayerPatch, number, string[]]>([
    [
      'the next one in the last three seconds is a natural end',
      onTrack('01', { position_s: 50 }),
      onTrack('02'),
      7,
      ['track_ended', 'track_started'],
    ],
    [
      'the next one clearly before that is forward',
      onTrack('01', { position_s: 40 }),
      onTrack('02'),
      7,
      ['next', 'track_ended', 'track_started'],
    ],
    [
      'the previous one is back',
      onTrack('03'),
      onTrack('02'),
      7,
      ['previous', 'track_ended', 'track_started'],
    ],
    [
      'the same one from its beginning is back',
      onTrack('02', { position_s: 30 }),
      onTrack('02', { position_s: 1 }),
      4,
      ['previous'],
    ],
    [
      'a jump of more than one is a press of which nobody can be sure',
      onTrack('01'),
      onTrack('04'),
      7,
      ['next', 'track_ended', 'track_started'],
    ],
    [
      'paused is paused',
      onTrack('02', { position_s: 30 }),
      onTrack('02', { position_s: 34, playback: 'paused' }),
      4,
      ['playback_paused'],
    ],
    [
      'and playing again is resumed',
      onTrack('02', { position_s: 34, playback: 'paused' }),
      onTrack('02', { position_s: 34 }),
      60,
      ['playback_resumed'],
    ],
    [
      'forward through loading is forward all the same',
      onTrack('01', { position_s: 10, playback: 'loading' }),
      onTrack('02'),
      2,
      ['next', 'track_ended', 'track_started'],
    ],
  ])('%s', (_, from, to, seconds, expected) => {
    expect(types(from, to, seconds)).toEqual(expected)
  })
})

// A player that is set to repeat begins its card again after the last track (yoto-protocol §2.3 and §3.5); any other stops.
describe('from the last track to the first', () => {
  const cardOf = (...keys: string[]): TransitionContext => ({
    ...foreign,
    layout: keys.map((key) => ({ chapter_key: key, track_key: key })),
  })
  const four = cardOf('01', '02', '03', '04')
  const two = cardOf('01', '02')
  const one = cardOf('01')
  const unknown = { duration_s: null }

  test.each<
    [string, TransitionContext, boolean | null, string, PlayerPatch, string[], natural: boolean | null]
  >([
    ['at the end, with repeat on', four, true, '04', { position_s: 56 }, [], true],
    ['long before it, with repeat on', four, true, '04', { position_s: 20 }, ['next 0.5'], false],
    ['at the end, with repeat off', four, false, '04', { position_s: 56 }, ['next 0.8'], false],
    ['long before it, with repeat off', four, false, '04', { position_s: 20 }, ['next 0.8'], false],
    ['an unknown length, with repeat off', four, false, '04', unknown, ['next 0.8'], false],
    ['an unknown length, with repeat on', four, true, '04', unknown, ['next 0.5'], false],
    ['at the end, where nobody has said', four, null, '04', { position_s: 56 }, [], true],
    ['long before it, where nobody has said', four, null, '04', { position_s: 20 }, ['next 0.5'], false],
    ['of two tracks at the end, with repeat on', two, true, '02', { position_s: 56 }, [], true],
    [
      'of two tracks long before it, with repeat on',
      two,
      true,
      '02',
      { position_s: 20 },
      ['next 0.5'],
      false,
    ],
    [
      'of two tracks at the end, with repeat off',
      two,
      false,
      '02',
      { position_s: 56 },
      ['previous 0.9'],
      false,
    ],
    [
      'of two tracks before it, with repeat off',
      two,
      false,
      '02',
      { position_s: 20 },
      ['previous 0.9'],
      false,
    ],
    ['of two tracks, where nobody has said', two, null, '02', { position_s: 20 }, ['previous 0.5'], false],
    ['of two tracks at the end, where nobody has said', two, null, '02', { position_s: 56 }, [], true],
    ['of one track at the end, with repeat on', one, true, '01', { position_s: 56 }, [], true],
    [
      'of one track long before it, with repeat on',
      one,
      true,
      '01',
      { position_s: 20 },
      ['previous 0.5'],
      null,
    ],
    [
      'of one track at the end, with repeat off',
      one,
      false,
      '01',
      { position_s: 56 },
      ['previous 0.7'],
      null,
    ],
    ['of one track before it, with repeat off', one, false, '01', { position_s: 20 }, ['previous 0.7'], null],
    ['of one track at the end, where nobody has said', one, null, '01', { position_s: 56 }, [], null],
  ])('%s', (_, card, repeats, from, patch, buttons, natural) => {
    const then = moment(onTrack(from, patch), 0)
    const events = eventsBetween(then, moment(onTrack('01'), 4), { ...card, repeats })
    expect(buttonsOf(events)).toEqual(buttons)
    const ends = events.flatMap((event) => (event.type === 'track_ended' ? [event.natural] : []))
    expect(ends).toEqual(natural === null ? [] : [natural])
    expect(events.filter(({ type }) => type === 'track_started')).toHaveLength(ends.length)
  })

  const looped = (to: PlayerPatch, seconds: number, from: PlayerPatch = { position_s: 56 }) =>
    eventsBetween(moment(onTrack('01', from), 0), moment(onTrack('01', to), seconds), {
      ...one,
      repeats: true,
    }).map(({ type }) => type)

  test('of one track is told once, however late its first word comes', () => {
    expect(looped({ position_s: 4 }, 8)).toEqual(['track_ended', 'track_started'])
    expect(looped({ position_s: 5 }, 1, { position_s: 4 })).toEqual([])
    expect(looped({ position_s: 60 }, 4)).toEqual([])
    expect(looped({ position_s: 30 }, 4)).toEqual([])
    // Something else was said while a short one plays.
    const short = { position_s: 2, duration_s: 6 }
    expect(looped({ ...short, battery_percent: 50 }, 4, short)).toEqual([])
    expect(looped({ playback: 'paused', position_s: 0 }, 4)).toEqual(['playback_paused'])
  })

  test('goes past tracks that are hidden, as does a step', () => {
    const hiding = (context: TransitionContext, ...hidden: string[]): TransitionContext => ({
      ...context,
      layout: (context.layout ?? []).map((place) =>
        hidden.includes(place.track_key) ? { ...place, hidden: true } : place,
      ),
    })
    const at = (key: string) => onTrack(key, { position_s: 56 })
    expect(pressed(at('03'), onTrack('01'), 4, { ...hiding(four, '04'), repeats: false })).toEqual([
      'next 0.8',
    ])
    expect(pressed(at('03'), onTrack('01'), 4, { ...hiding(four, '04'), repeats: true })).toEqual([])
    expect(pressed(onTrack('01'), onTrack('03'), 4, hiding(four, '02'))).toEqual(['next 0.9'])
    expect(pressed(at('01'), onTrack('03'), 4, hiding(four, '02'))).toEqual([])
    expect(pressed(onTrack('03'), onTrack('04'), 4, hiding(four, '04'))).toEqual(['next 0.9'])
  })
})

describe('on an interactive card', () => {
  const to = (key: string) => ({ chapter_key: key, track_key: key })
  const branching = (targets: Partial<Record<'left' | 'right' | 'end', string>>): TransitionContext => ({
    layout: [
      { ...to('01'), ...Object.fromEntries(Object.entries(targets).map(([edge, key]) => [edge, to(key)])) },
      to('02'),
      to('03'),
      to('04'),
    ],
    stream: 'story',
    commanded: false,
  })
  const distinct = branching({ left: '02', right: '03', end: '04' })
  const early = onTrack('01', { position_s: 20 })
  const atItsEnd = onTrack('01', { position_s: 56 })

  test.each<[string, PlayerPatch, PlayerPatch, TransitionContext, string[]]>([
    ['the target of the left button is a left press', early, onTrack('02'), distinct, ['left 0.95']],
    ['the target of the right button is a right press', early, onTrack('03'), distinct, ['right 0.95']],
    ['that holds at the end of the track as well', atItsEnd, onTrack('03'), distinct, ['right 0.95']],
    ['the target of the end is no press', early, onTrack('04'), distinct, []],
    ['a target of both buttons is neither', early, onTrack('02'), branching({ left: '02', right: '02' }), []],
    [
      'a target of a button and the end is a press before the end',
      early,
      onTrack('02'),
      branching({ left: '02', end: '02' }),
      ['left 0.8'],
    ],
    ['and none at the end', atItsEnd, onTrack('02'), branching({ left: '02', end: '02' }), []],
    [
      'nor where nobody knows where the end is',
      onTrack('01', { position_s: 20, duration_s: null }),
      onTrack('02'),
      branching({ left: '02', end: '02' }),
      [],
    ],
    ['a place to which nothing leads is no press', early, onTrack('04'), branching({ left: '02' }), []],
    [
      'the question that repeats at its end is no press',
      atItsEnd,
      onTrack('01'),
      branching({ left: '02', right: '03', end: '01' }),
      [],
    ],
    [
      'a button that begins the track again is one',
      early,
      onTrack('01'),
      branching({ left: '01', right: '03' }),
      ['left 0.95'],
    ],
  ])('%s', (_, from, then, context, expected) => {
    expect(pressed(from, then, 4, context)).toEqual(expected)
    const foreignNames = expected.map((each) => each.replace('left', 'previous').replace('right', 'next'))
    expect(pressed(from, then, 4, { ...context, stream: null })).toEqual(foreignNames)
  })
})

describe('the events between two states', () => {
  const typesOf = (from: PlayerPatch, to: PlayerPatch) =>
    eventsBetween(moment(from, 0), moment(to, 5), ours).map((event) => event.type)

  test('tell one press as one button, the end of a track and the start of the next', () => {
    const events = eventsBetween(moment(onTrack('01'), 0), moment(onTrack('02'), 10), ours)
    expect(events.map((event) => event.type)).toEqual(['button', 'track_ended', 'track_started'])
    expect(events[0]).toEqual(buttonPress({ at: '2026-11-21T10:00:10.000+00:00' }))
    expect(events[1]).toMatchObject({ natural: false, chapter_key: '01' })
  })

  test('tell a card that is swapped for another as out and in', () => {
    expect(typesOf({ card_id: 'aaaaa' }, { card_id: 'bbbbb' })).toEqual(['card_removed', 'card_inserted'])
  })

  test.each<[PlayerPatch, PlayerPatch, string[]]>([
    [{ online: false }, { online: true }, ['online']],
    [{ online: true }, { online: false }, ['offline']],
    [{ playback: 'paused' }, { playback: 'playing' }, ['playback_resumed']],
    [{ playback: 'stopped' }, { playback: 'playing' }, ['playback_started']],
    [{ playback: 'playing' }, { playback: 'paused' }, ['playback_paused']],
    [{ playback: 'playing' }, { playback: 'stopped' }, ['playback_stopped']],
    [{ playback: null }, { playback: 'stopped' }, []],
    [{ playback: 'playing' }, { playback: 'loading' }, []],
    [{ playback: 'loading' }, { playback: 'playing' }, []],
    [{ playback: 'stopped' }, { playback: 'loading' }, ['playback_started']],
    [{ playback: 'paused' }, { playback: 'loading' }, ['playback_resumed']],
    [{ playback: 'loading' }, { playback: 'stopped' }, ['playback_stopped']],
    [{ volume_step: 3 }, { volume_step: 4 }, ['volume_changed']],
    [{ volume_step: null }, { volume_step: 4 }, []],
    [{ volume_step: 9, volume_max_step: 16 }, { volume_step: 6, volume_max_step: 6 }, []],
    [{ volume_step: 9, volume_max_step: 16 }, { volume_step: 6, volume_max_step: 16 }, ['volume_changed']],
    [{ volume_step: 9, volume_max_step: 16 }, { volume_step: 6, ...limitedTo(6) }, []],
    [{ volume_step: 9, volume_max_step: 16 }, { volume_step: 5, ...limitedTo(6) }, ['volume_changed']],
    [{ volume_step: 5, volume_max_step: 16 }, { volume_step: 6, ...limitedTo(6) }, ['volume_changed']],
    [{ day_mode: 'day' }, { day_mode: 'night' }, ['night_started']],
    [{ day_mode: 'night' }, { day_mode: 'day' }, ['day_started']],
    [{ sleep_timer_s: 0 }, { sleep_timer_s: 600 }, ['sleep_timer_started']],
    [{ sleep_timer_s: 600 }, { sleep_timer_s: 595 }, []],
    [{ sleep_timer_s: 5 }, { sleep_timer_s: 0 }, ['sleep_timer_ended']],
    [{ battery_percent: 16 }, { battery_percent: 15 }, ['battery_low']],
    [{ battery_percent: 15 }, { battery_percent: 14 }, []],
    [{ headphones: false }, { headphones: true }, ['headphones_on']],
    [{ headphones: true }, { headphones: false }, ['headphones_off']],
  ])('from %o to %o are %j', (from, to, types) => {
    expect(typesOf(from, to)).toEqual(types)
  })

  test('are none where nothing changed', () => {
    expect(typesOf(onTrack('02'), onTrack('02', { position_s: 5 }))).toEqual([])
  })
})
