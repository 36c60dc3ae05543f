import { afterEach, expect, test } from 'vitest'
import { type SimulatedCloud, startCloud } from '../../src/simulator/cloud.ts'
import { fastClock } from '../support/fast-clock.ts'
import { recordingLog } from '../support/recording-log.ts'
import { listenTo, type RunningApp, runApp } from '../support/running-app.ts'

interface Health {
  readonly cloud: {
    readonly account: string
    readonly connected: boolean
    readonly account_reason: string | null
    readonly sign_in: Readonly<Record<'url' | 'code', string>> | null
    readonly unlisted: string | null
  }
  readonly problems: readonly string[]
  readonly problem_names: readonly string[]
}

// Only a machine with much else to do needs as long.
const within = { timeout: 30_000 }

let cloud: SimulatedCloud
let house: RunningApp
let broker: Awaited<ReturnType<typeof listenTo>>

async function begin({ pace, ...more }: { pace: number; tokenLifeSeconds?: number }): Promise<void> {
  const signIn = { deviceCode: 'ignored' } as const
  cloud = await startCloud({
    clock: fastClock(pace),
    log: recordingLog(),
    approveAfterPolls: 0,
    signIn,
    ...more,
  })
  house = await runApp({
    pace,
    env: {
      YOTO_STREAM_SIMULATE: 'never',
      YOTO_STREAM_YOTO_CLIENT_ID: cloud.clientId,
      YOTO_STREAM_YOTO_API_URL: cloud.apiUrl,
      YOTO_STREAM_YOTO_AUTH_URL: cloud.authUrl,
      YOTO_STREAM_YOTO_MQTT_URL: cloud.mqttUrl,
    },
  })
  broker = await listenTo(house.app.mqttUrl)
}

afterEach(async () => {
  await broker.stop()
  await house.remove()
  await cloud.stop()
})

const health = async () => (await house.call('GET', '/health')).body as Health
const names = async () => (await health()).problem_names

/** What Home Assistant holds of it. */
function info(): Health & { readonly cloud_connected: boolean } {
  const said = broker.heard.filter(({ topic }) => topic === 'yoto/bridge/info').at(-1)
  return JSON.parse(said?.payload ?? '{}')
}

test('what is wrong with account, connection and players has its name, on REST and MQTT, with what its words need', async () => {
  await begin({ pace: 10 })
  await expect.poll(async () => (await health()).cloud.sign_in, within).not.toBeNull()
  const { cloud: pending, problems, problem_names } = await health()
  expect([pending.account, pending.account_reason, problem_names]).toEqual(['pending', null, ['account']])
  expect(problems).toEqual([
    expect.stringContaining(`open ${pending.sign_in?.url} and enter the code ${pending.sign_in?.code}`),
  ])
  await expect.poll(() => info().problem_names, within).toEqual(['account'])

  const list = { call: /^GET \/device-v2\/devices\/mine/, status: 500, times: Number.POSITIVE_INFINITY }
  cloud.restTrouble.add(list)
  cloud.signIn.traps.deviceCode = 'approved'
  await expect.poll(names, within).toEqual(['players'])
  expect((await health()).problems[0]).toContain((await health()).cloud.unlisted)
  cloud.refuseConnections(true)
  cloud.dropConnections()
  await expect.poll(names, within).toEqual(['connection'])
  await expect.poll(() => info().problem_names, within).toEqual(['connection'])
  cloud.restTrouble.clear()
  cloud.refuseConnections(false)
  await expect.poll(names, within).toEqual([])
  expect((await health()).cloud).toMatchObject({ account: 'signed_in', account_reason: null, sign_in: null })
}, 90_000)

test('Home Assistant hears that the connection ends with the last token, although the problem stays the same', {
  timeout: 90_000,
  tags: 'slow',
}, async () => {
  await begin({ pace: 20, tokenLifeSeconds: 120 })
  cloud.signIn.traps.deviceCode = 'approved'
  await expect.poll(() => info().cloud_connected, within).toBe(true)
  cloud.signIn.traps.deviceCode = 'unauthorized_client'
  cloud.signIn.revokeAll()
  await expect.poll(info, within).toMatchObject({
    cloud_connected: false,
    cloud: { account: 'sign_in_again', account_reason: 'invalid_grant', connected: false },
    problem_names: ['account'],
  })
})
