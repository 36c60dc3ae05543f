import { expect, test } from 'vitest'
import { planOf, type Stretch } from '../../src/rules/plan.ts'
import { localIso, planInWords } from '../../src/rules/plan-words.ts'
import type { TriggerDef } from '../../src/rules/plugin.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import type { RuleSet } from '../../src/rules/rule-set.ts'
import { readingOf } from '../support/rules.ts'

async function ruleSetOf(text: string, more: Parameters<typeof readingOf>[0] = {}): Promise<RuleSet> {
  const { ruleSet, diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf(more))
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  return ruleSet
}

const bedroom = `playlists:
  breakfast: [a.mp3]
  night: [b.mp3]
  day: [c.mp3]
schedules:
  bedroom:
    default: day
    slots:
      breakfast: {from: "06:30", to: "09:00", play: breakfast}
      night: {from: "19:00", to: "06:30", play: night}
`

const asText = (ruleSet: RuleSet, { from, until, slot, playlist, isNow }: Stretch) =>
  `${localIso(from, ruleSet.calendar)} ${localIso(until, ruleSet.calendar)} ${slot?.id ?? 'default'} ${playlist}${isNow ? ' now' : ''}`

test('a day is planned from the stretch that holds at its midnight to the one that holds at the next', async () => {
  const ruleSet = await ruleSetOf(bedroom, { zone: 'Europe/Berlin' })
  const plan = planOf(ruleSet, { now: new Date('2026-11-22T11:00:00Z'), days: 1 })
  expect(plan.schedules[0]?.place).toBe('a.yaml:6')
  expect(plan.schedules[0]?.stretches.map((one) => asText(ruleSet, one))).toEqual([
    '2026-11-21T19:00:00+01:00 2026-11-22T06:30:00+01:00 night night',
    '2026-11-22T06:30:00+01:00 2026-11-22T09:00:00+01:00 breakfast breakfast',
    '2026-11-22T09:00:00+01:00 2026-11-22T19:00:00+01:00 default day now',
    '2026-11-22T19:00:00+01:00 2026-11-23T06:30:00+01:00 night night',
  ])
})

test('a month has no hole and no overlap, also over a change of the clocks', async () => {
  const ruleSet = await ruleSetOf(bedroom, { zone: 'Europe/London' })
  const plan = planOf(ruleSet, { now: new Date('2027-03-10T12:00:00Z'), days: 31 })
  const stretches = plan.schedules[0]?.stretches ?? []
  expect(stretches).toHaveLength(31 * 3 + 1)
  for (const [index, one] of stretches.entries())
    expect(one.from).toEqual(stretches[index - 1]?.until ?? one.from)
  expect(stretches.filter(({ isNow }) => isNow)).toHaveLength(1)
  expect(stretches.map((one) => asText(ruleSet, one))).toContain(
    '2027-03-27T19:00:00+00:00 2027-03-28T06:30:00+01:00 night night',
  )
  expect(plan.until.toISOString()).toBe('2027-04-09T23:00:00.000Z')
})

test('slots that another one hides cut nothing in two, and a slot of whole days is one for each day', async () => {
  const ruleSet = await ruleSetOf(`playlists:
  all: [a.mp3]
schedules:
  bedroom:
    slots:
      all: {play: all}
      hidden: {from: "10:00", to: "11:00", play: all}
`)
  const plan = planOf(ruleSet, { now: new Date('2026-11-22T11:00:00Z'), days: 2 })
  expect(plan.schedules[0]?.stretches.map((one) => asText(ruleSet, one))).toEqual([
    '2026-11-22T00:00:00+00:00 2026-11-23T00:00:00+00:00 all all now',
    '2026-11-23T00:00:00+00:00 2026-11-24T00:00:00+00:00 all all',
  ])
})

test('is readable: by day, with what is closed, with no default, and with days whose clocks are set', async () => {
  const ruleSet = await ruleSetOf(
    `playlists:
  early: [a.mp3]
schedules:
  bedroom:
    slots:
      early: {from: "01:30", to: "08:00", play: early}
      hush: {from: "08:00", to: "09:00", days: sun, play: none, if_pressed: a.mp3}
  empty: {}
`,
    { zone: 'Europe/London' },
  )
  const plan = planOf(ruleSet, { now: new Date('2027-03-27T12:00:00Z'), days: 2 })
  expect(
    planInWords(plan, ruleSet.calendar),
  ).toBe(`Sat 27 Mar to Sun 28 Mar, by the clocks of Europe/London. On Sun 28 Mar the clocks are set: the day has 23 hours.

bedroom (a.yaml:4)
   Fri 26 Mar  08:00-01:30  closed (there is no default)  default
   Sat 27 Mar  01:30-08:00  early                         slot early
>              08:00-02:30  closed (there is no default)  default
   Sun 28 Mar  02:30-08:00  early                         slot early
               08:00-09:00  closed (a press plays a.mp3)  slot hush
               09:00-01:30  closed (there is no default)  default

empty (a.yaml:8)
>    all the time  closed (there is no default)  default
`)
})

test('a household without schedules is told so', async () => {
  const ruleSet = await ruleSetOf('playlists:\n  a: [b.mp3]\n')
  const plan = planOf(ruleSet, { now: new Date('2026-11-22T11:00:00Z'), days: 1 })
  expect(planInWords(plan, ruleSet.calendar)).toBe(
    'Sun 22 Nov, by the clocks of UTC.\n\nThe rule files hold no schedules.\n',
  )
})

