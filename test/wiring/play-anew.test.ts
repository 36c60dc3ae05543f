import { describe, expect, test } from 'vitest'
import type { PlayedAnew } from '../../src/broker/stream-desk.ts'
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
    tracks: {
      tracks: [{ file: 'a.mp3' }, { stream: 'bedroom' }, { stream: 'kitchen' }, { stream: 'bedroom' }].map(
        (plays) => ({ title: 'x', plays }),
      ),
    },
  }).map(([card_id, record]) => [card_id, recordOf('key', { ...record, card_id }) ?? undefined]),
)

/** What each player is told, by player. */
function told(players: readonly PlayerState[], anew: PlayedAnew) {
  const ground = {
    hub: { players: () => [...players], expectedTrack: () => undefined },
    cards: { byCard: (id: string) => cards.get(id) },
    streamFor: (stream: string) => stream,
  }
  return playAnew('bedroom', anew, ground).map((effect) =>
    effect.kind === 'command' ? [effect.player, effect.command] : effect,
  )
}

const start = (card_id: string, key: string) => ({
  type: 'card',
  card_id,
  chapter_key: key,
  track_key: key,
})

const another = (what: PlayedAnew['what']) => ({ what, isAnother: true })
const same = (what: PlayedAnew['what']) => ({ what, isAnother: false })

describe('a player that plays the stream', () => {
  test.each([
    ['slots', 'right-a', another('item'), start('slots', 'start')],
    ['slots', 'right-a', same('beginning'), start('slots', 'start')],
    // Asked for again at once, the first slot may be a retry, and stays what it was.
    ['slots', 'start', another('item'), start('slots', 'now-a')],
    ['slots', 'start', another('beginning'), start('slots', 'now-a')],
    // Its end would lead on from an item that was heard.
    ['slots', 'start', same('item'), start('slots', 'start')],
    ['slots', 'start', same('beginning'), start('slots', 'start')],
    ['slots', null, another('item'), start('slots', 'start')],
    ['linear', '01', another('item'), start('linear', '05')],
    ['linear', '02', same('beginning'), start('linear', '05')],
    ['linear', '03', another('item'), start('linear', '01')],
    ['linear', null, another('item'), start('linear', '05')],
    ['whole', '01', another('beginning'), { type: 'restart' }],
  ] as const)('by the card "%s", at %s, is told for %j', (card_id, chapter_key, anew, command) => {
    expect(told([player('abc', { card_id, chapter_key })], anew)).toEqual([['abc', command]])
  })

  test.each(['02', '04'])('by track %s of a card of tracks begins just that anew', (chapter_key) => {
    const listener = player('abc', { card_id: 'tracks', chapter_key })
    expect(told([listener], another('beginning'))).toEqual([
      ['abc', { ...start('tracks', chapter_key), seconds_in: 0 }],
    ])
  })

  test.each([
    ['whole', '01'],
    ['tracks', '02'],
  ])('as one file hears no other item (%s)', (card_id, chapter_key) => {
    expect(told([player('abc', { card_id, chapter_key })], another('item'))).toEqual([])
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
    player('file', { card_id: 'tracks', chapter_key: '01' }),
    player('other track', { card_id: 'tracks', chapter_key: '03' }),
    player('older copy', { card_id: 'tracks', chapter_key: '05' }),
    player('no chapter yet', { card_id: 'tracks' }),
    player('loading', { card_id: 'slots', chapter_key, playback: 'loading' }),
  ]
  expect(told(players, another('item'))).toEqual([['loading', start('slots', 'start')]])
  expect(told(players, another('beginning'))).toEqual([['loading', start('slots', 'start')]])
})
