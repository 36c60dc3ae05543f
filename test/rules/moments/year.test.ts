/** @module-tag slow */
import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { plainCalendar } from '../../../src/rules/calendar.ts'
import type { KeptRecord } from '../../../src/rules/moments/kept-moments.ts'
import { Moments } from '../../../src/rules/moments/moments.ts'
import { HouseholdClock } from '../../support/household-clock.ts'
import { memoryCollection } from '../../support/memory-collection.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { oneTurn } from '../../support/virtual-clock.ts'

const minuteMs = 60_000
const toleranceMs = 90_000

/** The year in which each zone is gone through, and what is special about it. */
const places = [
  ['Europe/London', 2027],
  ['America/New_York', 2027],
  // Half an hour.
  ['Australia/Lord_Howe', 2027],
  // A day that was not, and a change of the clocks.
  ['Pacific/Apia', 2011],
  // Changes at midnight.
  ['America/Santiago', 2027],
  ['Africa/Cairo', 2027],
] as const

const times = [
  '00:00',
  '00:30',
  '01:30',
  '02:00',
  '02:15',
  '02:30',
  '03:00',
  '07:00',
  '19:30',
  '23:30',
  '23:59',
]

/** What clocks show, minute after minute; found by looking at every minute and by nothing of the product. */
function* minutesOf(zone: string, year: number): Generator<{ at: number; date: string; time: string }> {
  const end = Date.UTC(year + 1, 0, 20)
  let date = ''
  for (let half = Date.UTC(year - 1, 11, 31, 10); half < end; half += 30 * minuteMs) {
    // No zone of these changes between full and half hours of UTC.
    const shown = Temporal.Instant.fromEpochMilliseconds(half).toZonedDateTimeISO(zone)
    if (shown.minute % 30 !== 0) throw new Error(`${zone} is not even at ${shown}`)
    date = shown.toPlainDate().toString()
    for (let minute = 0; minute < 30; minute++)
      yield {
        at: half + minute * minuteMs,
        date,
        time: `${pad(shown.hour)}:${pad(shown.minute + minute)}`,
      }
  }
}

/** For each date the first minute at which its clocks show the time or a later one. */
function expectedIn(zone: string, year: number): ReadonlyMap<string, number> {
  const expected = new Map<string, number>()
  for (const { at, date, time } of minutesOf(zone, year))
    for (const wanted of times)
      if (time >= wanted && !expected.has(`${date}@${wanted}`)) expected.set(`${date}@${wanted}`, at)
  return expected
}

interface Trouble {
  /** Sleep and a clock that is set forward look the same from within. */
  readonly kind: 'restart' | 'sleep' | 'back'
  readonly minutes: number
}

const trouble: fc.Arbitrary<Trouble> = fc.record({
  kind: fc.constantFrom('restart', 'sleep', 'back'),
  minutes: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 300 })),
})

interface Day {
  /** Stretches in which the product ran and its clock went evenly, in what the clock showed. */
  readonly ran: readonly (readonly [from: number, to: number])[]
  readonly told: readonly { readonly key: string; readonly at: number; readonly heardAt: number }[]
}

/** A household from `start` on: quiet for so many minutes, then the next trouble. */
async function live(
  zone: string,
  start: number,
  acts: readonly { readonly quiet: number; readonly trouble: Trouble | null }[],
  rules: readonly Rule[] = ruleNames,
): Promise<Day> {
  const clock = new HouseholdClock(new Date(start))
  const kept = memoryCollection<KeptRecord>()
  const told: { key: string; at: number; heardAt: number }[] = []
  const ran: (readonly [number, number])[] = []
  const begin = async () => {
    const moments = new Moments({
      world: { calendar: plainCalendar(zone) },
      kept,
      clock,
      log: recordingLog(),
    })
    await moments.start()
    const rule = new AbortController()
    for (const name of rules)
      moments
        .of(name, rule.signal)
        .daily({ at: times, ifMissedMs: allowed[name] }, ({ date, label, at, lateMs }) =>
          told.push({ key: `${name} ${date}@${label}`, at: at.getTime(), heardAt: at.getTime() + lateMs }),
        )
    await oneTurn()
    return { moments, rule }
  }
  let product = await begin()
  for (const { quiet, trouble } of acts) {
    const from = clock.now().getTime()
    clock.run(quiet * minuteMs)
    ran.push([from, clock.now().getTime()])
    await oneTurn()
    if (trouble === null) continue
    const ms = trouble.minutes * minuteMs
    if (trouble.kind === 'restart') {
      await product.moments.stop()
      product.rule.abort()
      clock.run(ms)
      product = await begin()
    } else clock.shift(trouble.kind === 'back' ? -ms : ms)
  }
  await product.moments.stop()
  return { ran, told }
}

