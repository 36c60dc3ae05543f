import { describe, expect, test } from 'vitest'
import { expressionInWords } from '../../src/rules/explain/expression-words.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { allSteps } from '../../src/rules/step.ts'
import { homeAssistantChecks } from '../../src/wiring/home-assistant.ts'
import { failuresIn, runTests } from '../../src/wiring/test-command.ts'
import { asPrinted } from '../docs/check-page.ts'
import { readPage } from '../docs/page.ts'
import { readingOf } from '../support/rules.ts'

const read = (text: string, isThere = true, allow: readonly string[] = ['light', 'notify']) =>
  readRuleFiles(
    [{ file: 'a.yaml', text }],
    readingOf({ homeAssistant: homeAssistantChecks({ isThere, allow }) }),
  )

const findings = async (...asked: Parameters<typeof read>) =>
  (await read(...asked)).diagnostics.map(
    ({ line, level, code, message }) => `${line} ${level} ${code} ${message}`,
  )

const rule = (trigger: string, ...does: string[]) =>
  `rules:\n  r:\n    when:\n      - ha: ${trigger}\n    do:\n${does.map((one) => `      - ${one}\n`).join('')}`

describe('what is said of the trigger', () => {
  test.each([
    ['{entity: light.nursery, to: true}', 'no entity of Home Assistant is ever "true"'],
    ['{entity: light.nursery, from: [home, Off]}', 'no entity of Home Assistant is ever "Off"'],
    ['{entity: light.nursery, from: "on", also_at_start: true}', 'cannot stand together'],
    ['Light.Nursery', 'an entity of Home Assistant such as "light.nursery"'],
    ['light', 'an entity of Home Assistant such as "light.nursery"'],
    ['light._a', 'an entity of Home Assistant such as "light.nursery"'],
    ['{entity: light.a, for: soon}', 'a length of time'],
  ])('%s', async (trigger, words) => {
    expect(await findings(rule(trigger, 'log: x'))).toEqual([expect.stringContaining(words)])
  })

  test('is nothing of a sound one, whose fields expressions know', async () => {
    expect(
      await findings(rule('{entity: light.a, to: "on"}', `log: "\${trigger.from} \${trigger.to}"`)),
    ).toEqual([])
    expect(await findings(rule('light.a', `log: "\${trigger.brightness}"`))).toHaveLength(1)
  })
})

describe('what is said of the action', () => {
  test('a domain that rules may not use is an error, also deep in a branch', async () => {
    const branch = 'choose: [{if: now.hour > 3, do: [{ha: lock.unlock}]}]'
    expect(await findings(rule('light.a', 'ha: light.toggle', branch))).toEqual([
      expect.stringMatching(/^7 error ref\/ha-domain .*"lock.unlock"/),
    ])
    expect(await findings(rule('light.a', branch), true, ['lock'])).toEqual([])
  })

  test('a value that cannot be read is shown where it stands in the data', async () => {
    const { diagnostics } = await read(
      rule('light.a', `ha: {action: light.toggle, data: {a: [{b: "x \${player.volum}"}]}}`),
    )
    expect(diagnostics).toMatchObject([{ code: 'expr/unknown-name', line: 6, column: 56 }])
  })

  test('outside Home Assistant all of a file is one warning, and the rule runs all the same', async () => {
    const { diagnostics, ruleSet } = await read(
      rule('light.a', 'ha: light.toggle', 'ha: light.turn_on'),
      false,
    )
    expect(diagnostics).toMatchObject([{ code: 'ref/home-assistant', level: 'warning', line: 4 }])
    expect(diagnostics[0]?.message).toContain('also in lines 6, 7')
    expect(diagnostics[0]?.help).toContain('set homeassistant.url and homeassistant.token, or use `mqtt`')
    expect(ruleSet.rules.flatMap((one) => allSteps(one.do))).toHaveLength(2)
  })
})

describe('what is said of states in expressions', () => {
  const asking = (condition: string, does = 'log: x') =>
    `rules:\n  r:\n    when:\n      - button: left\n    if: ${condition}\n    do:\n      - ${does}\n`

  test('is nothing where they are asked for in a condition, by either word, and in a text', async () => {
    const { diagnostics, ruleSet } = await read(
      asking(`ha('group.family') == 'home'`, `log: "\${state('light.nursery')} at \${now.time}"`),
    )
    expect(diagnostics).toEqual([])
    expect(ruleSet.rules[0]?.entities).toEqual(['group.family', 'light.nursery'])
  })

  test.each([
    [
      `ha('family') == 'home'`,
      "`ha` takes an entity of Home Assistant in quotes, as in `ha('light.nursery')`",
    ],
    [`ha(player.name) == 'home'`, '`ha` takes an entity of Home Assistant in quotes'],
    [`ha('light.a')`, 'a condition takes yes or no'],
    [`ha('light.a') == true`, 'is a text'],
  ])('%s', async (condition, words) => {
    expect(await findings(asking(condition))).toEqual([expect.stringContaining(words)])
  })

  test('without a way to Home Assistant is one warning, where the first of them stands', async () => {
    const text = asking(`ha('group.family') == 'home'`, `log: "\${state('light.nursery')}"`)
    const { diagnostics } = await read(text, false)
    expect(diagnostics).toMatchObject([{ code: 'ref/home-assistant', level: 'warning', line: 5 }])
    expect(diagnostics[0]?.message).toContain('`state` never knows anything here (also in line 7)')
  })

  test('is told in words by `explain`', () => {
    expect(expressionInWords(`state('group.family') == 'home' and ha('light.den') != 'on'`)).toBe(
      'group.family of Home Assistant is "home" and light.den of Home Assistant is not "on"',
    )
  })
})

describe('the page for people', () => {
  const [example = ''] =
    /```yaml\n(.*?)```/s.exec(readPage('docs/rules/home-assistant.md').text)?.slice(1) ?? []
  const said = async (text: string) => {
    const source = { file: 'a.yaml', text }
    const result = await read(text, true, ['light', 'notify'])
    return asPrinted(
      [...result.diagnostics, ...failuresIn(await runTests(result, new Map()), { sources: [source] })],
      text,
    )
  }

  test('has an example whose test passes, and can fail at each expectation', async () => {
    expect(await said(example)).toBe('')
    expect(await said(example.replace('entity: light.nursery}', 'entity: light.den}'))).toContain(
      'expected "light.turn_on" of Home Assistant to be called for light.den, and it was called for light.nursery',
    )
    expect(await said(example.replace('advance: 4m', 'advance: 5m'))).toContain(
      'expected rule "door-left-open" not to run',
    )
    expect(await said(example.replace('group.family: home', 'group.family: not_home'))).toContain(
      'expected rule "party" to run',
    )
    expect(await said(example.replace('called: notify.notify', 'called: notify.anna'))).toContain(
      'expected "notify.anna" of Home Assistant to be called, there was "notify.notify"',
    )
  })

  test('a step that names no entity is shown', async () => {
    expect(await said(example.replace('ha: {input_boolean.bedtime', 'ha: {bedtime'))).toContain(
      'entities of Home Assistant',
    )
  })
})
