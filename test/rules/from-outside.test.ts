import { describe, expect, test } from 'vitest'
import type { RuleEvent } from '../../src/rules/plugin.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { listeningFor } from '../../src/wiring/rule-sources.ts'
import { failuresIn, runTests } from '../../src/wiring/test-command.ts'
import { readingOf } from '../support/rules.ts'

const asText = ({ line, code, message }: { line: number; code: string; message: string }) =>
  `${line} ${code} ${message}`

async function said(text: string) {
  const sources = [{ file: 'a.yaml', text }]
  const read = await readRuleFiles(sources, readingOf())
  if (read.diagnostics.length > 0) return read.diagnostics.map(asText)
  return failuresIn(await runTests(read, new Map()), { sources }).map(asText)
}

const asTest = (rules: string, steps: readonly string[]) =>
  `${rules}tests:\n  t:\n    now: "2026-11-24T19:00:00"\n    steps:\n${steps.map((step) => `      - ${step}\n`).join('')}`

const rules = `inputs:
  bell: {type: button, name: Bell}
  light: {type: switch}
vars:
  rung: {start: 0, max: 100}
rules:
  plain:
    when:
      - mqtt: home/bell
    do:
      - log: "plain \${trigger.topic} \${trigger.payload}"
  exact:
    when:
      - mqtt: {topic: home/bell, payload: ring}
    do:
      - log: exact
  any-room:
    when:
      - mqtt: home/+/lamp
    do:
      - log: "lamp \${trigger.topic}"
  everything:
    when:
      - mqtt: {topic: "zigbee/#", json: state.action, payload: "2"}
    do:
      - log: "zigbee \${trigger.payload}"
  hook:
    when:
      - webhook: garden-bell
    do:
      - webhook: {url: "http://nodered.test:1880/bell", json: {body: "\${trigger.body}", at: "\${now.time}", twice: 2, on: true, id: "007"}}
  hook-field:
    when:
      - webhook: {name: phone, json: event, body: arrived}
    do:
      - webhook: {url: "http://192.168.1.9/\${trigger.name}", method: PUT, headers: {X-Who: "\${trigger.body}"}, body: "hello \${trigger.body}"}
  pressed:
    when:
      - input: bell
    do:
      - set: {rung: vars.rung + 1}
  echo:
    when:
      - mqtt: home/one
    do:
      - mqtt: {topic: home/two, payload: "\${trigger.payload}"}
  echoed:
    when:
      - mqtt: home/two
    do:
      - log: "echo \${trigger.payload}"
`

test('what comes from outside starts rules, and rules call others', async () => {
  const steps = [
    'mqtt: {topic: home/bell, payload: ring}',
    'expect: {ran: [plain, exact], log: plain home/bell ring, did_not_run: any-room}',
    'mqtt: home/bell',
    'expect: {ran: plain, did_not_run: exact}',
    'mqtt: {topic: home/bell/more, payload: ring}',
    'expect: {did_not_run: [plain, exact]}',
    'mqtt: {topic: home/den/lamp, payload: "ON"}',
    'expect: {ran: any-room, log: lamp home/den/lamp}',
    'mqtt: {topic: zigbee/a/b, payload: \'{"state": {"action": 2}}\'}',
    'expect: {ran: everything, log: zigbee 2}',
    'mqtt: {topic: zigbee/a, payload: \'{"state": {"action": "3"}}\'}',
    'mqtt: {topic: zigbee/a, payload: \'{"state": 2}\'}',
    'mqtt: {topic: zigbee/a, payload: "2"}',
    'expect: {did_not_run: everything}',
    'webhook: {name: garden-bell, body: ring}',
    `expect: {called: {url: "http://nodered.test:1880/bell", body: '{"body":"ring","at":"19:00","twice":2,"on":true,"id":"007"}'}}`,
    'webhook: {name: phone, body: \'{"event": "left"}\'}',
    'expect: {did_not_run: hook-field}',
    'webhook: {name: phone, body: \'{"event": "arrived"}\'}',
    'expect: {called: {url: "http://192.168.1.9/phone", body: hello arrived}}',
    'input: {bell: press}',
    'input: {bell: press}',
    'expect: {ran: pressed, vars.rung: 2}',
    'mqtt: {topic: home/one, payload: x}',
    'expect: {ran: echoed, log: echo x, published: home/two}',
  ]
  expect(await said(asTest(rules, steps))).toEqual([])
})

test.each([
  [
    'expect: {called: "http://nodered.test:1880/bell"}',
    'expected "http://nodered.test:1880/bell" to be called, and it was not',
  ],
  ['input: {bell: true}', 'input "bell" takes a press, not "true"'],
  ['expect: {inputs.bell: true}', 'inputs.bell'],
  ['mqtt: home/+/lamp', 'a topic without + and #'],
])('a test that says %s is told why not', async (step, words) => {
  expect((await said(asTest(rules, [step]))).join()).toContain(words)
})

describe('what cannot be meant', () => {
  const rule = (when: string, more = '') =>
    `inputs:\n  bell: {type: button}\nrules:\n  r:\n    when:\n      - ${when}\n    do:\n      - log: x\n${more}`
  test.each([
    [rule('input: {name: bell, to: true}'), 'input "bell" is a button: it is pressed, and has no value'],
    [
      rule('input: bell', '    if:\n      - input: bell\n'),
      'input "bell" is a button: it is pressed, and has no value',
    ],
    [rule('input: bell', '      - set: {bell: true}\n'), 'input "bell" is a button: people press it'],
    [rule('input: bell').replace('{type: button}', '{type: button, start: true}'), 'start'],
    [rule('webhook: garden bell'), 'a name of up to 64 letters'],
    [rule('mqtt: {topic: a, json: "a..b"}'), 'the name of a field'],
    [
      rule('input: bell', '      - webhook: nodered.local\n'),
      'an address that begins with http:// or https://',
    ],
    [rule('input: bell', `      - webhook: {url: "http://a/", json: {x: "\${nonsense}"}}\n`), 'nonsense'],
    [rule('input: bell', '      - webhook: {url: "http://a/", method: TRACE}\n'), 'TRACE'],
  ])('%s', async (text, words) => {
    expect((await said(text)).join()).toContain(words)
  })
})

test('rules that are read again go on hearing: their source is asked once, and let go when nobody is left', async () => {
  const asked: string[] = []
  const heard: unknown[] = []
  const sources = {
    mqtt: (match: Readonly<Record<string, string>>, happened: (event: RuleEvent) => void) => {
      asked.push(`listen ${match.topic}`)
      happened({ name: 'home/x', payload: '1' })
      return () => void asked.push(`leave ${match.topic}`)
    },
  }
  const listening = listeningFor(sources, () => ({ happened: (_source, event) => heard.push(event) }))
  const first = listening('mqtt', { topic: 'home/+' })
  const second = listening('mqtt', { topic: 'home/+' })
  first()
  second()
  const third = listening('mqtt', { topic: 'home/+' })
  await Promise.resolve()
  expect(asked).toEqual(['listen home/+'])
  third()
  third()
  await Promise.resolve()
  expect(asked).toEqual(['listen home/+', 'leave home/+'])
  expect(heard).toEqual([{ type: 'mqtt', topic: 'home/+', name: 'home/x', payload: '1' }])
  expect(() => listening('ha', { entity: 'x' })()).not.toThrow()
})
