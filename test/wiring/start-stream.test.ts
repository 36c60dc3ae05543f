import { expect, test } from 'vitest'
import { type PublishedCard, recordOf } from '../../src/cards/record.ts'
import { AppError } from '../../src/core/error.ts'
import { type PlayerState, unknownPlayer } from '../../src/core/player.ts'
import { startOfStream } from '../../src/wiring/start-stream.ts'

const card = (card_id: string, record: object): PublishedCard => {
  const read = recordOf(card_id, { ...record, card_id })
  if (read === null) throw new Error('no record')
  return read
}
const tracks = (...streams: (string | null)[]) =>
  streams.map((stream) => ({ title: 'x', plays: stream === null ? { file: 'a.mp3' } : { stream } }))

const mixed = card('mixed', { tracks: tracks(null, 'evening', 'party', 'evening') })
const other = card('other', { tracks: tracks('evening') })
const whole = card('whole', { kind: 'stream', stream: 'evening' })
const bound = card('bound', { tracks: tracks('evening'), player: 'anna' })

function started(cards: readonly PublishedCard[], patch: Partial<PlayerState> = {}, stream = 'evening') {
  const player = { ...unknownPlayer('ben', 'Ben'), ...patch }
  return startOfStream(stream, 'ben', {
    hub: { player: () => player },
    cards: { list: () => [...cards] },
    streamFor: (asked) => (asked === 'party' ? 'dance' : asked),
  })
}

const begins = (card_id: string, key: string) => ({
  type: 'card',
  card_id,
  chapter_key: key,
  track_key: key,
  seconds_in: 0,
})

test.each<[string, readonly PublishedCard[], Partial<PlayerState>, ReturnType<typeof begins>]>([
  [
    'its own card before one of tracks',
    [mixed, whole],
    { card_id: 'mixed', chapter_key: '04' },
    begins('whole', '01'),
  ],
  ['the first chapter that plays it', [mixed], {}, begins('mixed', '02')],
  ['the chapter that is heard', [mixed], { card_id: 'mixed', chapter_key: '04' }, begins('mixed', '04')],
  [
    'the first from a chapter of something else',
    [mixed],
    { card_id: 'mixed', chapter_key: '03' },
    begins('mixed', '02'),
  ],
  [
    'the first from a chapter of an older copy',
    [mixed],
    { card_id: 'mixed', chapter_key: '09' },
    begins('mixed', '02'),
  ],
  ['the first where another card is in', [mixed], { card_id: 'x', chapter_key: '04' }, begins('mixed', '02')],
  ['the card of tracks that is in', [other, mixed], { card_id: 'mixed' }, begins('mixed', '02')],
  ['no card of another player', [bound, mixed], {}, begins('mixed', '02')],
])('a stream begins with %s', (_name, cards, patch, command) => {
  expect(started(cards, patch)).toEqual(command)
})

test('the stream that answers for the player is what its tracks play', () => {
  expect(started([mixed], {}, 'dance')).toEqual(begins('mixed', '03'))
  expect(() => started([mixed], {}, 'party')).toThrow(AppError)
})
