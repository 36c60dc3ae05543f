import { expect, test } from 'vitest'
import { withTrackUrls } from '../../src/yoto/track-urls.ts'

const track = (trackUrl: unknown) => ({ key: '01', events: { onEnd: { cmd: 'stop' } }, trackUrl })
const card = {
  cardId: '08aB0',
  title: 'old',
  metadata: { note: 'old' },
  content: {
    config: { shuffle: [] },
    chapters: [
      { key: 'old', tracks: [track('https://example.org/old.mp3'), track('yoto:#old')] },
      { key: '02', tracks: [track('https://example.org/other.mp3')], display: null },
    ],
  },
}

test('each address is passed through, and everything else stays as it is', () => {
  const seen: string[] = []
  const changed = withTrackUrls(card, (url) => {
    seen.push(url)
    return url.replace('/old', '/new')
  })
  expect(seen).toEqual(['https://example.org/old.mp3', 'yoto:#old', 'https://example.org/other.mp3'])
  const expected = structuredClone(card)
  expected.content.chapters[0]?.tracks.splice(0, 1, track('https://example.org/new.mp3'))
  expect(changed).toEqual(expected)
})

test('a card on which nothing changed is the very same', () => {
  expect(withTrackUrls(card, (url) => url)).toBe(card)
})

test.each([
  {},
  { content: null },
  { content: { chapters: 'many' } },
  { content: { chapters: [null, 7, { tracks: null }, { tracks: [null, { trackUrl: 7 }] }] } },
])('a card of another shape stays as it is: %j', (odd) => {
  expect(withTrackUrls(odd, () => 'https://example.org/new.mp3')).toBe(odd)
})
