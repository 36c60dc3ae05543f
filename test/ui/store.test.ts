import { describe, expect, test } from 'vitest'
import { unknownPlayer } from '../../src/core/player.ts'
import { emptyQueue } from '../../src/core/queue.ts'
import type { LiveMessage } from '../../src/http/live-event.ts'
import { type HouseView, liveEventNames, positionNow, reduce, Store } from '../../ui/store.ts'

const nursery = {
  ...unknownPlayer('y1', 'Nursery'),
  online: true,
  playback: 'playing' as const,
  card_id: '4Dem0',
  chapter_key: '01',
  track_key: '01',
  position_s: 10,
  duration_s: 60,
  last_seen_at: '2026-11-21T10:00:00.000+00:00',
}
const den = unknownPlayer('y2', 'Den')
const bedroom = { ...emptyQueue('bedroom'), version: 3 }

const snapshot: LiveMessage = {
  event: 'snapshot',
  data: {
    at: '2026-11-21T10:00:04.000+00:00',
    players: [nursery, den],
    queues: [bedroom],
    health: { simulated: true, problems: ['a rule is broken'], problem_names: ['rules/a.yaml'] },
  },
}

/** The view after a snapshot at 100,000 ms and then the messages, one each second. */
function viewAfter(...messages: LiveMessage[]): HouseView {
  const all = [snapshot, ...messages]
  const view = all.reduce<HouseView | null>(
    (one, message, at) => reduce(one, message, 100_000 + at * 1000),
    null,
  )
  if (view === null) throw new Error('no view')
  return view
}

const press: LiveMessage = {
  event: 'event',
  data: {
    type: 'button',
    button: 'right',
    confidence: 0.9,
    via: 'mqtt',
    player: 'y1',
    at: '2026-11-21T10:00:05+00:00',
    card_id: '4Dem0',
    chapter_key: '02',
    track_key: '01',
  },
}

describe('each live event changes what it speaks of', () => {
  test.each<[string, LiveMessage[], (view: HouseView) => unknown, unknown]>([
    ['a snapshot brings players', [], (view) => [...view.players.keys()], ['y1', 'y2']],
    ['a snapshot brings queues', [], (view) => view.queues.get('bedroom'), bedroom],
    [
      'a snapshot brings health',
      [],
      (view) => view.health.problems,
      [{ name: 'rules/a.yaml', text: 'a rule is broken' }],
    ],
    [
      'a second snapshot leaves nothing of the first',
      [{ event: 'snapshot', data: { ...snapshot.data, players: [den], queues: [] } }],
      (view) => [[...view.players.keys()], view.queues.size],
      [['y2'], 0],
    ],
    [
      'a player takes its place',
      [{ event: 'player', data: { ...den, online: true } }],
      (view) => [...view.players.values()].map(({ state }) => [state.id, state.online]),
      [
        ['y1', true],
        ['y2', true],
      ],
    ],
    [
      'a new player comes behind the others',
      [{ event: 'player', data: unknownPlayer('y3', 'Attic') }],
      (view) => [...view.players.keys()],
      ['y1', 'y2', 'y3'],
    ],
    [
      'a removed player goes',
      [{ event: 'player-removed', data: { id: 'y1' } }],
      (view) => [...view.players.keys()],
      ['y2'],
    ],
    [
      'a queue takes its place',
      [{ event: 'queue', data: { ...bedroom, version: 4, playlist: 'forest' } }],
      (view) => view.queues.get('bedroom')?.playlist,
      'forest',
    ],
    [
      'an older queue is no news',
      [{ event: 'queue', data: { ...bedroom, version: 2, playlist: 'old' } }],
      (view) => view.queues.get('bedroom'),
      bedroom,
    ],
    [
      'a new queue is put in order of names',
      [{ event: 'queue', data: emptyQueue('attic') }],
      (view) => [...view.queues.keys()],
      ['attic', 'bedroom'],
    ],
    [
      'a removed queue goes',
      [{ event: 'queue-removed', data: { name: 'bedroom' } }],
      (view) => view.queues.size,
      0,
    ],
    [
      'a press is remembered with its player',
      [press],
      (view) => view.players.get('y1')?.lastPress,
      { button: 'right', at: 101_000 },
    ],
    [
      'a press stays when the player speaks again, and when a snapshot comes',
      [press, { event: 'player', data: { ...nursery, volume_step: 3 } }, snapshot],
      (view) => view.players.get('y1')?.lastPress?.button,
      'right',
    ],
    [
      'other events change nothing',
      [{ event: 'event', data: { type: 'offline', player: 'y1', at: '2026-11-21T10:00:05+00:00' } }],
      (view) => view,
      viewAfter(),
    ],
    [
      'health takes the place of what was known',
      [{ event: 'health', data: { simulated: false, cloud: { connected: true } } }],
      (view) => view.health,
      {
        simulated: false,
        account: { state: null, reason: null, code: null },
        cloud: { connected: true, reason: null, unlisted: null },
        problems: [],
      },
    ],
  ])('%s', (_name, messages, look, expected) => {
    expect(look(viewAfter(...messages))).toEqual(expected)
  })

  test('nothing is known before a snapshot', () => {
    expect(reduce(null, { event: 'player', data: nursery }, 0)).toBeNull()
  })

  test('a reducer changes no view but its own', () => {
    const before = viewAfter()
    const copy = structuredClone(before)
    for (const message of [press, snapshot, { event: 'player-removed', data: { id: 'y1' } } as const])
      reduce(before, message, 0)
    expect(before).toEqual(copy)
  })

  test('news of the library change nothing that is told', () => {
    const view = viewAfter()
    expect(reduce(view, { event: 'library', data: {} }, 0)).toBe(view)
  })

  test('there is a reducer for every event of the interface', () => {
    expect(liveEventNames).toEqual([
      'snapshot',
      'player',
      'player-removed',
      'queue',
      'queue-removed',
      'event',
      'library',
      'upload',
      'upload-removed',
      'card',
      'cards',
      'input',
      'rule-traces',
      'health',
    ])
  })
})

