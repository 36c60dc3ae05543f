import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { House } from '../../src/http/api/app.ts'
import type { LiveHouse } from '../../src/http/live.ts'
import type { LiveChange } from '../../src/http/live-event.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { listenTo, type RunningApp, runApp, until } from '../support/running-app.ts'
import { openTestDoor } from '../ui/door.ts'

const rules = `inputs:
  lamp: {type: switch, name: Lamp}
  feast: {type: switch, name: Feast}
rules:
  greet:
    name: Says hello
    mode: single
    when: [{input: {name: lamp, to: true}}]
    if: not inputs.feast
    do:
      - log: Hello
      - wait: 1h
      - log: Good bye
  never:
    when: [{input: lamp}]
    if: inputs.feast
    do: [{log: Feast}]
`

// biome-ignore lint/suspicious/noExplicitAny: answers are compared with what they should be
type Body = any

let house: RunningApp

beforeAll(async () => {
  house = await runApp()
  await write(house)
})

afterAll(() => house.remove())

async function write(app: RunningApp, wait = '1h'): Promise<void> {
  const text = rules.replace('1h', wait)
  const { body } = await app.call('POST', '/rules/write', { file: 'traced.yaml', text })
  expect(body).toMatchObject({ state: 'running', findings: [] })
}

const get = async (path: string): Promise<Body> => (await house.call('GET', path)).body
const set = (on: boolean) => house.call('PUT', '/inputs/lamp', { value: on })

test('the runs of a rule are told, in short and whole, and on the broker, with when they wait', async () => {
  const broker = await listenTo(house.app.mqttUrl)
  await set(true)
  const said = await broker.first(({ topic }) => topic.endsWith('/bridge/rule/greet/trace'))
  expect(said.retain).toBe(false)
  const told = JSON.parse(said.payload)
  expect(told).toMatchObject({
    rule: 'greet',
    name: 'Says hello',
    trigger: 'input',
    outcome: 'waiting',
    ended_at: null,
    step: { step: '2', kind: 'wait', outcome: 'waiting' },
  })
  const list = await get('/rules/greet/traces')
  expect(list).toMatchObject({ rule: 'greet', zone: 'UTC', traces: [{ run: told.run, outcome: 'waiting' }] })
  expect(list.traces[0].at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/)
  const whole = await get(`/rules/greet/traces/${told.run}`)
  expect(whole).toMatchObject({
    run: told.run,
    trigger: { kind: 'input', data: { value: true } },
    saw: ['inputs.feast is no'],
    steps: [
      { step: '1', kind: 'log', outcome: 'done', effects: [{ kind: 'log', outcome: 'done' }] },
      { step: '2', kind: 'wait', outcome: 'waiting', effects: [] },
    ],
  })
  const nothing = await broker.first(({ topic }) => topic.endsWith('/bridge/rule/never/trace'))
  expect(JSON.parse(nothing.payload)).toMatchObject({ outcome: 'did_not_run', step: null })
  expect(await get('/rules/never/traces')).toMatchObject({ traces: [{ outcome: 'did_not_run' }] })
  await broker.stop()
})

test('how the conditions stand is told as the house is now', async () => {
  expect(await get('/rules/greet/conditions')).toMatchObject({
    conditions: [{ kind: 'expression', text: 'not inputs.feast', holds: true, why: null, trigger: null }],
  })
  await house.call('PUT', '/inputs/feast', { value: true })
  expect(await get('/rules/greet/conditions')).toMatchObject({
    conditions: [{ holds: false, saw: ['inputs.feast is yes'] }],
  })
})

test('what is not there is 404 in words, whatever the name', async () => {
  for (const path of [
    '/rules/wrong/traces',
    '/rules/wrong/conditions',
    '/rules/greet/traces/12',
    '/rules/greet/traces/x',
    '/rules/..%2F..%2Fetc/traces',
    '/rules/%00/conditions',
  ]) {
    const { status, body } = await house.call('GET', path)
    expect([status, (body as Body).error.code], path).toEqual([404, 'not_found'])
  }
})

