import { expect, test } from 'vitest'
import { checkStreamTitle } from '../../src/core/stream-title.ts'
import { badTitles, titleFault } from '../support/titles.ts'

test.each(['Träume', 'x', ' Night ', '👩‍👧 at night', 'שלום'])(
  '"%s" can be the title of a stream',
  (title) => {
    expect(checkStreamTitle(title)).toBe(title)
  },
)

test.each(badTitles)('%s cannot', (_what, title) => {
  expect(titleFault(title)).toMatch(
    /^the title of a stream takes 1 to 200 characters, not blanks alone, without line breaks and other control characters/,
  )
})

test('a title that is too long is told how long it is', () => {
  expect(checkStreamTitle('🦊'.repeat(200))).toHaveLength(400)
  expect(titleFault('🦊'.repeat(201))).toMatch(/characters, and this one has 201$/)
})
