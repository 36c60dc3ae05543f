import { describe, expect, test } from 'vitest'
import { unknownPlayer } from '../../src/core/player.ts'
import { emptyQueue, type Queue } from '../../src/core/queue.ts'
import { heardText, placeIn, streamHeard } from '../../ui/heard.ts'
import { sayIn } from '../../ui/text.ts'
import { libraryEntry } from '../support/house.ts'

const say = sayIn('en', { player: { clip: 'the clip' } })
const entry = libraryEntry('sea.mp3', { title: 'The sea', seconds: 12 })
const files = new Map([[entry.file, entry]])
const items = [
  { id: 'i1', file: 'sea.mp3' },
  { id: 'i2', file: 'new.mp3' },
]
const queue: Queue = { ...emptyQueue('bedroom'), items, current: 'i1' }
const card = { card_id: 'c1', stream: 'bedroom', kind: 'queue' } as const

describe('what is heard of a queue', () => {
  test.each<[string, Partial<Queue>, string]>([
    ['the title of the current item', {}, 'The sea'],
    ['the name of a file that is not known (yet)', { current: 'i2' }, 'new.mp3'],
    ['the clip where it is over', { current: null }, 'the clip'],
    ['the clip where it is empty', { items: [], current: null }, 'the clip'],
    ['the clip where it is closed', { closed: true }, 'the clip'],
    ['what was named in its place', { closed: true, if_pressed: 'sea.mp3' }, 'The sea'],
  ])('is %s', (_name, change, words) => {
    expect(heardText({ ...queue, ...change }, { kind: 'queue', files, say })).toBe(words)
  })

  test('is known of a stream card only where there is nothing to play', () => {
    expect(heardText(queue, { kind: 'stream', files, say })).toBe(null)
    expect(heardText({ ...queue, closed: true }, { kind: 'stream', files, say })).toBe('the clip')
  })

  test('is known of a track of a card as little', () => {
    expect(heardText(queue, { kind: 'tracks', files, say })).toBe(null)
    expect(heardText({ ...queue, closed: true }, { kind: 'tracks', files, say })).toBe('the clip')
  })
})

test('the stream that a player hears is that of its card, or of the track where it is', () => {
  const track = (stream: string | null) => ({
    ...{ key: '', title: '', icon: null, file: null, url: null, stream },
    ...({ audio: 'streamed', uploaded: false } as const),
  })
  const cards = [
    { card_id: 'c1', stream: 'bedroom', tracks: null },
    { card_id: 'c2', stream: null, tracks: [track(null), track('kitchen')] },
  ]
  const heard = (card_id: string | null, chapter_key: string | null) =>
    streamHeard({ card_id, chapter_key }, cards)
  expect(heard('c1', '05')).toBe('bedroom')
  expect(heard('c2', '02')).toBe('kitchen')
  expect([
    heard('c2', '01'),
    heard('c2', null),
    heard('c2', '03'),
    heard('c3', '02'),
    heard(null, null),
  ]).toEqual([null, null, null, null, null])
})

describe('the place in a queue', () => {
  const player = (change: object) => ({
    state: { ...unknownPlayer('y1', 'Nursery'), online: true, card_id: 'c1', ...change },
    positionAt: 0,
    lastPress: null,
  })

  test.each<[string, object, boolean]>([
    ['plays', { playback: 'playing' }, true],
    ['waits while the player does', { playback: 'paused' }, false],
    ['waits while the player is away', { playback: 'playing', online: false }, false],
    ['waits while another card plays', { playback: 'playing', card_id: 'c9' }, false],
  ])('%s', (_name, change, playing) => {
    expect(placeIn(queue, { cards: [card], players: [player(change)] })).toEqual({ current: 'i1', playing })
  })

  test('is nowhere where no card goes item by item, or nothing plays', () => {
    const nowhere = { current: null, playing: false }
    const players = [player({ playback: 'playing' })]
    expect(placeIn(queue, { cards: [{ ...card, kind: 'stream' }], players })).toEqual(nowhere)
    expect(placeIn(queue, { cards: [{ ...card, stream: 'attic' }], players })).toEqual(nowhere)
    expect(placeIn({ ...queue, closed: true }, { cards: [card], players })).toEqual(nowhere)
  })
})
