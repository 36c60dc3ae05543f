/** @module-tag slow */
import { expect, test } from 'vitest'
import type { DayReport } from './support/day/day-report.ts'
import { liveDay } from './support/day/live-day.ts'
import { table } from './support/day/table.ts'

// Half a day has all of it in it; `npm run bench:day` lives whole ones, more of them, and prints their figures.
const hours = Number(process.env.YOTO_DAY_HOURS ?? 12)
const named = process.env.YOTO_DAY_SEEDS
const seeds = (named ?? '1').split(',').map(Number)
const longestRealMs = 600_000
const kindsOfMessages = 6

test.each(seeds)(
  'a day with every trap: whatever changes is seen in its time (seed %i)',
  async (seed) => {
    const rejected: unknown[] = []
    const note = (reason: unknown) => rejected.push(reason)
    process.on('unhandledRejection', note)
    const day = await liveDay({ seed, hours }).finally(() => process.off('unhandledRejection', note))
    if (named !== undefined) process.stdout.write(`${table(day)}\n`)
    expect(day.late, `too late, with seed ${seed}`).toEqual([])
    expect(day.wrong, `not as it must be, with seed ${seed}`).toEqual([])
    expect(day.errors).toEqual([expect.stringContaining('Yoto no longer accepts this sign-in')])
    expect(rejected).toEqual([])
    expect(day.signIns).toBe(2)
    expect(day.complaints).toBeLessThanOrEqual(kindsOfMessages)
    expect(Math.max(...day.foundOutMs)).toBeLessThan(90_000)
    expect(Math.max(...day.againMs)).toBeLessThan(15_000)
    expect(Math.max(...day.backMs)).toBeLessThan(5_000)
    expect(day.grownMiB).toBeLessThan(15)
    expectLivedThrough(day)
  },
  longestRealMs,
)

/** A day on which nothing happened would prove nothing. */
function expectLivedThrough(day: DayReport): void {
  const { figures, connections, events, commands, breaks, buttons, complaints, settings, restFaults } = day
  expect([...figures.values()].flat().length).toBeGreaterThan(hours * 50)
  expect(events.told).toBeGreaterThan(hours * 30)
  expect(connections).toBeGreaterThan(hours)
  expect(breaks.names()).toEqual(['cut', 'dead', 'frozen', 'gone', 'refused'])
  expect(buttons.told).toBeGreaterThan(buttons.felt / 2)
  expect(complaints).toBeGreaterThan(0)
  for (const way of ['REST', 'MQTT']) {
    expect(commands.of(`${way} done`)).toBeGreaterThan(hours / 2)
    expect(commands.of(`${way} refused`)).toBeGreaterThan(0)
  }
  expect(commands.sum()).toBe(day.commandsAsked)
  expect(settings.of('done')).toBeGreaterThan(hours / 4)
  expect(restFaults.sum()).toBeGreaterThan(hours / 2)
  expect(day.audioRequests).toBeGreaterThan(hours)
  expect(day.localLooks).toBeGreaterThanOrEqual(hours - 1)
}
