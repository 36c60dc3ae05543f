import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatYaml } from '../../src/language/format.ts'
import { type Reading, readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { allSteps, type Step } from '../../src/rules/step.ts'
import { readingOf } from '../support/rules.ts'

const remembered =
  'vars: {brave: false, plays: {start: 0, max: 9}}\ninputs: {party: {type: switch}}\nrules:\n'

/** A rule that does the item, which begins on line 9. */
const doing = (item: string, head = 'mode: restart') =>
  `${remembered}  r:\n    ${head}\n    when:\n      - button: right\n    do:\n      - ${item.replaceAll('\n', '\n        ')}\n`

async function read(text: string, reading: Partial<Reading> = {}) {
  const { ruleSet, diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf(reading))
  const said = diagnostics.map(
    ({ line, column, level, code, message, help }) =>
      `${line}:${column} ${level}[${code}] ${message}${help === undefined ? '' : ` | ${help}`}`,
  )
  return { rule: ruleSet.rules[0], said }
}

async function stepOf(item: string): Promise<Step | undefined> {
  const { rule, said } = await read(doing(item))
  expect(said).toEqual([])
  return rule?.do[0]
}

const log = { does: 'act', kind: 'log' }

describe('an action of the grammar', () => {
  test.each<[string, object]>([
    ['wait: 10s', { does: 'wait', kind: 'wait', ms: 10_000 }],
    ['wait: {for: 2h}', { does: 'wait', ms: 7_200_000 }],
    ['wait: 7d', { does: 'wait', ms: 604_800_000 }],
    ['stop', { does: 'stop', kind: 'stop', because: null }],
    ['stop:', { does: 'stop', because: null }],
    ['stop: It is late', { does: 'stop', because: 'It is late' }],
    [
      'wait_for: {button: left, timeout: 5m, on_timeout: stop}',
      {
        ...{ does: 'wait-for', kind: 'wait_for', timeoutMs: 300_000, onTimeout: 'stop' },
        when: [{ kind: 'button', options: { button: 'left' } }],
      },
    ],
    [
      'wait_for:\n  input: party\n  id: by-input\n  if: vars.brave\n  timeout: 30s\n  on_timeout:\n    - log: x',
      {
        ...{ does: 'wait-for', timeoutMs: 30_000, onTimeout: [log] },
        when: [{ kind: 'input', id: 'by-input', options: { name: 'party' }, if: [{ kind: 'expression' }] }],
      },
    ],
    [
      'wait_for: {any: [button: left, card: {inserted: 7JtVV}], timeout: none}',
      { does: 'wait-for', timeoutMs: null, onTimeout: [], when: [{ kind: 'button' }, { kind: 'card' }] },
    ],
    [
      'wait_for: {any: [{button: left, enabled: false}, startup:], timeout: 1m, on_timeout: continue}',
      { does: 'wait-for', timeoutMs: 60_000, onTimeout: [], when: [{ kind: 'startup' }] },
    ],
    ['repeat: {times: 3, do: [log: x]}', { does: 'repeat', kind: 'repeat', rounds: 3, do: [log] }],
    [
      'repeat: {while: vars.brave, do: [log: x]}',
      { does: 'repeat', rounds: [{ expression: { text: 'vars.brave' } }], most: 100, do: [log] },
    ],
    [
      'repeat: {while: [vars.brave, days: weekends], max: 5, do: [log: x]}',
      { does: 'repeat', rounds: [{ kind: 'expression' }, { kind: 'days' }], most: 5 },
    ],
    ['repeat: {while: {any: [vars.brave]}, do: [log: x]}', { does: 'repeat', rounds: [{ kind: 'any' }] }],
    [
      'parallel: [log: x, [wait: 1s, log: y], {log: z, enabled: false}]',
      { does: 'parallel', kind: 'parallel', ways: [[log], [{ does: 'wait' }, log]] },
    ],
    [
      'wait: 1s\nid: a\nname: A moment\nif: vars.brave\non_error: continue',
      { does: 'wait', name: 'A moment', onError: 'continue', if: [{ kind: 'expression' }] },
    ],
    ['log: x\non_error: continue', { ...log, onError: 'continue' }],
    ['if: vars.brave\nthen: [log: x]\non_error: continue', { does: 'choose', onError: 'continue' }],
    ['choose: [else: [stop]]\non_error: continue', { does: 'choose', onError: 'continue' }],
  ])('is read: %j', async (item, step) => {
    expect(await stepOf(item)).toMatchObject(step)
  })

  test('is left out where it is switched off', async () => {
    const { rule, said } = await read(doing('wait: 1s\nenabled: false'))
    expect([said, rule?.do]).toEqual([[], []])
  })

  test.each<[string, string]>([
    [
      'wait: 10',
      '9:15 error[type/value] action `wait` takes a length of time such as "10s" or "5m" or {for}, not "10" | write `10s` or `10m`',
    ],
    ['wait: 8d', '9:15 error[type/value] 8d is longer than 7 days'],
    ['wait: 10081m', '9:15 error[type/value] 10081m is longer than 7 days'],
    ['wait: 169h', '9:15 error[type/value] 169h is longer than 7 days'],
    ['wait: 0s', '9:15 error[type/value] action `wait` takes a length of time'],
    ['wait:', '9:9 error[key/missing] action `wait` needs `for`'],
    ['delay: 10s', '9:9 error[key/ha-word] Home Assistant calls this `delay`; here it is `wait`'],
    ['"stop"', '9:9 error[type/value] an action is a key with its options'],
    [
      'stop: [a]',
      '9:15 error[type/value] action `stop` takes nothing, or the reason in a few words, not a list',
    ],
    [
      'wait_for: 10s',
      '9:19 error[type/value] `wait_for` takes a trigger, and beside it `timeout` | to wait for a length of time write `wait: 10s`',
    ],
    [
      'wait_for: [button: right]',
      '9:19 error[type/value] `wait_for` takes a trigger, and beside it `timeout` | put several triggers below `any`',
    ],
    ['wait_for:', '9:9 error[type/value] `wait_for` takes a trigger'],
    ['wait_for: {timeout: 5m}', '9:20 error[key/missing] this trigger does not name its kind'],
    [
      'wait_for: {buton: right, timeout: 5m}',
      '9:20 error[key/unknown] unknown trigger "buton" - did you mean "button"?',
    ],
    [
      'wait_for: {button: rigth, timeout: 5m}',
      '9:28 error[type/value] trigger `button` takes left, right, next or previous',
    ],
    [
      'wait_for: {any: [{button: left}], input: party, timeout: 5m}',
      '9:43 error[key/two-kinds] one item, one kind: this has both `any` and `input`',
    ],
    [
      'wait_for: {any: [{button: left}], if: vars.brave, timeout: 5m}',
      '9:43 error[key/unknown] unknown key "if" in action `wait_for`',
    ],
    ['wait_for: {any: [], timeout: 5m}', '9:25 error[type/value] `any` takes a list of triggers'],
    [
      'wait_for: {button: left, enabled: false, timeout: 5m}',
      '9:9 error[type/value] `wait_for` has nothing to wait for',
    ],
    [
      'wait_for: {button: left, timeout: 5}',
      '9:43 error[type/value] `timeout` takes a length of time such as "5m", or none, not "5" | write `5s`',
    ],
    ['wait_for: {button: left, timeout: }', '9:34 error[type/value] `timeout` takes a length of time'],
    ['wait_for: {button: left, on_timeout: stop}', '9:34 error[key/missing] `on_timeout` needs a `timeout`'],
    [
      'wait_for: {button: left, timeout: none, on_timeout: stop}',
      '9:49 error[key/missing] `on_timeout` needs a `timeout`',
    ],
    [
      'wait_for: {button: left, timeout: 5m, on_timeout: contineu}',
      '9:59 error[type/value] `on_timeout` takes stop, continue or a list of actions - did you mean "continue"?',
    ],
    [
      'wait_for: {button: left, timeout: 5m, on_timeout: []}',
      '9:59 error[type/value] `on_timeout` takes stop, continue or a list of actions',
    ],
    [
      'wait_for: {button: left, timeout: 5m, on_timeout: [lgo: x]}',
      '9:60 error[key/unknown] unknown action "lgo" - did you mean "log"?',
    ],
    [
      'wait_for: {button: left}\ntimeout: 5m',
      '10:9 error[key/unknown] unknown key "timeout" in this action, beside `wait_for` (allowed: id, if, name, enabled, on_error) | it belongs into `wait_for`',
    ],
    [
      'choose: [{if: vars.brave, do: [log: x]}]\nelse: [log: y]',
      '10:9 error[key/unknown] unknown key "else" in this action, beside `choose` (allowed: id, if, name, enabled, on_error) | it belongs into the list of `choose`, as its last item: `- else: …`',
    ],
    [
      'wait_for: {button: left}\ncontinue_on_timeout: false',
      '10:9 error[key/ha-word] Home Assistant calls this `continue_on_timeout`; here it is `on_timeout`',
    ],
    [
      'wait_for_trigger: {button: left}',
      '9:9 error[key/ha-word] Home Assistant calls this `wait_for_trigger`; here it is `wait_for`',
    ],
    [
      'wait_template: is_on',
      '9:9 error[key/ha-word] Home Assistant calls this `wait_template`; here it is `wait_for`, which takes a trigger',
    ],
    [
      'wait_for: {input: prty, timeout: 5m}',
      '9:27 error[ref/input] there is no input "prty" - did you mean "party"?',
    ],
    [
      'wait_for: {button: left, if: trigger.nope, timeout: 5m}',
      '9:38 error[expr/unknown-name] there is no "trigger.nope"',
    ],
    [
      'repeat: {times: 0, do: [log: x]}',
      '9:25 error[type/value] `times` takes a whole number 1-1000, not "0"',
    ],
    ['repeat: {times: 1001, do: [log: x]}', '9:25 error[type/value] `times` takes a whole number 1-1000'],
    ['repeat: {times: 3, max: 4, do: [log: x]}', '9:28 error[key/unknown] `max` goes with `while`'],
    [
      'repeat: {times: 3, while: vars.brave, do: [log: x]}',
      '9:28 error[key/two-kinds] `repeat` takes `times` or `while`, not both',
    ],
    ['repeat: {do: [log: x]}', '9:9 error[key/missing] `repeat` needs `times` or `while`'],
    ['repeat: {times: 3}', '9:17 error[key/missing] action `repeat` needs `do`'],
    ['repeat: {times: 3, do: []}', '9:32 error[type/value] `do` takes a list of actions'],
    ['repeat: 3', '9:17 error[type/value] `repeat` takes a map with `times` or `while`, and `do`'],
    [
      'repeat: {while: true, do: [log: x]}',
      '9:25 error[type/value] `while` takes a condition that changes, not true | for a number of rounds write `times`',
    ],
    [
      'repeat: {while: , do: [log: x]}',
      '9:25 error[type/value] `while` takes an expression or a list | write it as in `while: player.playing`',
    ],
    ['repeat: {while: vars.plays, do: [log: x]}', '9:25 error[expr/type]'],
    [
      'repeat: {count: 3, do: [log: x]}',
      '9:18 error[key/ha-word] Home Assistant calls this `count`; here it is `times`',
    ],
    [
      'repeat: {until: vars.brave, do: [log: x]}',
      '9:18 error[key/ha-word] Home Assistant calls this `until`; here it is `while`, with `not`',
    ],
    [
      'repeat: {for_each: [a], do: [log: x]}',
      '9:18 error[key/ha-word] Home Assistant calls this `for_each`; here it is `do`, with the actions written out',
    ],
    [
      'repeat: {times: 3, sequence: [log: x]}',
      '9:28 error[key/ha-word] Home Assistant calls this `sequence`; here it is `do`',
    ],
    ['parallel: {log: x}', '9:19 error[type/value] `parallel` takes a list of actions'],
    ['parallel: [log: x, []]', '9:28 error[type/value] item 2 of "parallel" is empty'],
    [
      `parallel: [${'stop, '.repeat(50)}stop]`,
      '9:9 error[type/value] `parallel` takes at most 50 at once, not 51',
    ],
    [
      'parallel: [sequence: [log: x]]',
      '9:20 error[key/ha-word] Home Assistant makes one action of several with `sequence`',
    ],
    [
      'log: x\non_error: ignore',
      '10:19 error[type/value] `on_error` takes continue (without it the run ends at what fails), not "ignore" | write `continue`',
    ],
    [
      'log: x\non_error: contniue',
      '10:19 error[type/value] `on_error` takes continue (without it the run ends at what fails), not "contniue" - did you mean "continue"?',
    ],
    ['log: x\non_error:', '10:9 error[type/value] `on_error` takes continue'],
    [
      'log: x\ncontinue_on_error: true',
      '10:9 error[key/ha-word] Home Assistant calls this `continue_on_error`; here it is `on_error`',
    ],
    ['if: vars.brave\nthen: [log: x]\non_error: stop', '11:19 error[type/value] `on_error` takes continue'],
    ['wait: 10s\nlog: x', '10:9 error[key/two-kinds] one item, one kind: this has both `wait` and `log`'],
    ['weit: 3s', '9:9 error[key/unknown] unknown action "weit" - did you mean "wait"?'],
  ])('is refused at its place: %j', async (item, expected) => {
    const { rule, said } = await read(doing(item))
    const [first = '', ...more] = said
    expect(first).toContain(expected)
    expect(more).toEqual([])
    expect(rule).toBeUndefined()
  })

  test('takes no words that belong to actions alone beside triggers and conditions', async () => {
    const text = doing('stop').replace('button: right', 'button: right\n        on_error: continue')
    expect((await read(text)).said).toEqual([
      expect.stringContaining(
        '8:9 error[key/unknown] unknown key "on_error" in this trigger, beside `button`',
      ),
    ])
  })

  test('lets only those that hold others stand in one another', async () => {
    const nested = (depth: number, inner: string): string =>
      depth === 0 ? inner : `{repeat: {times: 2, do: [${nested(depth - 1, inner)}]}}`
    expect((await read(doing(nested(8, 'stop')))).said).toEqual([])
    const [first] = (await read(doing(nested(9, 'stop')))).said
    expect(first).toContain('actions stand in one another more than 8 levels deep')
  })
})

test('in what is waited for and in what is done then `trigger` is what started the rule', async () => {
  const item = `wait_for: {input: party, if: trigger.button == 'right', timeout: 5m, on_timeout: [{log: "\${trigger.button}"}]}`
  expect((await read(doing(item))).said).toEqual([])
  const other = await read(doing('wait_for: {input: party, if: trigger.value, timeout: 5m}'))
  expect(other.said).toEqual([expect.stringContaining('there is no "trigger.value"')])
})

test('what is waited for is looked at as what starts a rule is', async () => {
  const { said } = await read(doing('wait_for: {cron: "0 7 31 2 *", timeout: 5m}'))
  expect(said).toEqual([expect.stringContaining('9:26 error[time/never]')])
  const started = await read(doing('stop').replace('button: right', 'cron: "0 7 31 2 *"'))
  expect(started.said).toEqual([expect.stringContaining('error[time/never]')])
})

test('what is named in lists within is looked up', async () => {
  const items = [
    'wait_for: {button: left, timeout: 5m, on_timeout: [queue: {set: nowhere}]}',
    'repeat: {times: 2, do: [queue: {set: nowhere}]}',
    'parallel: [stop, [wait: 1s, queue: {set: nowhere}]]',
  ]
  for (const item of items)
    expect((await read(doing(item), { fileExists: async () => false })).said).toEqual([
      expect.stringContaining('error[ref/playlist] there is no playlist "nowhere"'),
    ])
})

describe('nothing is done behind a `stop`', () => {
  const said = async ([first = '', ...more]: readonly string[]) =>
    (await read(`${doing(first)}${more.map((item) => `      - ${item}\n`).join('')}`)).said

  test.each([
    [['stop', 'log: x'], '10:9 warning[rule/unreachable] nothing after `stop` runs'],
    [['stop: x', 'stop', 'log: x'], '10:9 warning[rule/unreachable]'],
    [
      ['{if: vars.brave, then: [stop], else: [{wait: 1s}, stop]}', 'wait: 1s'],
      '10:9 warning[rule/unreachable] nothing after this `if` runs',
    ],
    [
      ['choose: [{if: vars.brave, do: [stop]}, {else: [stop]}]', '{if: vars.brave, then: [log: x]}'],
      '10:10 warning[rule/unreachable] nothing after this `choose` runs',
    ],
    [['repeat: {times: 2, do: [stop]}', 'log: x'], 'nothing after this `repeat` runs'],
    [['parallel: [log: x, [wait: 1s, stop]]', 'log: x'], 'nothing after this `parallel` runs'],
    [['repeat: {times: 2, do: [stop, log: x]}'], '9:39 warning[rule/unreachable]'],
    [['wait_for: {button: left, timeout: 1m, on_timeout: [stop, log: x]}'], 'warning[rule/unreachable]'],
  ])('and that is said: %j', async (items, expected) => {
    expect(await said(items)).toEqual([expect.stringContaining(expected)])
  })

  test.each([
    [['{stop: , if: vars.brave}', 'log: x']],
    [['{stop: , enabled: false}', 'log: x']],
    [['stop', '{log: x, enabled: false}']],
    [['{if: vars.brave, then: [stop]}', 'log: x']],
    [['{if: vars.brave, then: [stop], else: [log: x]}', 'log: x']],
    [['choose: [{if: vars.brave, do: [stop]}]', 'log: x']],
    [['repeat: {while: vars.brave, do: [stop]}', 'log: x']],
    [['wait_for: {button: left, timeout: 1m, on_timeout: stop}', 'log: x']],
    [['parallel: [[log: x, {stop: , if: vars.brave}]]', 'log: x']],
  ])('but where it is only sometimes nothing is said: %j', async (items) => {
    expect(await said(items)).toEqual([])
  })
})

describe('a rule that waits', () => {
  const waiting = async (item: string, when: string, head = '') => {
    const text = doing(item, head === '' ? 'name: R' : head).replace('button: right', when)
    return (await read(text)).said
  }

  test.each([
    [
      'wait: 11s',
      'button: right',
      '9:9 warning[rule/wait-mode] this rule may wait up to 11 seconds, and `button` may start it again meanwhile',
    ],
    [
      'repeat: {times: 3, do: [wait: 5s]}',
      'input: party',
      '9:33 warning[rule/wait-mode] this rule may wait up to 15 seconds, and `input` may',
    ],
    ['repeat: {while: vars.brave, do: [wait: 1s]}', 'playing: started', 'may wait up to 100 seconds'],
    ['if: vars.brave\nthen: [wait: 5m]\nelse: [wait: 3m]', 'button: right', 'may wait up to 5 minutes'],
    ['parallel: [wait: 5m, [wait: 3m, wait: 3m]]', 'button: right', 'may wait up to 6 minutes'],
    ['wait_for: {button: left, timeout: 5m, on_timeout: [wait: 1m]}', 'button: right', 'up to 6 minutes'],
    [
      'wait_for: {button: left, timeout: none}',
      'card: {inserted: 7JtVV}',
      'may wait without an end, and `card`',
    ],
  ])('%j and may be started by %s again is told to say what then', async (item, when, expected) => {
    expect(await waiting(item, when)).toEqual([expect.stringContaining(expected)])
  })

  test.each([
    ['wait: 10s', 'button: right', ''],
    ['wait: 10m', 'time: "07:00"', ''],
    ['wait: 10m', 'every: 15m', ''],
    ['wait: 10m', 'startup:', ''],
    ['wait: 10m\nenabled: false', 'button: right', ''],
    ['wait: 10m', 'button: right', 'mode: single'],
    ['wait: 10m', 'button: right', 'mode: queued'],
  ])('%j started by %s with %j need not', async (item, when, head) => {
    expect(await waiting(item, when, head)).toEqual([])
  })

  test('is told at what waits, and not at what is switched off', async () => {
    const said = await waiting('parallel: [[{wait: 1h, enabled: false}, {wait: 11s}]]', 'button: right')
    expect(said).toEqual([expect.stringMatching(/^9:50 .* up to 11 seconds/)])
  })

  test('for ever is told to say how long, unless it says that it is meant', async () => {
    const said = await waiting('wait_for: {button: left}', 'startup:')
    expect(said).toEqual([
      '9:9 warning[rule/endless-wait] this may wait for ever: it does not say how long | write `timeout: 5m`, or `timeout: none` if for ever is what you mean',
    ])
    expect(await waiting('wait_for: {button: left, timeout: none}', 'startup:')).toEqual([])
    expect(await waiting('wait_for: {button: left}\nenabled: false', 'startup:')).toEqual([])
  })
})

describe('a mode', () => {
  test.each([
    ['mode: single', { mode: 'single' }],
    ['mode: restart', { mode: 'restart' }],
    ['mode: queued', { mode: 'queued' }],
    ['mode: parallel\n    max: 2', { mode: 'parallel', max: 2 }],
    ['mode: queued\n    max: 50', { mode: 'queued', max: 50 }],
  ])('is read: %j', async (head, expected) => {
    const { rule, said } = await read(doing('stop', head))
    expect(said).toEqual([])
    expect(rule).toMatchObject(expected)
    expect(rule !== undefined && 'max' in rule).toBe('max' in expected)
  })

  test('is `single` where none is written, and nothing is said of it then', async () => {
    const { rule } = await read(doing('stop', 'name: R'))
    expect(rule).not.toHaveProperty('mode')
  })

  test.each([
    [
      'mode: restrat',
      '5:11 error[type/value] `mode` takes single, restart, queued or parallel, not "restrat" - did you mean "restart"?',
    ],
    ['mode: queued\n    max: 1', '6:10 error[type/value] `max` takes a whole number 2-50, not "1"'],
    ['mode: queued\n    max: 51', '6:10 error[type/value] `max` takes'],
    [
      'mode: restart\n    max: 5',
      '6:5 error[key/unknown] `max` goes with `mode: queued` or `mode: parallel`, not with `restart`',
    ],
    ['max: 5', '5:5 error[key/unknown] `max` goes with `mode: queued` or `mode: parallel`'],
  ])('is refused: %j', async (head, expected) => {
    const { rule, said } = await read(doing('stop', head))
    expect(said).toEqual([expect.stringContaining(expected)])
    expect(rule).toBeUndefined()
  })

  test('makes another rule of it, as every step within does', async () => {
    const meaning = async (text: string) => (await read(text)).rule?.meaning?.own
    const texts = [
      doing('wait: 1s'),
      doing('wait: 2s'),
      doing('wait: 1s', 'mode: queued'),
      doing('wait: 1s\non_error: continue'),
    ]
    expect(new Set(await Promise.all(texts.map(meaning))).size).toBe(texts.length)
  })
})

function inUsualForm(text: string): string {
  const formatted = formatYaml({ file: 'a.yaml', text })
  return 'text' in formatted ? formatted.text : expect.unreachable()
}

/** What a random step says, as YAML on one line and as it is read. */
interface Sample {
  readonly text: string
  readonly read: object
}

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  fc.constant({ text: '{log: x}', read: log }),
  fc.integer({ min: 1, max: 99_999 }).map((count) => ({
    text: `{wait: ${count}s}`,
    read: { does: 'wait', ms: count * 1000 },
  })),
  fc.constant({ text: '{log: x, on_error: continue}', read: { ...log, onError: 'continue' } }),
)
const listOf = (one: fc.Arbitrary<Sample>) =>
  fc.array(one, { minLength: 1, maxLength: 3 }).map((all) => ({
    text: `[${all.map(({ text }) => text).join(', ')}]`,
    read: all.map((sample) => sample.read),
  }))
