import { afterEach, beforeEach, expect, test } from 'vitest'
import { editorSchemaFile } from '../../src/rules/editor/schema.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { ruleTools } from '../../src/wiring/rule-tools.ts'
import { type Asked, ask } from '../support/ask.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'
import { readingOf } from '../support/rules.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const text = `playlists:
  night: [a.mp3]
schedules:
  bedroom:
    default: night
    slots:
      hush: {from: "12:00", to: "13:00", play: none}
rules:
  walk:
    stream: bedroom
    when:
      - button: right
    do:
      - queue: skip
`

let door: Awaited<ReturnType<typeof openPanelDoor>>
const say = (asked: Asked) => ask(door, asked)

beforeEach(async () => {
  const { ruleSet } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf({ zone: 'Europe/Berlin' }))
  const clock = new VirtualClock('2026-11-22T11:30:00Z')
  door = await openPanelDoor({ ...houseWith(['a.mp3']), ...ruleTools({ ruleSet: () => ruleSet, clock }) })
})

afterEach(() => door.stop())

test('the plan has local times with their offset, and a week where nobody says how long', async () => {
  const { status, body } = await say({ path: '/plan' })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    zone: 'Europe/Berlin',
    from: '2026-11-22T00:00:00+01:00',
    until: '2026-11-29T00:00:00+01:00',
    schedules: [{ stream: 'bedroom', source: 'a.yaml:4' }],
    moments: [],
  })
  const day = await say({ path: '/plan?days=1' })
  expect(day.body.schedules).toEqual([
    {
      stream: 'bedroom',
      source: 'a.yaml:4',
      slots: [
        {
          from: '2026-11-21T13:00:00+01:00',
          until: '2026-11-22T12:00:00+01:00',
          slot: null,
          playlist: 'night',
          closed: false,
          silent: false,
          if_pressed: null,
          now: false,
        },
        {
          from: '2026-11-22T12:00:00+01:00',
          until: '2026-11-22T13:00:00+01:00',
          slot: 'hush',
          playlist: null,
          closed: true,
          silent: false,
          if_pressed: null,
          now: true,
        },
        {
          from: '2026-11-22T13:00:00+01:00',
          until: '2026-11-23T12:00:00+01:00',
          slot: null,
          playlist: 'night',
          closed: false,
          silent: false,
          if_pressed: null,
          now: false,
        },
      ],
    },
  ])
  for (const days of ['0', '32', 'x', '1.5'])
    expect((await say({ path: `/plan?days=${days}` })).status, days).toBe(422)
})

test('schedules say what holds now, until when, and where they stand', async () => {
  const { body } = await say({ path: '/schedules' })
  expect(body).toEqual({
    zone: 'Europe/Berlin',
    at: '2026-11-22T12:30:00+01:00',
    schedules: [
      {
        stream: 'bedroom',
        source: 'a.yaml:4',
        slot: 'hush',
        playlist: null,
        closed: true,
        until: '2026-11-22T13:00:00+01:00',
        default: 'night',
        slots: ['hush'],
      },
    ],
  })
})

test('a rule or a schedule is explained by its name in the body', async () => {
  const rule = await say({ path: '/rules/explain', body: { rule: 'walk' } })
  expect(rule.body).toEqual({
    explanations: [
      {
        kind: 'rule',
        id: 'walk',
        source: 'a.yaml:9',
        text: 'When the right button is pressed on a player of the stream bedroom, it goes on to the next item of the stream bedroom.',
      },
    ],
  })
  const schedule = await say({ path: '/rules/explain', body: { schedule: 'bedroom' } })
  expect(schedule.body).toMatchObject({ explanations: [{ kind: 'schedule', id: 'bedroom' }] })
  const unknown = await say({ path: '/rules/explain', body: { rule: 'wlak' } })
  expect([unknown.status, unknown.body.error?.message]).toEqual([
    404,
    'there is no rule "wlak" - did you mean "walk"?',
  ])
  for (const body of [{}, { rule: 'walk', schedule: 'bedroom' }, { rule: 3 }])
    expect((await say({ path: '/rules/explain', body })).status).toBe(422)
})

test('the schema for editors is served', async () => {
  const { body } = await say({ path: '/rules/schema' })
  expect(body).toMatchObject({ $schema: expect.stringContaining('draft-07'), properties: { rules: {} } })
  expect(editorSchemaFile).toMatch(/^\.schema\//)
})

test('a long text is formatted in a thread of its own, and the door answers meanwhile', async () => {
  const long = `rules:\n${Array.from({ length: 2000 }, (_, index) => `    r${index}: { a: 1 }\n`).join('')}`
  const formatting = say({ path: '/rules/format', body: { text: long } })
  let isDone = false
  void formatting.then(() => {
    isDone = true
  })
  expect((await say({ path: '/schedules' })).status).toBe(200)
  expect(isDone).toBe(false)
  const { body } = await formatting
  expect(String(body.text).split('\n').slice(0, 3)).toEqual(['rules:', '  r0: {a: 1}', '  r1: {a: 1}'])
})

test('a text is formatted; one that is no YAML or too long for a call is refused', async () => {
  const { body } = await say({ path: '/rules/format', body: { text: 'rules:\r\n    r: { a: 1 }   # x\r\n' } })
  expect(body).toEqual({ text: 'rules:\n  r: {a: 1}   # x\n' })
  const broken = await say({ path: '/rules/format', body: { text: 'a: 1\nb: "x" y\n' } })
  expect([broken.status, broken.body.error?.message]).toEqual([
    422,
    expect.stringMatching(/^line 2: YAML stops reading after "x"/),
  ])
  expect((await say({ path: '/rules/format', body: { text: 'a'.repeat(200_001) } })).status).toBe(422)
})