describe('the position', () => {
  const positionAfter = (messages: LiveMessage[], now: number) => {
    const player = viewAfter(...messages).players.get('y1')
    return player === undefined ? undefined : positionNow(player, now)
  }
  const said = (patch: object): LiveMessage => ({ event: 'player', data: { ...nursery, ...patch } })

  test.each<[string, LiveMessage[], number, number | null]>([
    ['counts from when the player spoke, not from when the page came', [], 100_000, 14],
    ['goes on by itself', [], 103_000, 17],
    ['ends with the track', [], 900_000, 60],
    ['is what the player says', [said({ position_s: 20 })], 101_000, 20],
    ['goes on over words about other things', [said({ volume_step: 4 })], 101_000, 15],
    ['stands while the player does', [said({ position_s: 20, playback: 'paused' })], 150_000, 20],
    ['stands while the player is away', [said({ online: false, position_s: 20 })], 150_000, 20],
    ['starts over with the next track', [said({ position_s: 10, track_key: '02' })], 102_000, 11],
    ['is not known where it was never said', [said({ position_s: null })], 102_000, null],
  ])('%s', (_name, messages, now, expected) => {
    expect(positionAfter(messages, now)).toBe(expected)
  })

  test('does not run ahead when the clocks disagree', () => {
    const early: LiveMessage = { ...snapshot, data: { ...snapshot.data, at: '2026-11-21T09:00:00+00:00' } }
    const player = reduce(null, early, 0)?.players.get('y1')
    expect(player && positionNow(player, 0)).toBe(10)
  })
})

test('the store tells of what changed and of nothing else', () => {
  const views: HouseView[] = []
  const store = new Store(
    () => 0,
    (view) => views.push(view),
  )
  store.receive({ event: 'player', data: nursery })
  store.receive(snapshot)
  store.receive({ event: 'queue', data: { ...bedroom, version: 1 } })
  store.receive({ event: 'queue-removed', data: { name: 'bedroom' } })
  expect(views.map((view) => view.queues.size)).toEqual([1, 0])
})
