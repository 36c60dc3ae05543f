// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what the texts under test are made of
import { expect, test } from 'vitest'
import type { Effect } from '../../src/core/effect.ts'
import type { PlayerEvent } from '../../src/core/event.ts'
import { type PlayerPatch, unknownPlayer } from '../../src/core/player.ts'
import { emptyQueue } from '../../src/core/queue.ts'
import { plainCalendar } from '../../src/rules/calendar.ts'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { Engine } from '../../src/rules/engine.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import { buttonPress } from '../support/button-press.ts'
import { recordingLog } from '../support/recording-log.ts'
import { worldOf } from '../support/rules.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const registry = createRegistry({ triggers, conditions, actions })

const press = buttonPress({ at: '2026-11-21T19:30:00+00:00' })

function read(text: string) {
  return readRuleFiles([{ file: 'a.yaml', text }], {
    registry,
    fileExists: async () => true,
    topicFault: () => null,
    zone: 'UTC',
  })
}

/** A rule on the right button that writes into the log, with this below it. */
const rule = (body: string, head = '') =>
  `rules:\n  r:\n${head}    when:\n      - button: right\n        id: knob\n${body}    do:\n      - log: ran\n`

async function diagnosed(text: string): Promise<string[]> {
  const { diagnostics, ruleSet } = await read(text)
  expect(ruleSet.rules.length).toBe(diagnostics.some(({ level }) => level === 'error') ? 0 : 1)
  return diagnostics.map(
    ({ line, column, length, level, code, message }) =>
      `${line}:${column}+${length} ${level}[${code}] ${message}`,
  )
}

interface House {
  readonly at?: string
  readonly zone?: string
  readonly player?: PlayerPatch
  readonly event?: PlayerEvent
}

/** What a file of rules does when the button is pressed in that house. */
async function pressed(
  text: string,
  { at = '2026-11-21T19:30:00Z', zone = 'UTC', player, event = press }: House = {},
) {
  const { ruleSet, diagnostics } = await read(text)
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  const clock = new VirtualClock()
  const log = recordingLog()
  const effects: Effect[] = []
  const state = player === undefined ? undefined : { ...unknownPlayer('y1', 'Nursery'), ...player }
  const world = worldOf({
    now: () => new Date(at),
    calendar: plainCalendar(zone),
    player: (id) => (id === 'y1' ? state : undefined),
    queue: (stream) => (stream === 'bedroom' ? { ...emptyQueue(stream), playlist: 'lullabies' } : undefined),
  })
  const perform = async (effect: Effect) => void effects.push(effect)
  const engine = new Engine({ world, clock, log, perform })
  engine.start(ruleSet.rules)
  await engine.handle(event)
  await engine.stop()
  const messages = effects.map((effect) =>
    effect.kind === 'log' ? effect.message : effect.kind === 'publish' ? effect.payload : effect.kind,
  )
  return { messages, why: log.lines.find(({ message }) => message.includes('did not run')) }
}

const evening = rule("    if: player.playing and now.time >= '19:00'\n")

test('a rule runs when its expression holds, by the clock of the house', async () => {
  const player: PlayerPatch = { playback: 'playing' }
  expect((await pressed(evening, { player })).messages).toEqual(['ran'])
  expect((await pressed(evening, { player, at: '2026-11-21T18:30:00Z' })).messages).toEqual([])
  const inBerlin = { player, at: '2026-11-21T18:30:00Z', zone: 'Europe/Berlin' }
  expect((await pressed(evening, inBerlin)).messages).toEqual(['ran'])
})

test('a rule that does not run says which expression did not hold and what it saw', async () => {
  const { messages, why } = await pressed(evening, { player: { playback: 'paused' } })
  expect(messages).toEqual([])
  expect(why).toMatchObject({
    message: 'rule "r" did not run: its condition `player.playing and now.time >= \'19:00\'` does not hold',
    detail: { saw: ['player.playing is no', 'now.time is "19:30"'] },
  })
})

test('what is not known makes a rule not run, and is named', async () => {
  const low = rule('    if: player.battery < 20\n')
  expect((await pressed(low, { player: { battery_percent: 8 } })).messages).toEqual(['ran'])
  const { messages, why } = await pressed(low, { player: {} })
  expect(messages).toEqual([])
  expect(why?.message).toContain('cannot be answered: player.battery is not known')
})

test.each<[condition: string, runs: boolean]>([
  ["trigger.id == 'knob' and trigger.kind == 'button'", true],
  ["trigger.button == 'right' and trigger.confidence > 0.5", true],
  ['trigger.commanded', false],
  ["trigger.card_id == '4Dem0'", true],
  ["stream.name == 'bedroom' and stream.playlist == 'lullabies'", true],
  ['stream.closed or stream.count > 0', false],
  ["now.date == '2026-11-21' and now.month_day == '11-21' and now.weekday == 'sat' and now.hour == 19", true],
  ["player.id == 'y1' and player.name == 'Nursery' and player.card == ''", true],
  ["player.day_mode == 'night' and player.volume == 5 and not player.online", true],
])('%s knows the house', async (condition, runs) => {
  const player: PlayerPatch = { day_mode: 'night', volume_step: 5 }
  const { messages } = await pressed(rule(`    if: ${condition}\n`), { player })
  expect(messages).toEqual(runs ? ['ran'] : [])
})

