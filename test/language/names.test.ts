import { describe, expect, test } from 'vitest'
import { didYouMean, homeAssistantWords } from '../../src/language/names.ts'

describe('didYouMean', () => {
  const known = ['playlist', 'add', 'next', 'time', 'Kids-Room']

  test.each([
    ['playlst', 'playlist'],
    ['plailyst', 'playlist'],
    ['tiem', 'time'],
    ['ad', 'add'],
    ['kids-room', 'Kids-Room'],
    ['ADD', 'add'],
    ['plylsx', null],
    ['tim', 'time'],
    ['tixx', null],
    ['tx', null],
    ['zebra', null],
    ['', null],
    ['x'.repeat(1_000_000), null],
  ])('%.20s → %s', (word, meant) => {
    expect(didYouMean(word, known)).toBe(meant)
  })

  test('prefers the same word in other capitals, then the nearest, then the first', () => {
    expect(didYouMean('CARDS', ['cardz', 'cards'])).toBe('cards')
    expect(didYouMean('lullabys', ['lullabites', 'lullaby'])).toBe('lullaby')
    expect(didYouMean('slot', ['slow', 'slop'])).toBe('slow')
  })

  test('of two as near prefers the one with the same first letter', () => {
    expect(didYouMean('son', ['mon', 'tue', 'sun'])).toBe('sun')
  })
})

test('every word of Home Assistant that the manual answers is answered', () => {
  expect([...homeAssistantWords.keys()].sort()).toEqual([
    'action',
    'actions',
    'alias',
    'condition',
    'conditions',
    'continue_on_error',
    'continue_on_timeout',
    'default',
    'delay',
    'entity_id',
    'platform',
    'sequence',
    'service',
    'target',
    'trigger',
    'triggers',
    'wait_for_trigger',
    'wait_template',
  ])
})
