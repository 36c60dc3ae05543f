import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { PlayerState } from '../../src/core/player.ts'
import { listenTo, type RunningApp, runApp, until } from '../support/running-app.ts'

/*
 * What Home Assistant commands, on the topics that its entities name, through the whole product to simulated players
 * and back: nothing changes on the broker before the player has said so.
 */
let running: RunningApp
let broker: Awaited<ReturnType<typeof listenTo>>
let homeAssistant: MqttClient

beforeAll(async () => {
  // At the pace of the house: how long a message takes must not look like minutes of the sleep timer.
  running = await runApp({ pace: 1 })
  broker = await listenTo(running.app.mqttUrl)
  homeAssistant = await mqtt.connectAsync(running.app.mqttUrl)
  // A broker may still be handing over what it kept while the first commands change it.
  const kept = ['state', 'nightlight', 'ambient_day', 'ambient_night', 'sleep_timer', 'position']
  for (const id of [nursery(), den()])
    for (const name of kept) await broker.first(({ topic }) => topic === `yoto/${id}/${name}`)
})

afterAll(async () => {
  await homeAssistant?.endAsync()
  await broker?.stop()
  await running?.remove()
})

/** A player with a light, and one without. */
const nursery = () => idOf(0)
const den = () => idOf(1)

function idOf(index: number): string {
  const player = running.app.simulator?.players[index]
  if (player === undefined) throw new Error('no such simulated player')
  return player.id
}

/** What stands under a topic now. */
function said(topic: string): unknown {
  const last = broker.heard.findLast((message) => message.topic === topic)
  return last === undefined ? undefined : JSON.parse(last.payload)
}

const state = (id: string) => said(`yoto/${id}/state`) as PlayerState

interface Answer {
  readonly status: string
  readonly data: { readonly topic: string }
  readonly error?: { readonly code: string; readonly message: string }
}

/** Sends it as Home Assistant would, and waits for what the bridge answers. */
async function command(id: string, field: string, payload: string): Promise<Answer> {
  const topic = `yoto/${id}/set/${field}`
  const answers = () =>
    broker.heard
      .filter((message) => message.topic === 'yoto/bridge/response/set')
      .map((message) => JSON.parse(message.payload) as Answer)
      .filter(({ data }) => data.topic === topic)
  const before = answers().length
  await homeAssistant.publishAsync(topic, payload, { qos: 1 })
  await until(`${field} is answered`, () => answers().length > before)
  const answer = answers().at(-1)
  if (answer === undefined) throw new Error('no answer')
  return answer
}

const done = { status: 'ok' }

/** Holds within 10 s; fails with the difference. */
function soon(holds: () => void): Promise<void> {
  return vi.waitFor(holds, { timeout: 10_000, interval: 20 })
}

const stateIs = (id: string, wanted: Partial<PlayerState>) =>
  soon(() => expect(state(id)).toMatchObject(wanted))

describe('the night-light', () => {
  const lightIs = (wanted: object) =>
    soon(() => expect(said(`yoto/${den()}/nightlight`)).toMatchObject(wanted))

  test('is on in the colour that the player confirms, goes out, and comes back as it was', async () => {
    const orange = { state: 'ON', color: { r: 255, g: 136, b: 0 } }
    expect(await command(den(), 'nightlight', JSON.stringify(orange))).toMatchObject(done)
    await lightIs({ ...orange, color_mode: 'rgb', brightness: 255 })
    await stateIs(den(), { nightlight: '#ff8800' })

    expect(await command(den(), 'nightlight', '{"state": "OFF"}')).toMatchObject(done)
    await lightIs({ state: 'OFF' })
    await stateIs(den(), { nightlight: 'off' })

    expect(await command(den(), 'nightlight', '{"state": "ON", "brightness": 128}')).toMatchObject(done)
    await lightIs({ state: 'ON', brightness: 128 })
    await stateIs(den(), { nightlight: '#804400' })

    expect(await command(den(), 'nightlight', '#0000ff')).toMatchObject(done)
    await lightIs({ state: 'ON', color: { r: 0, g: 0, b: 255 } })
  })

  test('of a player that has none stays as it is', async () => {
    const { nightlight } = state(nursery())
    const { status, error } = await command(nursery(), 'nightlight', '#ff0000')
    expect({ status, code: error?.code }).toEqual({ status: 'error', code: 'conflict' })
    expect(error?.message).toContain('has no light: a Yoto Mini has none')
    expect(state(nursery())).toMatchObject({ nightlight })
  })
})