test.each<[body: string, runs: boolean]>([
  ["    if:\n      - player.playing\n      - between: {from: '19:00', to: '20:00'}\n", true],
  ["    if:\n      - player.playing\n      - between: {from: '07:00', to: '19:00'}\n", false],
  ['    if:\n      any:\n        - not player.playing\n        - days: sat\n', true],
  ['    if:\n      any:\n        - not player.playing\n        - days: sun\n', false],
  ['    if: {none: [not player.playing, {days: sun}]}\n', true],
  ['    if: {none: [player.playing, {days: sun}]}\n', false],
  ['    if: {none: [player.battery < 20]}\n', false],
  ['    if: {none: [{any: [player.battery < 20]}]}\n', false],
  ['    if: {none: [{none: [player.playing, player.battery < 20]}]}\n', true],
  ['    if: {any: [player.battery < 20, player.playing]}\n', true],
  ['    if:\n      - any: [{none: [player.playing]}, {days: weekends}]\n      - player.playing\n', true],
])('%s holds: %s', async (body, runs) => {
  const { messages } = await pressed(rule(body), { player: { playback: 'playing' } })
  expect(messages).toEqual(runs ? ['ran'] : [])
})

test('what another trigger of the rule would have told is empty', async () => {
  const text = `rules:
  r:
    when:
      - button: right
      - playing: track_ended
      - startup: {}
    if: not trigger.natural and trigger.button != 'left' and trigger.id == ''
    do:
      - log: ran
`
  expect((await pressed(text)).messages).toContain('ran')
})

test('`${ }` in the texts of actions is filled in when they run', async () => {
  const text = `rules:
  r:
    when:
      - button: right
    do:
      - log: "\${trigger.button} at \${now.time} on \${player.name}, battery \${player.battery}"
      - mqtt: {topic: home/lamp, payload: "\${on_off(player.playing)}"}
      - log: {message: "costs $\${5}"}
`
  const { messages } = await pressed(text, { player: { playback: 'playing' } })
  expect(messages).toEqual(['right at 19:30 on Nursery, battery unknown', 'ON', 'costs ${5}'])
})

test.each<[text: string, expected: string]>([
  [
    rule('    if: player.playing and player.volum > 3\n'),
    '6:28+12 error[expr/unknown-name] there is no "player.volum"',
  ],
  [rule('    if: player.volume\n'), '6:9+13 error[expr/type] a condition takes yes or no'],
  [rule("    if: now.time > '9:30'\n"), "6:20+6 error[expr/clock] '9:30' compares wrongly"],
  [rule('    if: not player.volume > 3\n'), '6:9+21 error[expr/not]'],
  [rule('    if: player.playing =\n'), '6:24+1 error[expr/syntax] one `=`'],
  [rule('    if: trigger.position_s > 3\n'), '6:9+18 error[expr/unknown-name]'],
  [
    rule('    if: holiday\n'),
    '6:9+7 error[expr/unknown-name] there is no "holiday" here: say in which country',
  ],
  [
    rule("    if: trigger.button == 'rigth'\n"),
    '6:27+7 warning[expr/always] trigger.button is never `rigth`',
  ],
  [rule('    if:\n      - player.playing\n      - playr.playing\n'), '8:9+13 error[expr/unknown-name]'],
  [rule('    if:\n      - days\n'), '7:9+4 error[type/value] a condition is a key'],
  [
    rule('    if:\n      - dayz: sat\n'),
    '7:9+4 error[key/unknown] unknown condition "dayz" - did you mean "days"?',
  ],
  [rule('    if: {any: [player.playing, gold]}\n'), '6:32+4 error[expr/unknown-name]'],
  [rule('    if: {any: player.playing}\n'), '6:15+14 error[type/value] `any` takes a list'],
  [rule('    if: {any: []}\n'), 'error[type/value] `any` takes a list'],
  [rule('    if: {any: [player.playing], none: [player.online]}\n'), 'error[key/two-kinds]'],
  [rule('    if:\n'), 'error[type/value] `if` takes an expression or a list'],
  [rule('    if: {}\n'), 'error[type/value] `if` takes an expression or a list'],
  [
    'rules:\n  r:\n    when:\n      - startup: {}\n    if: player.playing\n    do:\n      - log: ran\n',
    '5:9+14 error[expr/unknown-name] there is no "player.playing" here: nothing that starts this rule tells of a player',
  ],
  [
    rule('').replace('log: ran', 'log: "on ${playr.name}"'),
    '7:20+10 error[expr/unknown-name] there is no "playr.name"',
  ],
  [
    rule('').replace('log: ran', 'mqtt: {topic: a/b, payload: "${player.name"}'),
    'error[expr/syntax] this `${` has no closing',
  ],
])('wrong expressions are found when the file is read: %s', async (text, expected) => {
  const [first, ...others] = await diagnosed(text)
  expect(first).toContain(expected)
  expect(others).toEqual([])
})

test('a slip in the name of what a player tells is answered with the nearest name', async () => {
  const { diagnostics } = await read(rule('    if: player.playing and player.volum > 3\n'))
  expect(diagnostics).toMatchObject([
    { message: 'there is no "player.volum"', help: 'did you mean "player.volume"?' },
  ])
})

test('a rule that names its player may ask about it whatever starts the rule', async () => {
  const text =
    'rules:\n  r:\n    player: y1\n    when:\n      - startup: {}\n    if: player.playing\n    do:\n      - log: ran\n'
  expect((await pressed(text, { player: { playback: 'playing' } })).messages).toEqual(['ran'])
})
