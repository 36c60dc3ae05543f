import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { contentText, dayText, hoursText, type StretchView, stretchesByDay } from '../../ui/plan.ts'
import { stateText } from '../../ui/rule-words.ts'
import { sayIn } from '../../ui/text.ts'

const sayOf = (language: string, locale: string) =>
  sayIn(
    locale,
    parse(readFileSync(new URL(`../../translations/${language}.yaml`, import.meta.url), 'utf8')).panel,
  )
const english = sayOf('en', 'en-GB')
const plan = { from: '2026-03-28T00:00:00+01:00' }

function stretch(from: string, until: string, more: Partial<StretchView> = {}): StretchView {
  return {
    from,
    until,
    slot: 'night',
    playlist: 'lullabies',
    closed: false,
    if_pressed: null,
    now: false,
    ...more,
  }
}

test.each([
  ['2026-03-28T19:00:00+01:00', '2026-03-29T06:30:00+02:00', '19:00–06:30'],
  ['2026-03-27T19:00:00+01:00', '2026-03-28T06:30:00+01:00', 'until 06:30'],
  ['2026-03-29T00:00:00+01:00', '2026-03-30T00:00:00+02:00', 'all day'],
  ['2026-03-28T19:00:00+01:00', '2026-03-30T06:30:00+02:00', '19:00–Mon 30 Mar, 06:30'],
  ['2026-03-20T19:00:00+01:00', '2026-03-28T06:30:00+01:00', 'until 06:30'],
])('what holds from %s to %s stands there as “%s”, also where clocks are set', (from, until, words) => {
  expect(hoursText(stretch(from, until), { plan, say: english })).toBe(words)
})

test('what began before the plan stands on its first day, and that is today', () => {
  const early = stretch('2026-03-25T19:00:00+01:00', '2026-03-28T06:30:00+01:00')
  const late = stretch('2026-03-29T06:30:00+02:00', '2026-03-29T19:00:00+02:00')
  expect([...stretchesByDay([early, late], plan).keys()]).toEqual(['2026-03-28', '2026-03-29'])
  expect(dayText('2026-03-28', { plan, say: english })).toBe('Today, Saturday 28 March')
  expect(dayText('2026-03-29', { plan, say: sayOf('de', 'de-DE') })).toBe('Sonntag, 29. März')
})

test.each<[Partial<StretchView>, string]>([
  [{}, 'lullabies'],
  [{ playlist: null, closed: true }, 'closed'],
  [{ playlist: null, closed: true, if_pressed: 'shh.mp3' }, 'closed; a press plays shh.mp3'],
  [{ playlist: null, closed: true, slot: null }, 'closed: there is no default'],
])('a stream with %j is told as “%s”', (more, words) => {
  expect(contentText(stretch(plan.from, plan.from, more), english)).toBe(words)
})

test.each([
  ['2026-03-28T11:03:00Z', 'its version of 12:03 runs on'],
  ['2026-03-27T22:30:00Z', 'its version of 27 Mar 2026, 23:30 runs on'],
])('a version of %s is told by the household’s clocks', (good_since, words) => {
  const told = { zone: 'Europe/Berlin', say: english, now: new Date('2026-03-28T20:00:00Z') }
  expect(stateText({ state: 'last-good', good_since }, told)).toBe(words)
})