const allowed = { skips: 0, 'makes-up': 45 * minuteMs, 'all-day': 24 * 60 * minuteMs }
type Rule = keyof typeof allowed
const ruleNames: readonly Rule[] = ['skips', 'makes-up', 'all-day']

/** How late the moment could first be heard of at the earliest; infinite where it never could. */
function bestLate(moment: number, { ran }: Day): { surely: number; perhaps: number } {
  // A look may be a minute late, and a stretch that ends before it sees nothing.
  const late = (from: number, to: number) =>
    to < moment ? Number.POSITIVE_INFINITY : Math.max(0, from - moment)
  const sure = ran.filter(([from, to]) => to - Math.max(from, moment) > 61_000)
  return {
    surely: Math.min(Number.POSITIVE_INFINITY, ...sure.map(([from, to]) => late(from, to))),
    perhaps: Math.min(Number.POSITIVE_INFINITY, ...ran.map(([from, to]) => late(from, to))),
  }
}

function check(day: Day, expected: ReadonlyMap<string, number>, rules: readonly Rule[] = ruleNames): void {
  const keys = day.told.map(({ key }) => key)
  expect(keys.length, 'nothing comes twice').toBe(new Set(keys).size)
  const heard = new Map(day.told.map((one) => [one.key, one]))
  const [[begin] = [0], ...more] = day.ran
  const end = more.at(-1)?.[1] ?? begin
  for (const name of rules) {
    const ifMissed = allowed[name]
    for (const [key, at] of expected) {
      const one = heard.get(`${name} ${key}`)
      heard.delete(`${name} ${key}`)
      // What came before the rules were written comes only where the clock goes back as far.
      if (at <= begin || at > end + 400 * minuteMs) continue
      const { surely, perhaps } = bestLate(at, day)
      const most = Math.max(toleranceMs, ifMissed)
      if (one !== undefined) {
        expect(one.at, `${name} ${key}`).toBe(at)
        expect(one.heardAt - at, `${name} ${key} is not too late`).toBeLessThanOrEqual(most)
        expect(perhaps, `${name} ${key} could be heard`).toBeLessThanOrEqual(most)
      } else if (surely <= most - minuteMs) expect.fail(`${name} ${key} was not heard of`)
    }
  }
  expect([...heard.keys()], 'nothing else is heard of').toEqual([])
}

describe.each(places)('a year in %s (%i)', (zone, year) => {
  const expected = expectedIn(zone, year)
  const start = Date.UTC(year, 0, 1, 15)

  test('without trouble tells of every moment once, at its very instant', async () => {
    const acts = Array.from({ length: 363 }, () => ({ quiet: 24 * 60, trouble: null }))
    const day = await live(zone, start, acts, ['skips'])
    check(day, expected, ['skips'])
    expect(day.told.filter(({ at, heardAt }) => at !== heardAt)).toEqual([])
  }, 120_000)

  test('with restarts, sleep and a clock that is set tells of each once, or never where it was missed', async () => {
    const changes = [...expected.values()].filter((at, index, all) => at === all[index - 1])
    const days = fc.oneof(
      fc.integer({ min: 3, max: 355 }),
      // Around the changes of the clocks, where a time left out and the one behind it are one instant.
      fc.constantFrom(
        ...[...new Set(changes.map((at) => Math.floor((at - start) / 86_400_000)))],
        303,
        296,
        95,
      ),
    )
    const acts = fc.array(fc.record({ quiet: fc.integer({ min: 3, max: 400 }), trouble }), {
      minLength: 3,
      maxLength: 25,
    })
    await fc.assert(
      fc.asyncProperty(days, acts, async (day, acts) => {
        const lived = await live(zone, start + Math.max(1, day - 1) * 86_400_000, [
          { quiet: 400, trouble: null },
          ...acts,
          { quiet: 400, trouble: null },
        ])
        check(lived, expected)
      }),
      { numRuns: 15, interruptAfterTimeLimit: 20_000 },
    )
  }, 120_000)
})

function pad(number: number): string {
  return String(number).padStart(2, '0')
}