const around = (inner: fc.Arbitrary<{ readonly text: string; readonly read: object }>) =>
  fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: 1000 }), inner).map(([times, list]) => ({
      text: `{repeat: {times: ${times}, do: ${list.text}}}`,
      read: { does: 'repeat', rounds: times, do: list.read },
    })),
    fc.tuple(fc.integer({ min: 1, max: 1000 }), inner).map(([most, list]) => ({
      text: `{repeat: {while: vars.brave, max: ${most}, do: ${list.text}}}`,
      read: { does: 'repeat', most, rounds: [{ kind: 'expression' }], do: list.read },
    })),
    fc.array(inner, { minLength: 1, maxLength: 3 }).map((lists) => ({
      text: `{parallel: [${lists.map(({ text }) => text).join(', ')}]}`,
      read: { does: 'parallel', ways: lists.map((list) => list.read) },
    })),
    fc.tuple(fc.integer({ min: 1, max: 168 }), inner).map(([hours, list]) => ({
      text: `{wait_for: {button: left, timeout: ${hours}h, on_timeout: ${list.text}}}`,
      read: { does: 'wait-for', timeoutMs: hours * 3_600_000, onTimeout: list.read },
    })),
    fc.tuple(inner, inner).map(([one, other]) => ({
      text: `{if: vars.brave, then: ${one.text}, else: ${other.text}}`,
      read: { does: 'choose', ways: [{ do: one.read }, { if: null, do: other.read }] },
    })),
    inner.map((list) => ({
      text: `{choose: [{if: vars.brave, do: ${list.text}}], if: vars.brave}`,
      read: { does: 'choose', if: [{ kind: 'expression' }], ways: [{ do: list.read }] },
    })),
  )
const samples: fc.Arbitrary<Sample> = fc.letrec<{ step: Sample }>((tie) => ({
  step: fc.oneof({ maxDepth: 5, depthIdentifier: 'steps' }, leaf, around(listOf(tie('step')))),
})).step

test('whatever stands in whatever is read as it was written, and says the same in its usual form', async () => {
  await fc.assert(
    fc.asyncProperty(samples, async ({ text, read: expected }) => {
      const { rule, said } = await read(doing(text))
      expect(said).toEqual([])
      expect(rule?.do).toMatchObject([expected])
      expect(allSteps(rule?.do ?? []).length).toBeGreaterThan(0)
      const formatted = await read(inUsualForm(doing(text)))
      expect(formatted.rule?.meaning?.own).toBe(rule?.meaning?.own)
    }),
    { numRuns: 60 },
  )
}, 60_000)