testWith(
  ['mosquitto'],
  'on a Mosquitto that comes and goes, a rule runs all the same, and nothing is said twice',
  async () => {
    const broker = await startMosquitto()
    const app = await runApp({ env: { YOTO_STREAM_MQTT_URL: broker.url } })
    await write(app, '1s')
    const heard = await listenTo(broker.url)
    await app.call('PUT', '/inputs/lamp', { value: true })
    const isOfGreet = ({ topic }: { topic: string }) => topic.endsWith('/bridge/rule/greet/trace')
    await heard.first((one) => isOfGreet(one) && JSON.parse(one.payload).outcome === 'done')
    const outcomes = heard.heard.filter(isOfGreet).map(({ payload }) => JSON.parse(payload).outcome)
    expect(outcomes).toEqual(['waiting', 'done'])
    await heard.stop()
    await broker.stop()
    await app.call('PUT', '/inputs/lamp', { value: false })
    await app.call('PUT', '/inputs/lamp', { value: true })
    const runs = async () => ((await app.call('GET', '/rules/greet/traces')).body as Body).traces
    const outcomesOf = async () => (await runs()).map(({ outcome }: Body) => outcome)
    await expect.poll(outcomesOf, { timeout: 10_000 }).toEqual(['done', 'done'])
    await app.remove()
  },
)

test('after a restart the runs are there, and one that waited goes on in its own line', {
  tags: 'slow',
}, async () => {
  const app = await runApp()
  await write(app, '20s')
  await app.call('PUT', '/inputs/lamp', { value: true })
  const runsOf = async ({ call }: RunningApp) =>
    ((await call('GET', '/rules/greet/traces')).body as Body).traces
  await expect.poll(async () => (await runsOf(app))[0]?.outcome).toBe('waiting')
  const [before] = await runsOf(app)
  await app.stop()
  const again = await runApp({ data: app.data })
  expect(await runsOf(again)).toHaveLength(1)
  await expect.poll(async () => (await runsOf(again))[0].outcome, { timeout: 20_000 }).toBe('done')
  expect(await runsOf(again)).toMatchObject([{ run: before.run, at: before.at, steps: 3 }])
  await again.remove()
})

test('of live events, admins alone hear that a rule has run, and it takes no place among what is remembered', async () => {
  let tell: (change: LiveChange) => void = () => undefined
  const people = (['admin', 'member'] as const).map((role) => ({
    ...{ username: role, role },
    comesBy: 'password' as const,
  }))
  const more: Partial<House & LiveHouse> = {
    subscribe: (_name: string, receive: (change: LiveChange) => void) => {
      tell = receive
      return () => undefined
    },
  }
  const door = await openTestDoor({ people, more })
  const [admin, member] = await Promise.all(people.map(({ username }) => listen(door, username)))
  tell({ kind: 'rule-traces', rules: ['greet'] })
  tell({ kind: 'library' })
  await until('both have heard', () => [admin, member].every((one) => one?.().includes('event: library')))
  expect(admin?.()).toContain('event: rule-traces\ndata: {"rules":["greet"]}\n')
  expect(member?.()).not.toContain('rule-traces')
  const snapshot = await door.ask({ path: '/live/snapshot', cookie: await door.cookieOf('admin') })
  expect(JSON.stringify(snapshot.body)).not.toContain('rule-traces')
  await door.stop()
})

type Door = Awaited<ReturnType<typeof openTestDoor>>

async function listen(door: Door, username: string): Promise<() => string> {
  const cookie = await door.cookieOf(username)
  let text = ''
  request(`${door.address}api/live`, { headers: { cookie } }, (answer) => {
    answer.on('error', () => undefined)
    answer.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  })
    .on('error', () => undefined)
    .end()
  await until('the answer has begun', () => text.includes('snapshot'))
  return () => text
}
