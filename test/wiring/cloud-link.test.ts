import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clock } from '../../src/core/clock.ts'
import { Hub } from '../../src/hub.ts'
import { type SimulatedCloud, startCloud } from '../../src/simulator/cloud.ts'
import { CloudLink, type LinkState } from '../../src/wiring/cloud-link.ts'
import { Account } from '../../src/yoto/account.ts'
import { fastClock } from '../support/fast-clock.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { until } from '../support/running-app.ts'

let clock: Clock
let cloud: SimulatedCloud
let rest: Server & { isAway?: boolean }
let link: CloudLink
let hub: Hub
let states: LinkState[]

beforeEach(async () => {
  clock = fastClock(10)
  cloud = await startCloud({ clock, log: recordingLog(), approveAfterPolls: 0 })
  rest = createServer((asked, answer) => {
    if (rest.isAway) return void answer.writeHead(503).end()
    const { method, url, headers } = asked
    const passed = request(`${cloud.apiUrl}${url}`, { method, headers }, (real) => {
      answer.writeHead(real.statusCode ?? 500, real.headers)
      real.pipe(answer)
    })
    asked.pipe(passed)
  })
  await new Promise<void>((resolve) => rest.listen(0, '127.0.0.1', resolve))
  states = []
  hub = new Hub({
    queues: memoryCollection(),
    card: () => ({ layout: null, stream: null }),
    newId: () => 'id',
    clock,
    log: recordingLog(),
  })
  link = new CloudLink({
    cloud: { ...cloud, apiUrl: `http://127.0.0.1:${(rest.address() as AddressInfo).port}` },
    account: new Account({
      ...cloud,
      redirectUri: null,
      tokens: memoryCollection(),
      hide: () => undefined,
      clock,
      log: recordingLog(),
    }),
    changed: (state) => states.push(state),
    clock,
    random: () => 0,
    log: recordingLog(),
  })
})

afterEach(async () => {
  await link.stop()
  rest.closeAllConnections()
  rest.close()
  await cloud.stop()
})

test('players come as soon as REST is back, although the live connection was there long before', async () => {
  rest.isAway = true
  await link.start({ hub, cardFacts: () => ({ layout: null, stream: null }) })
  await until('it is said that the players cannot be read', () => states.at(-1)?.unlisted != null)
  expect(link.state()).toMatchObject({ connected: true, account: 'signed-in' })
  expect(hub.players()).toEqual([])
  rest.isAway = false
  await until('the players are there', () => hub.players().length === 2)
  await until('nothing is wrong any more', () => link.state().unlisted === null)
  await until('the players have spoken', () =>
    hub.players().every((player) => player.volume_max_step !== null),
  )
})

test('a command to a player that is not the account’s, or that refuses it, is an error', async () => {
  await link.start({ hub, cardFacts: () => ({ layout: null, stream: null }) })
  await until(
    'the players are there',
    () => hub.players().every((player) => player.online) && hub.players().length > 0,
  )
  await expect(link.command('stranger', { type: 'pause' })).rejects.toThrow('there is no player "stranger"')
  const id = hub.players()[0]?.id ?? ''
  await expect(link.command(id, { type: 'play' })).rejects.toThrow('nothing to go on with')
})
