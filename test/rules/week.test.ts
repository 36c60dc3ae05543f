import { describe, expect, test } from 'vitest'
import { gapsInWords, Week } from '../../src/rules/read/week.ts'
import type { Slot } from '../../src/rules/rule-set.ts'

type Written = [id: string, days: Slot['days'], from?: string, to?: string]

const weekOf = (...written: Written[]) =>
  new Week(
    written.map(([id, days, from, to]) => ({
      id,
      days,
      window: from === undefined || to === undefined ? null : ([from, to] as const),
      play: 'p',
      ifPressed: null,
    })),
  )

const shadowed = (...written: Written[]) => {
  const week = weekOf(...written)
  return week.shadowed.map((slot) => {
    const covering = week.coveringOf(slot).map(({ id }) => id)
    return `${slot.id} by ${covering.join(' ')}`
  })
}

const gaps = (...written: Written[]) => gapsInWords(weekOf(...written).gaps)

describe('a slot never plays', () => {
  test.each<[Written[], string[]]>([
    [
      [
        ['all', null],
        ['nap', 'mon', '13:00', '14:00'],
      ],
      ['nap by all'],
    ],
    [
      [
        ['nap', 'mon', '13:00', '14:00'],
        ['all', null],
      ],
      [],
    ],
    [
      [
        ['early', null, '06:00', '12:00'],
        ['late', null, '12:00', '20:00'],
        ['day', null, '07:00', '19:00'],
      ],
      ['day by early late'],
    ],
    // What crosses midnight belongs to the day it starts on.
    [
      [
        ['night', 'sun', '20:00', '07:00'],
        ['monday', 'mon', '05:00', '07:00'],
      ],
      ['monday by night'],
    ],
    [
      [
        ['night', 'mon', '20:00', '07:00'],
        ['monday', 'mon', '05:00', '07:00'],
      ],
      [],
    ],
    [
      [
        ['week', 'weekdays'],
        ['end', ['sat', 'sun']],
        ['never', 'daily', '00:00', '00:01'],
      ],
      ['never by week end'],
    ],
    [
      [
        ['nap', null, '13:00', '14:00'],
        ['longer', null, '13:00', '14:01'],
      ],
      [],
    ],
  ])('%j: %j', (written, expected) => {
    expect(shadowed(...written)).toEqual(expected)
  })
})

describe('what no slot covers', () => {
  test.each<[Written[], string[]]>([
    [[], ['the whole week']],
    [[['all', null]], []],
    [[['nap', null, '13:00', '14:00']], ['every day 14:00-13:00']],
    [[['school', 'weekdays']], ['Sat 00:00-Mon 00:00']],
    [
      [
        ['night', null, '19:00', '07:00'],
        ['x', ['mon', 'wed'], '07:00', '19:00'],
      ],
      ['Tue, Thu-Sun 07:00-19:00'],
    ],
    [
      [
        ['sunday', 'sun', '20:00', '06:00'],
        ['rest', ['mon', 'tue', 'wed', 'thu', 'fri', 'sat']],
      ],
      ['Sun 00:00-20:00'],
    ],
    [
      [
        ['late', 'sat', '23:00', '01:00'],
        ['days', ['mon', 'tue', 'wed', 'thu', 'fri', 'sat']],
      ],
      ['Sun 01:00-00:00'],
    ],
  ])('of %j is %j', (written, expected) => {
    expect(gaps(...written)).toEqual(expected)
  })
})
