import { afterEach, beforeEach, expect, test } from 'vitest'
import { YotoApi } from '../../src/yoto/api.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { advanceUntil } from './support/advance.ts'
import { type Answer, WebServer } from './support/web-server.ts'

let server: WebServer
let clock: VirtualClock
let api: YotoApi
/** The text of the player's settings as the server has it. */
let config: string
/** Answers to the next PUTs in place of taking them; undefined takes it. */
let refusals: (Answer | undefined)[]

beforeEach(async () => {
  server = new WebServer()
  clock = new VirtualClock()
  config = '{ "maxVolumeLimit":"16", "x" : 1.0,"alarms":[ ],"nightMaxVolumeLimit": "8" }'
  refusals = []
  server.answer = ({ method, text }) => {
    if (method === 'GET') return { body: `{"device": {"config":${config}, "status":{}}}` }
    const refusal = refusals.shift()
    if (refusal !== undefined) return refusal
    config = text.slice(text.indexOf('"config":') + '"config":'.length, -1)
    return { body: { status: 'ok' } }
  }
  const accessToken = async () => 'secret-one'
  api = new YotoApi({
    apiUrl: await server.start(),
    accessToken,
    clock,
    log: recordingLog(),
    random: () => 1,
  })
})

afterEach(() => server.stop())

const calls = () => server.received.map(({ method }) => method)

/** The outcome of a call while the clock moves on. */
async function outcomeOf<Value>(call: Promise<Value>): Promise<Value | Error> {
  let outcome: Value | Error | undefined
  call.then(
    (value) => {
      outcome = value
    },
    (thrown: Error) => {
      outcome = thrown
    },
  )
  await advanceUntil(clock, () => outcome !== undefined)
  return outcome as Value | Error
}

test('a setting is read, merged, written whole and read back', async () => {
  expect(await api.changeSettings('y1', { volume_max_step_night: 5, ambient_day: 'off' })).toEqual({
    volume_max_step_day: 16,
    volume_max_step_night: 5,
    ambient_day: 'off',
  })
  expect(server.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /device-v2/y1/config',
    'PUT /device-v2/y1/config',
    'GET /device-v2/y1/config',
  ])
  expect(server.received[1]?.text).toBe(
    '{"deviceId":"y1","config":{ "maxVolumeLimit":"16", "x" : 1.0,"alarms":[ ],"nightMaxVolumeLimit": "5","ambientColour": "#0" }}',
  )
})

test('changes of one player wait for each other, and none undoes another', async () => {
  await Promise.all([
    api.changeSettings('y1', { volume_max_step_day: 3 }),
    api.changeSettings('y1', { volume_max_step_night: 2 }),
    api.changeSettings('y1', { ambient_night: '#102030' }),
  ])
  expect(JSON.parse(config)).toMatchObject({
    maxVolumeLimit: '3',
    nightMaxVolumeLimit: '2',
    nightAmbientColour: '#102030',
  })
  expect(calls().join(' ')).toBe(Array(3).fill('GET PUT GET').join(' '))
})

test.each([
  ['the network breaks', { hangUp: true }],
  ['the server fails', { status: 503 }],
  ['there are too many calls', { status: 429, headers: { 'Retry-After': '3' } }],
])('when %s, what somebody else has changed since is read before it is written again', async (_, fault) => {
  refusals = [fault]
  server.answer = ((answer) => (received) => {
    const answered = answer(received)
    if (received.method === 'PUT' && calls().length === 2) config = config.replace('1.0', '2e0')
    return answered
  })(server.answer)
  expect(await outcomeOf(api.changeSettings('y1', { volume_max_step_day: 9 }))).toMatchObject({
    volume_max_step_day: 9,
  })
  expect(calls()).toEqual(['GET', 'PUT', 'GET', 'PUT', 'GET'])
  expect(config).toContain('"x" : 2e0,')
})

test('a setting that was not taken is named, with what stands in its place', async () => {
  refusals = [{ body: { status: 'ok' } }]
  await expect(api.changeSettings('y1', { volume_max_step_day: 9 })).rejects.toMatchObject({
    code: 'refused',
    message: 'Yoto did not take volume_max_step_day of player y1',
    details: { settings: { volume_max_step_day: 16 } },
  })
  expect(await api.changeSettings('y1', { volume_max_step_day: 9 })).toMatchObject({ volume_max_step_day: 9 })
})

test("a refusal comes with Yoto's words and is not tried again", async () => {
  refusals = [{ status: 403, body: { error: { code: 'forbidden', message: 'not with secret-one' } } }]
  await expect(api.changeSettings('y1', { volume_max_step_day: 9 })).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('not with …'),
  })
  expect(calls()).toEqual(['GET', 'PUT'])
})

test('nothing is written where the settings could not be read, or make no sense', async () => {
  config = '[]'
  await expect(api.changeSettings('y1', { volume_max_step_day: 9 })).rejects.toMatchObject({
    code: 'unavailable',
  })
  await expect(api.changeSettings('y1', { volume_max_step_day: 99 })).rejects.toMatchObject({
    code: 'unprocessable',
  })
  expect(calls()).toEqual(['GET'])
})
