import { expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf } from '../support/rules.ts'

const head = `playlists:
  forest: [a.mp3]
schedules:
  bedroom: {default: forest, slots: {night: {from: "19:00", to: "07:00", play: forest}}}
  den: {default: forest, slots: {nap: {from: "13:00", to: "14:00", play: forest}}}
rules:
  r:
`
const said = async (body: string, text = head) => {
  const { diagnostics } = await readRuleFiles(
    [{ file: 'a.yaml', text: text + body }],
    readingOf({ fileExists: async (file) => file === 'a.mp3' }),
  )
  return diagnostics.map(
    ({ line, level, code, message, help }) =>
      `${line} ${level} ${code} ${message}${help === undefined ? '' : ` (${help})`}`,
  )
}

const rule = ({ stream = 'bedroom', when = 'button: right', condition = 'now.hour > 3', act = 'log: x' }) =>
  `    stream: ${stream}\n    when:\n      - ${when}\n    if:\n      - ${condition}\n    do:\n      - ${act}\n`

test.each([
  [
    { when: 'slot: {began: nigth}' },
    '10 warning ref/slot the schedule of "bedroom" does not have a slot "nigth" - did you mean "night"?',
  ],
  [
    { when: 'slot: {ended: nap}' },
    '10 warning ref/slot the schedule of "bedroom" does not have a slot "nap" (known: night)',
  ],
  [
    { when: 'slot: {began: night, stream: kitchen}' },
    '10 warning ref/slot the stream "kitchen" has no schedule, and so no slot "night"',
  ],
  [
    { condition: 'slot: evening' },
    '12 warning ref/slot no schedule has a slot "evening" (known: night, nap)',
  ],
  [
    { condition: 'none: [slot: {is: nap, stream: bedroom}]' },
    '12 warning ref/slot the schedule of "bedroom" does not have a slot "nap" (known: night)',
  ],
  [
    { when: 'startup: {}\n        if: [slot: nigt]' },
    '11 warning ref/slot no schedule has a slot "nigt" - did you mean "night"?',
  ],
  [
    { act: 'choose:\n          - if: [slot: napp]\n            do: [{log: x}]' },
    '15 warning ref/slot no schedule has a slot "napp" - did you mean "nap"?',
  ],
])('a slot that there is not: %j', async (parts, words) => {
  expect(await said(rule(parts))).toEqual([words])
})

test.each([
  { when: 'slot: {began: night}' },
  { when: 'slot: {began: nap, stream: den, also_at_start: true}' },
  { when: 'slot: {ended: default}' },
  { condition: 'slot: nap' },
  { condition: 'slot: {is: default, stream: den}' },
  { act: 'queue: {set: forest, for: 2h, until_slot_ends: false}' },
  { act: 'queue: {set: forest, for: 2h, stream: den}', stream: 'kitchen' },
  { act: 'queue: {set: forest}', stream: 'kitchen' },
])('nothing is said of %j', async (parts) => {
  expect(await said(rule(parts))).toEqual([])
})

const withoutPlayer = 'name it with `player:` in the rule, or among the options here'
const withoutStream = 'name it with `stream:` in the rule, or among the options here'
test.each([
  [
    'time: "19:30"',
    '',
    'queue: {set: forest}',
    `rule/no-stream it is not said which stream \`queue\` is about (${withoutStream})`,
  ],
  [
    'input: party',
    '',
    'queue: restore',
    `rule/no-stream it is not said which stream \`queue\` is about (${withoutStream})`,
  ],
  [
    'time: "19:30"',
    'player: kids-room',
    'play: forest',
    `rule/no-stream it is not said which stream \`play\` is about (${withoutStream})`,
  ],
  [
    'time: "19:30"',
    'stream: den',
    'play: forest',
    `rule/no-player it is not said which player \`play\` is about (${withoutPlayer})`,
  ],
  [
    'startup: {}',
    'stream: den',
    'wind_down: {}',
    `rule/no-player it is not said which player \`wind_down\` is about (${withoutPlayer})`,
  ],
])('when %s, with %j, %s is not known to be about anything', async (when, own, act, words) => {
  const party = 'inputs: {party: {type: switch}}\n'
  const line = own === '' ? '' : `    ${own}\n`
  const found = await said(`${line}    when:\n      - ${when}\n    do:\n      - ${act}\n`, party + head)
  expect(found.map((finding) => finding.replace(/^\d+ /, ''))).toEqual([`error ${words}`])
})

