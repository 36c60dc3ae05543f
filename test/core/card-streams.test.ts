import { expect, test } from 'vitest'
import { type CardStreams, streamAt, streamsOn, streamsPossibleAt } from '../../src/core/card-streams.ts'

const whole: CardStreams = { stream: 'bedroom', ofTracks: null }
const tracks: CardStreams = { stream: null, ofTracks: [null, 'evening', 'party', 'evening'] }
const foreign: CardStreams = { stream: null, ofTracks: null }

test.each<[string, CardStreams, string | null, string | null, readonly string[]]>([
  ['a card of one stream', whole, '07', 'bedroom', ['bedroom']],
  ['a card of one stream whose chapter nobody knows', whole, null, 'bedroom', ['bedroom']],
  ['a card of no stream', foreign, '01', null, []],
  ['a track that is a file', tracks, '01', null, []],
  ['a track', tracks, '02', 'evening', ['evening']],
  ['the next, of another stream', tracks, '03', 'party', ['party']],
  ['a second one of the same stream', tracks, '04', 'evening', ['evening']],
  ['a track that nobody knows', tracks, null, null, ['evening', 'party']],
  ['a track of an older copy', tracks, '05', null, ['evening', 'party']],
  ['a chapter of another name', tracks, '2', null, ['evening', 'party']],
])('of %s', (_name, card, chapter, stream, possible) => {
  expect(streamAt(card, chapter)).toBe(stream)
  expect(streamsPossibleAt(card, chapter)).toEqual(possible)
})

test('all streams of a card are named once', () => {
  expect([whole, tracks, foreign].map(streamsOn)).toEqual([['bedroom'], ['evening', 'party'], []])
})
