import { describe, expect, test } from 'vitest'
import { recordOf } from '../../src/cards/record.ts'
import { type PlayerState, unknownPlayer } from '../../src/core/player.ts'
import { playAnew } from '../../src/wiring/play-anew.ts'

const player = (id: string, patch: Partial<PlayerState>): PlayerState => ({
  ...unknownPlayer(id, id),
  online: true,
  playback: 'playing',
  ...patch,
})

const cards = new Map(
  Object.entries({
    slots: { kind: 'queue', slots: 'interactive', stream: 'bedroom' },
    linear: { kind: 'queue', slots: 'linear', stream: 'bedroom' },
    whole: { kind: 'stream', stream: 'bedroom' },
    other: { kind: 'queue', stream: 'kitchen' },
  }).map(([card_id, record]) => [card_id, recordOf('key', { ...record, card_id }) ?? undefined]),
)

/** What each player is told, by player. */
function told(players: readonly PlayerState[], what: 'item' | 'beginning') {
  const ground = { hub: { players: () => [...players] }, cards: { byCard: (id: string) => cards.get(id) } }
  return playAnew('bedroom', what, ground).map((effect) =>
    effect.kind === 'command' ? [effect.player, effect.command] : effect,
  )
}

const start = (card_id: string, key: string) => ({
  type: 'card',
  card_id,
  chapter_key: key,
  track_key: key,
})

describe('a player that plays the stream', () => {
  test.each([
    ['slots', 'right-a', 'item', start('slots', 'start')],
    ['slots', 'right-a', 'beginning', start('slots', 'start')],
    // Asked for again at once, the first slot may be a retry, and stays what it was.
    ['slots', 'start', 'item', start('slots', 'now-a')],
    ['slots', 'start', 'beginning', start('slots', 'start')],
    ['slots', null, 'item', start('slots', 'start')],
    ['linear', '01', 'item', start('linear', '05')],
    ['linear', '02', 'beginning', start('linear', '05')],
    ['linear', '03', 'item', start('linear', '01')],
    ['linear', null, 'item', start('linear', '05')],
    ['whole', '01', 'beginning', { type: 'restart' }],
  ] as const)('by the card "%s", at %s, is told for the %s', (card_id, chapter_key, what, command) => {
    expect(told([player('abc', { card_id, chapter_key })], what)).toEqual([['abc', command]])
  })

  test('as one file hears no other item', () => {
    expect(told([player('abc', { card_id: 'whole', chapter_key: '01' })], 'item')).toEqual([])
  })
})

test('nobody else is told', () => {
  const chapter_key = 'right-a'
  const players = [
    player('paused', { card_id: 'slots', chapter_key, playback: 'paused' }),
    player('stopped', { card_id: 'slots', chapter_key, playback: 'stopped' }),
    player('off', { card_id: 'slots', chapter_key, online: false }),
    player('elsewhere', { card_id: 'other', chapter_key }),
    player('stranger', { card_id: 'unknown', chapter_key }),
    player('empty', { card_id: null }),
    player('loading', { card_id: 'slots', chapter_key, playback: 'loading' }),
  ]
  expect(told(players, 'item')).toEqual([['loading', start('slots', 'start')]])
})
