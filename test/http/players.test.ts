import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PlayerCommand } from '../../src/core/effect.ts'
import { AppError } from '../../src/core/error.ts'
import type { Listener } from '../../src/http/server.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'

let door: Listener
let commands: PlayerCommand[]
/** What the next command ends in. */
let fault: AppError | undefined

beforeEach(async () => {
  commands = []
  fault = undefined
  const house = houseWith()
  door = await openPanelDoor({
    ...house,
    perform: async (effect) => {
      if (fault !== undefined) throw fault
      if (effect.kind === 'command') commands.push(effect.command)
    },
  })
})

afterEach(() => door.stop())

async function call(method: string, path: string, body: unknown) {
  const answer = await fetch(`${door.url}/api/players/${path}`, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

test('settings are one command, with only what was named', async () => {
  const settings = { volume_max_step_day: 0, ambient_night: 'off' }
  expect(await call('PUT', 'y1/settings', settings)).toMatchObject({
    status: 200,
    body: { success: true, player: { id: 'y1' } },
  })
  expect(commands).toEqual([{ type: 'settings', settings }])
})

test.each([
  [{}],
  [{ volume_max_step_day: 17 }],
  [{ volume_max_step_day: '5' }],
  [{ volume_max_step_night: 2.5 }],
  [{ ambient_day: '#0' }],
  [{ ambient_day: null }],
  [{ ambient_day: 'off', dayTime: '07:00' }],
])('settings of %j are refused', async (settings) => {
  expect((await call('PUT', 'y1/settings', settings)).status).toBe(422)
  expect(commands).toEqual([])
})

test('the light is set now, as a colour or off', async () => {
  expect((await call('POST', 'y1/ambient', { light: '#FF8800' })).status).toBe(200)
  expect((await call('POST', 'y1/ambient', { light: 'off' })).status).toBe(200)
  expect(commands).toEqual([
    { type: 'nightlight', light: '#ff8800' },
    { type: 'nightlight', light: 'off' },
  ])
  for (const body of [{}, { light: 'red' }, { light: '#ff88001' }, { light: 'off', now: true }])
    expect((await call('POST', 'y1/ambient', body)).status).toBe(422)
  expect((await call('POST', 'y2/ambient', { light: 'off' })).status).toBe(404)
})

test('Bluetooth is switched, and a picture shown', async () => {
  expect((await call('POST', 'y1/bluetooth', { action: 'on', role: 'speaker' })).status).toBe(200)
  expect((await call('POST', 'y1/bluetooth', { action: 'off' })).status).toBe(200)
  expect((await call('POST', 'y1/picture', { uri: '/icons/sun', seconds: 9, animated: true })).status).toBe(
    200,
  )
  expect(commands).toEqual([
    { type: 'bluetooth', action: 'on', role: 'speaker' },
    { type: 'bluetooth', action: 'off' },
    { type: 'picture', uri: '/icons/sun', seconds: 9, animated: true },
  ])
  for (const body of [{}, { action: 'loud' }, { action: 'on', role: 'both' }, { action: 'on', mac: 'aa:bb' }])
    expect((await call('POST', 'y1/bluetooth', body)).status).toBe(422)
  for (const body of [{}, { uri: '' }, { uri: '/icons/sun', seconds: 0 }, { uri: '/icons/sun', animated: 1 }])
    expect((await call('POST', 'y1/picture', body)).status).toBe(422)
})

test('a sleep timer runs for seconds, or until an end', async () => {
  expect((await call('POST', 'y1/sleep-timer', { seconds: 600 })).status).toBe(200)
  expect((await call('POST', 'y1/sleep-timer', { until: 'chapter' })).status).toBe(200)
  expect(commands).toEqual([
    { type: 'sleep-timer', seconds: 600 },
    { type: 'sleep-timer', until: 'chapter' },
  ])
  for (const body of [{}, { until: 'card' }, { seconds: 1, until: 'track' }, { seconds: -1 }])
    expect((await call('POST', 'y1/sleep-timer', body)).status).toBe(422)
})

test('a player that says no, or nothing, makes an error with its reason', async () => {
  fault = new AppError('refused', 'player y1 answered FAIL to ambients/set')
  expect(await call('POST', 'y1/ambient', { light: 'off' })).toEqual({
    status: 502,
    body: { error: { code: 'refused', message: fault.message } },
  })
  fault = new AppError('unanswered', 'player y1 did not answer')
  expect(await call('POST', 'y1/ambient', { light: 'off' })).toMatchObject({
    status: 502,
    body: { error: { code: 'unanswered' } },
  })
})