test.each([
  ['time: "19:30"', 'stream: den', 'queue: {set: forest}'],
  ['time: "19:30"', 'enabled: true', 'queue: {set: forest, stream: den}'],
  ['time: "19:30"', 'player: kids-room', 'play: {what: forest, stream: den}'],
  ['slot: {began: nap}', 'enabled: true', 'queue: {set: forest}'],
  ['button: left', 'enabled: true', 'play: forest'],
  ['playing: track_ended', 'enabled: true', 'queue: restore'],
  ['time: "19:30"', 'stream: den', 'skip: next'],
  ['time: "19:30"', 'player: kids-room', 'wind_down: {}'],
])('when %s, with %s, %s is known to be about something', async (when, own, act) => {
  expect(await said(`    ${own}\n    when:\n      - ${when}\n    do:\n      - ${act}\n`)).toEqual([])
})

test('a slot that an answer asks for', async () => {
  const answers = '  hall: {default: forest, answers: [{stream: den, if: [slot: nigh]}]}\n'
  expect(await said(rule({}), head.replace('rules:\n', `${answers}rules:\n`))).toEqual([
    '6 warning ref/slot no schedule has a slot "nigh" - did you mean "night"?',
  ])
})

test('a time for what is put into a stream without a schedule', async () => {
  const help = 'give it one below `schedules:`, or leave out'
  const because = 'does nothing here: the stream "kitchen" has no schedule, and nothing comes back'
  expect(
    await said(rule({ stream: 'kitchen', act: 'queue: {set: forest, for: 2h, until_slot_ends: false}' })),
  ).toEqual([
    `14 warning schedule/none \`for\` ${because} (${help} \`for\`)`,
    `14 warning schedule/none \`until_slot_ends\` ${because} (${help} \`until_slot_ends\`)`,
  ])
  const inner = 'choose:\n          - else: [{queue: {add: forest, for: 1h, stream: kitchen}}]'
  expect(await said(rule({ act: inner }))).toHaveLength(1)
})

test('faults of a rule hide none of its others', async () => {
  const body = `    when:
      - cron: "61 * * * *"
      - buton: right
    if: player.nam == 1
    do:
      - queue: {set: forrest}
      - queue: {sett: forest}
`
  expect((await said(body)).map((words) => words.split(' ').slice(0, 3).join(' '))).toEqual([
    '9 error type/value',
    '10 error key/unknown',
    '13 error ref/playlist',
    '14 error key/unknown',
  ])
  const byCondition = body
    .replace('      - buton: right\n', '')
    .replace('      - queue: {sett: forest}\n', '')
  expect((await said(byCondition)).map((words) => words.split(' ').slice(0, 3).join(' '))).toEqual([
    '9 error type/value',
    '10 error expr/unknown-name',
    '12 error rule/no-stream',
    '12 error ref/playlist',
  ])
})

test.each([
  ['time: "07:00"\n        days: weekdays', 'write `time: {at: "07:00", days: weekdays}`'],
  ['time: {at: "07:00"}\n        days: [sat, sun]', 'write `time: {at: "07:00", days: [sat, sun]}`'],
  [
    'time:\n          at: "07:00"\n        days: sat',
    '`days` is an option of `time`: indent it further than `time`',
  ],
  [
    'time: "07:00"\n        days:\n          - sat',
    '`days` is an option of `time`: indent it further than `time`',
  ],
])('an option beside its kind: %s', async (when, help) => {
  const [found, ...more] = await said(rule({ when }))
  expect(found).toContain('key/unknown unknown key "days"')
  expect(found?.endsWith(`(${help})`)).toBe(true)
  expect(more).toEqual([])
})

test.each([
  ['now.weekday == monday', 'there is no "monday" (write \'mon\': a text stands in quotes)'],
  ['now.weekday == Sunday', 'there is no "Sunday" (write \'sun\': a text stands in quotes)'],
  ['now.weekday in [sat]', 'there is no "sat" (write \'sat\': a text stands in quotes)'],
  ['player.day_mode == night', 'there is no "night" (write \'night\': a text stands in quotes)'],
  ['online', 'there is no "online" (did you mean "player.online"?)'],
])('a text without quotes: %s', async (condition, words) => {
  expect(await said(rule({ condition }))).toEqual([`12 error expr/unknown-name ${words}`])
})