test('the ambient light of the day is what the cloud keeps of it, and "on" is the colour that it has', async () => {
  const lightIs = (wanted: object) =>
    soon(() => expect(said(`yoto/${den()}/ambient_day`)).toMatchObject(wanted))
  await lightIs({ state: 'ON', color: { r: 75, g: 224, b: 255 }, brightness: 217 })
  const blue = '{"state": "ON", "color": {"r": 18, "g": 52, "b": 86}}'
  expect(await command(den(), 'ambient_day', blue)).toMatchObject(done)
  await stateIs(den(), { ambient_day: '#123456' })
  await lightIs({ state: 'ON', brightness: 86 })
  expect(await command(den(), 'ambient_day', 'off')).toMatchObject(done)
  await lightIs({ state: 'OFF' })
  expect(await command(den(), 'ambient_day', '{"state": "ON"}')).toMatchObject(done)
  await stateIs(den(), { ambient_day: '#123456' })
})

test('the limits of day and night are confirmed, and hold the volume down at once', async () => {
  for (const field of ['volume_max_step_day', 'volume_max_step_night'] as const) {
    expect(await command(nursery(), field, '5')).toMatchObject(done)
    await stateIs(nursery(), { [field]: 5 })
  }
  await stateIs(nursery(), { volume_max_step: 5 })
  expect(await command(nursery(), 'volume_step', '12')).toMatchObject(done)
  await stateIs(nursery(), { volume_step: 5 })
  expect(await command(nursery(), 'volume_step', '3')).toMatchObject(done)
  await stateIs(nursery(), { volume_step: 3 })
  expect(await command(nursery(), 'volume_step', '17')).toMatchObject({ status: 'error' })
  expect(await command(nursery(), 'volume_max_step_day', '5.5')).toMatchObject({ status: 'error' })
  expect(state(nursery())).toMatchObject({ volume_step: 3, volume_max_step_day: 5 })
})

test('the sleep timer runs when the player says so, with an end that does not move', async () => {
  const end = () => (said(`yoto/${den()}/sleep_timer`) as { ends_at: string | null }).ends_at
  const left = () => state(den()).sleep_timer_s ?? 0
  expect(end()).toBeNull()
  expect(await command(den(), 'sleep_timer_s', '1200')).toMatchObject(done)
  await soon(() => expect(end()).not.toBeNull())
  await soon(() => expect(left()).toBeGreaterThan(1000))
  expect(left()).toBeLessThanOrEqual(1200)
  const first = end()
  while (left() >= 1199) expect(await command(den(), 'refresh', 'PRESS')).toMatchObject(done)
  expect(end()).toBe(first)
  // Nothing plays whose end it could wait for.
  expect(await command(den(), 'sleep_timer_s', 'track')).toMatchObject({ status: 'error' })
  expect(left()).toBeGreaterThan(1000)
  expect(await command(den(), 'sleep_timer_s', '0')).toMatchObject(done)
  await stateIs(den(), { sleep_timer_s: 0 })
  await soon(() => expect(end()).toBeNull())
})

test('a card plays when the player has it, and one that it cannot get changes nothing', async () => {
  const { cards } = (await running.call('GET', '/cards')).body as {
    cards: { card_id: string; stream: string }[]
  }
  const card = cards.find(({ stream }) => stream === 'bedroom')?.card_id ?? ''
  expect(await command(den(), 'card', card)).toMatchObject(done)
  const on = { card_id: card, card_title: 'bedroom' }
  await stateIs(den(), { ...on, playback: 'playing' })
  expect(await command(den(), 'card', 'nosuchcard')).toMatchObject({ status: 'error' })
  expect(state(den())).toMatchObject(on)
  expect(await command(den(), 'playback', 'stop')).toMatchObject(done)
  await stateIs(den(), { playback: 'stopped' })
})

test('Bluetooth is on when the player says so, and a picture is shown', async () => {
  expect(state(den()).bluetooth).toBe(false)
  expect(await command(den(), 'bluetooth', 'connect')).toMatchObject({
    status: 'error',
    error: { code: 'refused' },
  })
  expect(await command(den(), 'bluetooth', 'on')).toMatchObject(done)
  await stateIs(den(), { bluetooth: true })
  expect(await command(den(), 'bluetooth', 'delete-bonds')).toMatchObject(done)
  await stateIs(den(), { bluetooth: false })
  expect(await command(den(), 'picture', '/icons/sun')).toMatchObject(done)
  expect(running.app.simulator?.player(den())?.snapshot().picture).toBe('/icons/sun')
})
