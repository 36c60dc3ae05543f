import { expect, test } from 'vitest'
import { PlayersReady } from '../../src/wiring/players-ready.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const pause = { kind: 'command', player: 'y1', command: { type: 'pause' } } as const

function readyWhen(isReached: () => boolean) {
  const clock = new VirtualClock()
  return { clock, ready: new PlayersReady({ isReached, clock }) }
}

test('what is for players waits until they are reached; nothing else does', async () => {
  let isReached = false
  const { clock, ready } = readyWhen(() => isReached)
  expect(ready.of({ kind: 'log', message: 'x' })).toBeNull()
  let isTold = false
  void ready.of(pause)?.then(() => {
    isTold = true
  })
  await clock.advance(5_000)
  expect(isTold).toBe(false)
  expect(ready.of({ kind: 'send-on', stream: 'bedroom' })).not.toBeNull()
  isReached = true
  await clock.advance(250)
  expect(isTold).toBe(true)
  isReached = false
  expect(ready.of(pause)).toBeNull()
})

test('players that are not reached are tried after 20 seconds, and when the product stops', async () => {
  const { clock, ready } = readyWhen(() => false)
  const waited = ready.of(pause)
  await clock.advance(20_000)
  await waited
  expect(ready.of(pause)).toBeNull()

  const other = readyWhen(() => false).ready
  const stopped = other.of(pause)
  await other.stop()
  await stopped
})