test('moments of triggers that clocks fire are told by time, as far as they are asked for', async () => {
  const { Type } = await import('typebox')
  const minute = 60_000
  const often: TriggerDef = {
    title: 'Often',
    describe: 'Without end.',
    examples: [],
    options: Type.Object({}, { additionalProperties: false }),
    start: () => undefined,
    *upcoming(_options, { from }) {
      for (let at = from.getTime() + minute; ; at += 8 * 60 * minute) yield new Date(at)
    },
  }
  const ruleSet = await ruleSetOf(
    'rules:\n  chime:\n    when: [{often: {}}]\n    do: [{log: x}]\n  off:\n    enabled: false\n    when: [{often: {}}]\n    do: [{log: x}]\n',
    { registry: { ...readingOf().registry, triggers: createRegistry({ triggers: { often } }).triggers } },
  )
  const plan = planOf(ruleSet, { now: new Date('2026-11-22T07:00:00Z'), days: 1 })
  expect(plan.moments.map(({ at, rule, kind }) => [at.toISOString(), rule, kind])).toEqual([
    ['2026-11-22T07:01:00.000Z', 'chime', 'often'],
    ['2026-11-22T15:01:00.000Z', 'chime', 'often'],
    ['2026-11-22T23:01:00.000Z', 'chime', 'often'],
  ])
  expect(planInWords(plan, ruleSet.calendar)).toContain(`Rules that a clock starts
   Sun 22 Nov  07:01  rule chime  often, a.yaml:2  writes "x" into the log
               15:01  rule chime  often, a.yaml:2  writes "x" into the log
`)
})

test('triggers by the clock are in the plan, with what is too often to list, and with public holidays', async () => {
  const ruleSet = await ruleSetOf(
    `calendar: {country: GB, region: ENG}
rules:
  bedtime:
    when:
      - time: {at: ["19:30", "20:00"], days: holidays}
      - sun: {at: sunset-30m, or: "21:00", days: sat}
      - cron: "0 7 * * fri"
    do: [{log: x}]
  often: {when: [{every: 10m}], do: [{log: x}]}
`,
    { zone: 'Europe/London', location: { latitude: 51.5, longitude: -0.13 } },
  )
  const plan = planOf(ruleSet, { now: new Date('2026-12-25T06:00:00Z'), days: 2 })
  const lines = planInWords(plan, ruleSet.calendar).split('\n')
  expect(lines[0]).toBe(
    'Fri 25 Dec to Sat 26 Dec, by the clocks of Europe/London. Fri 25 Dec and Sat 26 Dec are public holidays.',
  )
  expect(lines.filter((line) => line.includes('bedtime')).map((line) => line.replace(/ +/g, ' '))).toEqual([
    ' Fri 25 Dec 07:00 rule bedtime cron, a.yaml:3 writes "x" into the log',
    ' 19:30 rule bedtime time, a.yaml:3 writes "x" into the log',
    ' 20:00 rule bedtime time, a.yaml:3 writes "x" into the log',
    ' Sat 26 Dec 15:26 rule bedtime sun, a.yaml:3 writes "x" into the log',
    ' 19:30 rule bedtime time, a.yaml:3 writes "x" into the log',
    ' 20:00 rule bedtime time, a.yaml:3 writes "x" into the log',
  ])
  expect(plan.moments.filter(({ kind }) => kind === 'every')).toEqual([])
  expect(lines).toContain(
    '   every 10 minutes, 252 times (from Fri 25 Dec 06:00)  rule often  every, a.yaml:9  writes "x" into the log',
  )
})

test('what comes every minute is one line, and only a month of it is not counted to its end', async () => {
  const ruleSet = await ruleSetOf(`rules:
  chime:
    stream: bedroom
    player: den
    when: [{every: {interval: 1m, from: "18:00", to: "19:00"}}]
    if: [weekdays, player.battery > 10]
    do: [{queue: {set: a.mp3}}, {log: ding}]
  tick: {when: [{every: 1m}], do: [{log: tick}]}
`)
  const linesFor = (days: number) => {
    const plan = planOf(ruleSet, { now: new Date('2026-11-23T06:00:00Z'), days })
    return planInWords(plan, ruleSet.calendar).split('\n').slice(4).join('\n').replace(/ {2,}/g, ' ')
  }
  expect(linesFor(1)).toBe(`Rules that a clock starts
 every minute between 18:00 and 19:00, 60 times (from Mon 23 Nov 18:00) rule chime every, a.yaml:2 puts the file a.mp3 into the stream bedroom, then writes "ding" into the log, if it is a day from Monday to Friday and the battery of the player is above 10 %
 every minute, 1,080 times (from Mon 23 Nov 06:00) rule tick every, a.yaml:8 writes "tick" into the log
`)
  expect(linesFor(31)).toContain('every minute, more than 2,000 times (from')
})

test('which streams are heard in place of others is in the plan, for whom and when', async () => {
  const ruleSet = await ruleSetOf(`playlists: {forest: [a.mp3]}
schedules:
  rain: {default: forest}
  bedroom:
    default: forest
    answers: [{stream: rain, if: now.hour >= 19}]
`)
  const plan = planOf(ruleSet, { now: new Date('2026-11-23T06:00:00Z'), days: 1 })
  expect(planInWords(plan, ruleSet.calendar)).toContain(`
Heard in place of the stream bedroom
   the stream rain (a.yaml:6), if it is 19:00 or later
`)
})
