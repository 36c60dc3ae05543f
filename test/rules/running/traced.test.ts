import { expect, test } from 'vitest'
import { AppError } from '../../../src/core/error.ts'
import { createRedactor } from '../../../src/log/redactor.ts'
import { standingOf } from '../../../src/rules/running/trace.ts'
import { tracedHouse } from '../../support/traced-house.ts'

const ways = `vars:
  count: {start: 3, min: 0, max: 9}
rules:
  r:
    stream: bedroom
    when: [{button: right}]
    if: ["vars.count > 2", {between: {from: "07:00", to: "19:00"}}]
    do:
      - choose:
          - if: vars.count > 8
            do: [{log: many}]
          - if: vars.count == 3
            do: [{log: three}]
          - else: [{log: few}]
      - if: vars.count > 8
        then: [{log: many}]
        else: [{log: less}]
`

test('of a run, what its conditions saw and which ways it went are told', async () => {
  const house = await tracedHouse(ways)
  await house.press('right')
  const [trace] = house.traces('r')
  expect(trace).toMatchObject({
    outcome: 'done',
    saw: ['vars.count is 3', 'now.time is "10:00"'],
    steps: [
      { step: '1', kind: 'choose', outcome: 'done', way: '2 of 2', saw: ['vars.count is 3'] },
      { step: '1.1', kind: 'log', outcome: 'done', effects: [{ kind: 'log', outcome: 'done' }] },
      { step: '2', outcome: 'done', way: 'else', saw: ['vars.count is 3'] },
      { step: '2.1', kind: 'log', outcome: 'done' },
    ],
  })
  await house.stop()
})

test('of a start that came to nothing, what the conditions before it saw is told, too', async () => {
  const house = await tracedHouse(ways.replace('19:00', '08:00'))
  await house.press('right')
  expect(house.traces('r')).toMatchObject([
    {
      outcome: 'did_not_run',
      why: 'its condition `between` does not hold',
      saw: ['vars.count is 3', 'now.time is "10:00"'],
      steps: [],
    },
  ])
  await house.stop()
})

const waits = `rules:
  r:
    stream: bedroom
    when: [{button: right}]
    do: [{log: first}, {wait: 1h}, {log: second}]
`

test('a run that waits over a restart goes on in the same trace', async () => {
  const house = await tracedHouse(waits)
  await house.press('right')
  const number = house.traces('r')[0]?.id
  expect(house.traces('r').map(standingOf)).toEqual(['waiting'])
  await house.restart()
  expect(house.traces('r')).toMatchObject([{ id: number, outcome: 'running' }])
  await house.clock.advance(3_600_000)
  await house.settle()
  const [trace, ...more] = house.traces('r')
  expect(more).toEqual([])
  expect(trace).toMatchObject({ id: number, outcome: 'done' })
  expect(trace?.steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
    '1 done',
    '2 done',
    '3 done',
  ])
  await house.restart()
  expect(house.traces('r')).toMatchObject([{ id: number, outcome: 'done' }])
  await house.stop()
})

test('where the product was killed before the trace was on disk, the run has one all the same', async () => {
  const house = await tracedHouse(waits)
  await house.press('right')
  expect(await house.store.entries()).toEqual([])
  await house.kill()
  expect(house.traces('r').map(standingOf)).toEqual(['waiting'])
  await house.clock.advance(3_600_000)
  await house.settle()
  expect(house.traces('r')).toMatchObject([{ outcome: 'done' }])
  await house.stop()
})

test('a run whose end did not come to disk before a kill is not said to run for ever', async () => {
  const house = await tracedHouse(waits)
  await house.press('right')
  await house.clock.advance(3_600_000)
  await house.settle()
  const [[key, kept] = []] = await house.store.entries()
  await house.clock.advance(5000)
  // As it was on disk a moment earlier.
  await house.store.set(key ?? '', kept ?? null)
  await house.kill()
  expect(house.traces('r')).toMatchObject([
    { outcome: 'ended', why: expect.stringContaining('the product ended'), ended_at: expect.any(String) },
  ])
  await house.stop()
})

test('a rule that is edited while it waits leaves a trace that has ended, with its steps', async () => {
  const house = await tracedHouse(waits)
  await house.press('right')
  await house.reload(waits.replace('second', 'third'))
  expect(house.traces('r')).toMatchObject([
    {
      outcome: 'ended',
      why: 'the rule was changed, or taken out',
      steps: [{ outcome: 'done' }, { outcome: 'ended' }],
    },
  ])
  await house.reload('rules: {}\n')
  expect(house.traces('r')).toEqual([])
  await house.stop()
})

