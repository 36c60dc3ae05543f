import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PlayerSettings } from '../../src/core/effect.ts'
import type { AppError } from '../../src/core/error.ts'
import { YotoApi } from '../../src/yoto/api.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { advanceUntil, settle } from './support/advance.ts'
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
  // In small steps: sockets need their time within the ten seconds of a change.
  await advanceUntil(clock, () => outcome !== undefined, 100)
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
  const first = api.changeSettings('y1', { volume_max_step_day: 3 })
  await advanceUntil(clock, () => calls().length > 0, 0)
  await Promise.all([
    first,
    api.changeSettings('y1', { volume_max_step_night: 2 }),
    api.changeSettings('y1', { ambient_night: '#102030' }),
  ])
  expect(JSON.parse(config)).toMatchObject({
    maxVolumeLimit: '3',
    nightMaxVolumeLimit: '2',
    nightAmbientColour: '#102030',
  })
  expect(calls().join(' ')).toBe('GET PUT GET GET PUT GET')
})

test('changes of different players are written apart', async () => {
  // The server keeps one block for both, so what they read back is not looked at.
  await Promise.allSettled([
    api.changeSettings('y1', { volume_max_step_day: 3 }),
    api.changeSettings('y2', { volume_max_step_night: 4 }),
  ])
  const written = server.received.filter(({ method }) => method === 'PUT').map(({ path }) => path)
  expect(written.sort()).toEqual(['/device-v2/y1/config', '/device-v2/y2/config'])
})

test('a slider that is dragged is written a few times, and at last as it was left', async () => {
  const { answer } = server
  const held: (() => void)[] = []
  server.answer = (received) => new Promise((resolve) => held.push(() => resolve(answer(received))))
  const outcomes: Promise<unknown>[] = []
  for (let wish = 0; wish < 30; wish++) {
    outcomes.push(api.changeSettings('y1', { volume_max_step_day: wish % 17 }))
    // Each call takes as long as five moves of the hand.
    await advanceUntil(clock, () => held.length > 0, 0)
    if (wish % 5 === 4) held.shift()?.()
  }
  server.answer = answer
  for (const go of held) go()
  expect((await Promise.all(outcomes)).at(-1)).toMatchObject({ volume_max_step_day: 29 % 17 })
  expect(server.received.filter(({ method }) => method === 'PUT').length).toBeLessThanOrEqual(4)
  expect(JSON.parse(config)).toMatchObject({ maxVolumeLimit: String(29 % 17) })
})

describe('of changes that wait together', () => {
  /** Begins a change whose first reading hangs until the returned function is called. */
  async function busy(): Promise<() => void> {
    const { answer } = server
    let go = () => {}
    server.answer = (received) => {
      server.answer = answer
      return new Promise((resolve) => {
        go = () => resolve(answer(received))
      })
    }
    void api.changeSettings('y1', { ambient_day: '#000001' }).catch(() => undefined)
    await advanceUntil(clock, () => calls().length > 0, 0)
    return go
  }
  const ask = (wish: PlayerSettings) => api.changeSettings('y1', wish).catch((thrown: AppError) => thrown)

  test('the newest wish for a setting counts, and each has the outcome of the write', async () => {
    const go = await busy()
    const waiting = [
      ask({ volume_max_step_day: 3, ambient_night: '#102030' }),
      ask({ volume_max_step_day: 4 }),
      ask({ volume_max_step_day: 5, volume_max_step_night: 2 }),
    ]
    go()
    const settings = { volume_max_step_day: 5, volume_max_step_night: 2, ambient_night: '#102030' }
    expect(await Promise.all(waiting)).toMatchObject([settings, settings, settings])
    expect(calls().join(' ')).toBe('GET PUT GET GET PUT GET')
  })

  test('one that makes no sense fails alone, at once', async () => {
    const go = await busy()
    const sound = ask({ volume_max_step_day: 3 })
    expect(await ask({ volume_max_step_day: 99 })).toMatchObject({ code: 'unprocessable' })
    go()
    expect(await sound).toMatchObject({ volume_max_step_day: 3 })
  })

  test('only those are refused whose settings were not taken', async () => {
    const go = await busy()
    const waiting = [
      ask({ volume_max_step_day: 3 }),
      ask({ ambient_night: '#102030' }),
      ask({ volume_max_step_day: 4 }),
    ]
    refusals = [undefined, { body: { status: 'ok' } }]
    const answer = server.answer
    server.answer = (received) => {
      const answered = answer(received)
      if (received.method === 'PUT' && calls().length > 3)
        config = config.replace(/}$/, ',"nightAmbientColour":"#102030"}')
      return answered
    }
    go()
    const refused = { code: 'refused', message: 'Yoto did not take volume_max_step_day of player y1' }
    expect(await Promise.all(waiting)).toMatchObject([refused, { ambient_night: '#102030' }, refused])
  })

  test('one whose time has run out is refused, and what it wished is not written with the others', async () => {
    const go = await busy()
    const late = ask({ volume_max_step_night: 2 })
    const superseded = ask({ volume_max_step_day: 3 })
    await clock.advance(6_000)
    const newer = ask({ volume_max_step_day: 4 })
    await clock.advance(4_000)
    go()
    expect(await late).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('was not possible in time'),
    })
    expect(await Promise.all([superseded, newer])).toMatchObject([
      { volume_max_step_day: 4 },
      { volume_max_step_day: 4 },
    ])
    expect(JSON.parse(config)).toMatchObject({ maxVolumeLimit: '4', nightMaxVolumeLimit: '8' })
  })

  test('one that runs out of time while it is written does not take the others with it', async () => {
    const go = await busy()
    const first = ask({ volume_max_step_night: 2 })
    await clock.advance(5_000)
    const second = ask({ volume_max_step_day: 4 })
    const { answer } = server
    server.answer = (received) => (calls().length === 4 ? new Promise(() => {}) : answer(received))
    go()
    await advanceUntil(clock, () => calls().length === 4, 0)
    await clock.advance(5_000)
    expect(await first).toMatchObject({ code: 'unavailable' })
    expect(await outcomeOf(second)).toMatchObject({ volume_max_step_day: 4 })
    expect(JSON.parse(config)).toMatchObject({ maxVolumeLimit: '4', nightMaxVolumeLimit: '8' })
  })
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

