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

const pace = 20

let clock: Clock
let cloud: SimulatedCloud
let rest: Server & { isAway?: boolean }
let link: CloudLink
let hub: Hub
let states: LinkState[]
let account: Account
/** The lists of players that REST was asked for. */
let lists: number
/** What every wait draws as its share of chance. */
let drawn: number

beforeEach(async () => {
  clock = fastClock(pace)
  cloud = await startCloud({ clock, log: recordingLog(), approveAfterPolls: 0 })
  rest = createServer((asked, answer) => {
    if (asked.url?.endsWith('/mine')) lists++
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
  lists = 0
  drawn = 0
  account = new Account({
    ...cloud,
    redirectUri: null,
    tokens: memoryCollection(),
    hide: () => undefined,
    clock,
    log: recordingLog(),
  })
  hub = new Hub({
    queues: memoryCollection(),
    card: () => ({ layout: null, stream: null }),
    newId: () => 'id',
    clock,
    log: recordingLog(),
  })
  link = new CloudLink({
    cloud: { ...cloud, apiUrl: `http://127.0.0.1:${(rest.address() as AddressInfo).port}` },
    account,
    changed: (state) => states.push(state),
    clock,
    random: () => drawn,
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
  expect(link.state()).toMatchObject({ connected: true, account: 'signed_in' })
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

const house = () => ({ hub, cardFacts: () => ({ layout: null, stream: null }) })
const arePlayersListed = () => hub.players().length === 2
const secondsSince = (start: Date) => (clock.now().getTime() - start.getTime()) / 1000
const realMs = (seconds: number) => (seconds * 1000) / pace

test('after minutes without the players they are there within seconds of a new connection', async () => {
  rest.isAway = true
  drawn = 0.999
  await link.start(house())
  // After five tries of four calls the next is ten seconds away.
  await until('the fifth try is over', () => lists >= 20)
  await new Promise((resolve) => setTimeout(resolve, realMs(1)))
  expect(hub.players()).toEqual([])
  rest.isAway = false
  const droppedAt = clock.now()
  cloud.dropConnections()
  await until('the players are there', arePlayersListed)
  expect(secondsSince(droppedAt)).toBeLessThan(5)
})

test('a new sign-in lists the players at once, and nothing is asked for while nobody is signed in', {
  tags: 'slow',
}, async () => {
  rest.isAway = true
  await link.start(house())
  await until('it is said that the players cannot be read', () => states.at(-1)?.unlisted != null)
  await new Promise((resolve) => setTimeout(resolve, realMs(40)))
  await account.signOut()
  rest.isAway = false
  // What was under way may still arrive.
  await new Promise((resolve) => setTimeout(resolve, realMs(10)))
  const asked = lists
  await new Promise((resolve) => setTimeout(resolve, realMs(40)))
  expect(lists).toBe(asked)
  expect(hub.players()).toEqual([])
  await link.listPlayers()
  account.signInAgain()
  await until('somebody is signed in', () => account.state() === 'signed_in')
  const signedInAt = clock.now()
  await until('the players are there', arePlayersListed)
  // Without that they would be listed some ten minutes later; the clock runs fast, and a busy machine does not.
  expect(secondsSince(signedInAt)).toBeLessThan(120)
})

test('signing out twice in a row leaves one connection, which ends with the next sign-out', {
  tags: 'slow',
}, async () => {
  await link.start(house())
  await until('it is connected', () => link.state().connected)
  await Promise.all([account.signOut(), account.signInAgain(), account.signOut()])
  account.signInAgain()
  await until('it is connected again', () => link.state().connected && account.state() === 'signed_in')
  await new Promise((resolve) => setTimeout(resolve, realMs(10)))
  await account.signOut()
  await until('the connection has ended', () => !link.state().connected)
  states = []
  account.signInAgain()
  await until('it is connected once more', () => link.state().connected)
  await link.stop()
  const end = states.length
  cloud.dropConnections()
  await new Promise((resolve) => setTimeout(resolve, realMs(20)))
  expect(states.length).toBe(end)
})
