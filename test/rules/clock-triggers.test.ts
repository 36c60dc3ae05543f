import { expect, test } from 'vitest'
import type { Effect } from '../../src/core/effect.ts'
import { plainCalendar } from '../../src/rules/calendar.ts'
import { Engine } from '../../src/rules/engine.ts'
import { Moments } from '../../src/rules/moments/moments.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readingOf, worldOf } from '../support/rules.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const location = { latitude: 51.5, longitude: -0.13 }

function ruleWhen(when: string): string {
  const said = ['kind', 'at', 'late_s'].map((name) => `$\{trigger.${name}}`).join(' ')
  const does = `    do:\n      - log: '${said}'\n`
  return `rules:\n  bedtime:\n    when:\n      - ${when}\n${does}`
}

async function findings(when: string, { zone = 'Europe/London', known = true, advice = false } = {}) {
  const reading = readingOf({
    zone,
    location: known ? location : null,
    adviceAt: advice ? new Date('2027-01-15T12:00:00Z') : null,
  })
  const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text: ruleWhen(when) }], reading)
  return diagnostics
    .filter(({ code }) => code !== 'yaml/eleven')
    .map(({ line, column, level, code, message }) => `${line}:${column} ${level}[${code}] ${message}`)
}

/** What rules do from then on, and what the log says. */
async function after(when: string, start: string, ms: number) {
  const { ruleSet } = await readRuleFiles([{ file: 'a.yaml', text: ruleWhen(when) }], readingOf({ location }))
  const clock = new VirtualClock(start)
  const log = recordingLog()
  const world = worldOf({ now: () => clock.now(), calendar: plainCalendar('UTC', location) })
  const moments = new Moments({ world, kept: memoryCollection(), clock, log })
  const done: Effect[] = []
  const engine = new Engine({ world, clock, log, moments, perform: async (effect) => void done.push(effect) })
  await moments.start()
  engine.start(ruleSet.rules)
  await clock.advance(ms)
  await moments.stop()
  await engine.stop()
  const because = log.lines.flatMap(({ detail }) => (detail?.because === undefined ? [] : [detail.because]))
  return { done: done.map((effect) => (effect.kind === 'log' ? effect.message : effect.kind)), because }
}

test.each([
  ['time: "19:30"', ['time 19:30 0'], ['it is 19:30']],
  [
    'time: {at: ["19:20", "19:30"], days: [sat, mon]}',
    ['time 19:20 0', 'time 19:30 0'],
    ['it is 19:20', 'it is 19:30'],
  ],
  ['time: {at: "19:30", days: weekdays}', [], []],
  ['cron: "30 19 * * 6"', ['cron 19:30 0'], ['it is 19:30']],
  ['every: 30m', ['every 19:30 0', 'every 20:00 0'], ['it is 19:30', 'it is 20:00']],
  ['every: {interval: 30m, from: "18:00", to: "20:00"}', ['every 19:30 0'], ['it is 19:30']],
  ['sun: sunset+13h', [], []],
  ['sun: sunset+210m', ['sun 19:33 0'], ['it is 19:33, 3 hours 30 minutes after sunset']],
])('%s starts its rule at its moments', async (when, done, because) => {
  // A Saturday.
  expect(await after(when, '2026-11-21T19:10:00Z', 3_600_000)).toEqual({ done, because })
})

test.each([
  ['time: "25:00"', '4:15 error[time/range] 25:00 is not a time of day: they go from 00:00 to 23:59'],
  [
    'time: {at: ["07:00", "7:75"]}',
    '4:30 error[time/range] 7:75 is not a time of day: they go from 00:00 to 23:59',
  ],
  ['cron: "0 0 31 2 *"', '4:15 error[time/never] 31 February never comes'],
  ['cron: "0 25 * * *"', '4:15 error[type/value] the hour (2nd field) takes 0-23, not "25"'],
  ['cron: "0 0 7 * * *"', '4:15 error[type/value] a pattern has five fields here, without seconds'],
  [
    'every: {interval: 5m, from: "07:00"}',
    '4:37 error[key/missing] trigger `every` needs `to` beside `from`',
  ],
  [
    'every: {interval: 5m, from: "07:00", to: "07:00"}',
    '4:50 error[time/empty] this never runs: `from` and `to` are both 07:00',
  ],
])('%s is refused at its place', async (when, expected) => {
  expect(await findings(when)).toEqual([expected])
})

test.each(['every: 30s', 'every: 2d', 'time: {at: "07:00", if_missed: 25h}', 'sun: noon', 'sun: sunset-13h'])(
  '%s is a value that is not taken',
  async (when) => {
    expect(await findings(when)).toEqual([expect.stringContaining('error[type/value]')])
  },
)

test('the sun needs to know where it is seen from', async () => {
  expect(await findings('sun: {at: sunset-30m}', { known: false })).toEqual([
    '4:19 error[time/sun] `sunset-30m` cannot be told: it is not known where the house is',
  ])
  expect(await findings('sun: {at: sunset, or: "21:00"}', { known: false })).toEqual([])
})

test.each([
  [
    'time: {at: ["01:30", "07:00"]}',
    'Europe/London',
    '01:30 is left out on 28 Mar 2027: this rule runs at 02:00; 01:30 comes twice on 31 Oct 2027: this rule runs the first time',
  ],
  [
    'cron: "*/10 1 * * sun"',
    'Europe/London',
    'its times from 01:00 to 01:50 are left out on 28 Mar 2027: this rule does not run then; its times from 01:00 to 01:50 come twice on 31 Oct 2027: this rule runs the first time',
  ],
  ['time: "02:15"', 'Australia/Lord_Howe', '02:15 is left out on 3 Oct 2027: this rule runs at 02:30'],
])('%s in %s: advice says what the clocks do to it', async (when, zone, message) => {
  expect((await findings(when, { zone, advice: true })).map((line) => line.replace(/^.*\] /, ''))).toEqual([
    message,
  ])
  expect(await findings(when, { zone })).toEqual([])
})

test('days on which the clocks stay as they are need no advice', async () => {
  expect(await findings('time: {at: "01:30", days: mon}', { advice: true })).toEqual([])
})