test('while REST hangs, changes are told to be impossible within seconds, and are never written later', async () => {
  const answer = server.answer
  server.answer = () => new Promise(() => {})
  const start = clock.now().getTime()
  const steps = [1, 2, 3, 4, 5]
  const ends: { code?: string; seconds: number }[] = []
  for (const step of steps)
    api
      .changeSettings('y1', { volume_max_step_day: step })
      .catch((thrown: AppError) =>
        ends.push({ code: thrown.code, seconds: (clock.now().getTime() - start) / 1000 }),
      )
  await advanceUntil(clock, () => ends.length === steps.length)
  for (const { code, seconds } of ends) {
    expect(code).toBe('unavailable')
    expect(seconds).toBeLessThanOrEqual(11)
  }
  server.answer = answer
  await clock.advance(300_000)
  await settle()
  expect(calls()).not.toContain('PUT')
  expect(await outcomeOf(api.changeSettings('y1', { volume_max_step_day: 6 }))).toMatchObject({
    volume_max_step_day: 6,
  })
})

test('a change whose turn comes too late says so and is not written', async () => {
  const { answer } = server
  server.answer = (received) => (calls().length === 3 ? new Promise(() => {}) : answer(received))
  const first = api.changeSettings('y1', { volume_max_step_day: 3 }).catch((thrown: Error) => thrown)
  await advanceUntil(clock, () => calls().length === 3, 0)
  const second = api.changeSettings('y1', { volume_max_step_day: 4 }).catch((thrown: Error) => thrown)
  await clock.advance(11_000)
  expect(await first).toMatchObject({ code: 'unavailable' })
  expect(await second).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('was not possible in time'),
  })
  expect(JSON.parse(config)).toMatchObject({ maxVolumeLimit: '3' })
  expect(calls()).toEqual(['GET', 'PUT', 'GET'])
})

test('a reading that hangs keeps no change waiting, and tells nothing older than the change', async () => {
  const { answer } = server
  let answerReading = () => {}
  server.answer = (received) => {
    server.answer = answer
    const old = answer(received)
    return new Promise((resolve) => {
      answerReading = () => resolve(old)
    })
  }
  const reading = api.config('y1')
  await advanceUntil(clock, () => calls().length > 0, 0)
  await api.changeSettings('y1', { volume_max_step_day: 7 })
  answerReading()
  expect((await reading).settings).toMatchObject({ volume_max_step_day: 7 })
})

test('a token that does not come ends a change in time', async () => {
  const hanging = new YotoApi({
    apiUrl: 'http://127.0.0.1:9',
    accessToken: () => new Promise(() => {}),
    clock,
    log: recordingLog(),
  })
  const start = clock.now().getTime()
  expect(await outcomeOf(hanging.changeSettings('y1', { volume_max_step_day: 7 }))).toMatchObject({
    code: 'unavailable',
    message: 'PUT /device-v2/y1/config at Yoto was not done within 10 s',
  })
  expect(clock.now().getTime() - start).toBeLessThanOrEqual(11_000)
})