test('what failed says at which step and why', async () => {
  const house = await tracedHouse(
    'rules:\n  r:\n    stream: bedroom\n    when: [{button: right}]\n    do: [{queue: skip}, {log: never}]\n',
    {
      perform: async ({ kind }) => {
        if (kind === 'mutate-queue') throw new AppError('conflict', 'the stream is empty')
      },
    },
  )
  await house.press('right')
  expect(house.desk().trace('r', String(house.traces('r')[0]?.id))).toMatchObject({
    outcome: 'failed',
    why: 'stopped at action 1: the stream is empty',
    steps: [
      {
        step: '1',
        kind: 'queue',
        outcome: 'failed',
        effects: [{ kind: 'mutate-queue', outcome: 'failed', reason: 'the stream is empty' }],
      },
    ],
  })
  await house.stop()
})

const conditions = `inputs:
  party: {type: switch, name: Party}
rules:
  r:
    stream: bedroom
    when:
      - button: right
        if: trigger.via == 'mqtt'
        id: knob
      - button: left
    if:
      - any: [{input: party}, now.hour < 8]
      - between: {from: "07:00", to: "19:00"}
      - player.battery > 20
      - now.hour > 8 or trigger.id == 'knob'
    do: [{log: hello}]
  named:
    player: y1
    when: [{button: right}]
    if: [player.battery > 20]
    do: [{log: hello}]
`

test('how the conditions stand now is told one by one, and that only a trigger tells some of it', async () => {
  const house = await tracedHouse(conditions, { zone: 'Europe/Berlin' })
  const shown = () => house.desk().conditions('r')
  expect(shown()).toEqual({
    rule: 'r',
    zone: 'Europe/Berlin',
    at: '2026-11-21T11:00:00+01:00',
    conditions: [
      {
        trigger: { kind: 'button', id: 'knob', number: 1 },
        kind: 'expression',
        text: "trigger.via == 'mqtt'",
        holds: null,
        why: 'trigger.via: only what starts the rule tells that',
        saw: ['trigger.via is not known'],
        conditions: [],
      },
      {
        trigger: null,
        kind: 'any',
        text: 'either the input party is on or it is before 08:00',
        holds: false,
        why: 'none of its conditions under `any` holds',
        saw: ['inputs.party is no', 'now.hour is 11'],
        conditions: [
          {
            kind: 'input',
            text: 'the input party is on',
            holds: false,
            why: 'its condition `input` does not hold',
            saw: ['inputs.party is no'],
            conditions: [],
          },
          {
            kind: 'expression',
            text: 'now.hour < 8',
            holds: false,
            why: 'its condition `now.hour < 8` does not hold',
            saw: ['now.hour is 11'],
            conditions: [],
          },
        ],
      },
      {
        trigger: null,
        kind: 'between',
        text: 'it is between 07:00 and 19:00',
        holds: true,
        why: null,
        saw: ['now.time is "11:00"'],
        conditions: [],
      },
      {
        trigger: null,
        kind: 'expression',
        text: 'player.battery > 20',
        holds: null,
        why: 'player.battery: only what starts the rule tells that',
        saw: ['player.battery is not known'],
        conditions: [],
      },
      expect.objectContaining({ text: "now.hour > 8 or trigger.id == 'knob'", holds: true, why: null }),
    ],
  })
  await house.hub().setInput('party', true, 'a test')
  expect(shown().conditions[1]).toMatchObject({ holds: true, why: null })
  await house.stop()
})

test('a player that the rule names is known, once it has said something', async () => {
  const house = await tracedHouse(conditions)
  const battery = () => house.desk().conditions('named').conditions[0]
  expect(battery()).toMatchObject({
    holds: null,
    why: expect.stringContaining('player.battery is not known'),
  })
  await house.patch({ battery_percent: 8 })
  expect(battery()).toMatchObject({ holds: false, saw: ['player.battery is 8'] })
  await house.patch({ battery_percent: 80 })
  expect(battery()).toMatchObject({ holds: true, why: null })
  await house.stop()
})

test('no secret is told, neither one that is known nor one that a name or an address tells of', async () => {
  const redactor = createRedactor()
  redactor.add('correct horse battery')
  const text = `vars:
  n: {start: 0, min: 0, max: 9}
rules:
  r:
    stream: bedroom
    when: [{button: right}]
    do:
      - mqtt:
          topic: home/x
          payload: '{"api_key": "k", "say": "correct horse battery", "to": "http://ha.local/api/webhook/abc-123?x=1"}'
`
  const house = await tracedHouse(text, { redactAll: redactor.redactAll })
  await house.press('right')
  const shown = JSON.stringify(house.desk().trace('r', String(house.traces('r')[0]?.id)))
  expect(shown).toContain('http://ha.local/api/webhook/…')
  expect(shown).not.toContain('abc-123')
  expect(shown).not.toContain('correct horse')
  await house.stop()
})

test('a rule or a run that there is not is said by name', async () => {
  const house = await tracedHouse(waits)
  const desk = house.desk()
  expect(() => desk.traces('wrong')).toThrow('there is no rule "wrong"')
  expect(() => desk.conditions('__proto__')).toThrow('there is no rule')
  for (const run of ['1', '-1', '1e3', '', 'constructor', '9'.repeat(400)])
    expect(() => desk.trace('r', run), run).toThrow('the last 20 are kept')
  await house.stop()
})
