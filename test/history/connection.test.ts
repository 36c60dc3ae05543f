import { beforeEach, expect, test } from 'vitest'
import { Connection } from '../../src/history/connection.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { memoryStore, startHistory } from './support.ts'

let clock: VirtualClock
let history: Awaited<ReturnType<typeof startHistory>>
let connection: Connection

beforeEach(async () => {
  clock = new VirtualClock()
  history = await startHistory({ store: memoryStore().store, clock })
  connection = new Connection({ history, clock })
})

const here = { connected: true, account: 'signed_in', reason: null } as const
const away = (
  reason: string,
  account: 'signed_in' | 'signed_out' | 'pending' | 'sign_in_again' = 'signed_in',
) => connection.changed({ connected: false, account, reason })
/** The oldest first. */
const told = () =>
  history
    .find({ kind: 'connection', limit: 99 })
    .entries.toReversed()
    .map(({ what }) => ('account' in what ? [what.type, what.account, what.reason] : []))

const connected = ['connected', 'signed_in', null]

test('a start that comes to a connection is one entry, whatever it is on the way', async () => {
  away('not started', 'pending')
  away('not signed in to Yoto', 'pending')
  await clock.advance(20_000)
  away('not signed in to Yoto')
  await clock.advance(20_000)
  connection.changed(here)
  await clock.advance(600_000)
  expect(told()).toEqual([connected])
})

test('a start without a connection is one entry, whatever the reasons', async () => {
  away('not started')
  away('getaddrinfo ENOTFOUND')
  expect(told()).toEqual([])
  for (let count = 0; count < 20; count++) {
    await clock.advance(5_000)
    away(`timeout ${count}`)
  }
  expect(told()).toHaveLength(1)
  expect(told()[0]?.slice(0, 2)).toEqual(['disconnected', 'signed_in'])
  connection.changed(here)
  expect(told().slice(1)).toEqual([connected])
})

test('it went once, and came once', async () => {
  connection.changed(here)
  away('the broker closed the connection')
  expect(told()).toEqual([connected, ['disconnected', 'signed_in', 'the broker closed the connection']])
  await clock.advance(120_000)
  away('ECONNREFUSED')
  await clock.advance(120_000)
  connection.changed(here)
  connection.changed({ ...here })
  expect(told().slice(2)).toEqual([connected])
})

test('that somebody has to sign in is news, once that stays so', async () => {
  connection.changed(here)
  away('ECONNREFUSED')
  away('invalid_grant', 'sign_in_again')
  expect(told()).toHaveLength(2)
  await clock.advance(31_000)
  expect(told().slice(2)).toEqual([['disconnected', 'sign_in_again', 'Yoto asks for a new sign-in']])
  away('not signed in to Yoto', 'signed_out')
  away('not signed in to Yoto', 'pending')
  await clock.advance(600_000)
  expect(told()).toHaveLength(3)
  // On its way from a sign-in to a connection.
  away('not signed in to Yoto', 'signed_in')
  await clock.advance(5_000)
  connection.changed(here)
  expect(told().slice(3)).toEqual([connected])
})

test('whoever signs out reads that nobody is signed in', () => {
  connection.changed(here)
  connection.changed({ ...here, account: 'signed_out' })
  away('stopped', 'signed_out')
  away('not signed in to Yoto', 'signed_out')
  expect(told()).toEqual([connected, ['disconnected', 'signed_out', 'nobody is signed in to Yoto']])
})

test('what has not settled when it stops is not told', async () => {
  away('not started')
  connection.stop()
  await clock.advance(600_000)
  expect(told()).toEqual([])
})
