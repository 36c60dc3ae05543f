import { expect, test } from 'vitest'
import { type DayReport, liveDay } from './support/day/live-day.ts'
import { table } from './support/day/table.ts'

// `npm run bench:day` lives more of them and prints their figures.
const hours = 24
const named = process.env.YOTO_DAY_SEEDS
const seeds = (named ?? '1').split(',').map(Number)
const longestRealMs = 300_000
const kindsOfMessages = 6

test.each(seeds)(
  'a day with every trap: whatever changes is seen in its time (seed %i)',
  async (seed) => {
    const rejected: unknown[] = []
    const note = (reason: unknown) => rejected.push(reason)
    process.on('unhandledRejection', note)
    const day = await liveDay({ seed, hours }).finally(() => process.off('unhandledRejection', note))
    if (named !== undefined) process.stdout.write(`${table(day, hours)}\n`)
    expect(day.late, `too late, with seed ${seed}`).toEqual([])
    expect(day.wrong, `told of nothing, or twice, with seed ${seed}`).toEqual([])
    expect(day.errors).toEqual([])
    expect(rejected).toEqual([])
    expect(day.signIns).toBe(1)
    expect(day.complaints).toBeLessThanOrEqual(kindsOfMessages)
    expect(Math.max(...day.foundOutMs)).toBeLessThan(90_000)
    expect(day.grownMiB).toBeLessThan(15)
    expectLivedThrough(day)
  },
  longestRealMs,
)

/** A day on which nothing happened would prove nothing. */
function expectLivedThrough({
  figures,
  connections,
  events,
  commands,
  breaks,
  buttons,
  complaints,
}: DayReport): void {
  expect([...figures.values()].flat().length).toBeGreaterThan(hours * 50)
  expect(events.told).toBeGreaterThan(hours * 30)
  expect(connections).toBeGreaterThan(hours)
  expect([...breaks.keys()].sort()).toEqual(['cut', 'frozen', 'refused'])
  expect(buttons.told).toBeGreaterThan(buttons.felt / 2)
  expect(complaints).toBeGreaterThan(0)
  expect(commands.get('done') ?? 0).toBeGreaterThan(hours)
  expect(commands.get('refused') ?? 0).toBeGreaterThan(0)
}
