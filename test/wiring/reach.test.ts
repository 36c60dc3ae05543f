import { expect, test } from 'vitest'
import { Reach } from '../../src/wiring/reach.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

test('what players said stands for five minutes without a connection, however often it is lost anew', async () => {
  const clock = new VirtualClock()
  const told: boolean[] = []
  const reach = new Reach({ clock, changed: () => told.push(reach.isGiven) })
  reach.linkChanged({ connected: true })
  reach.linkChanged({ connected: false })
  await clock.advance(299_000)
  reach.linkChanged({ connected: false })
  expect(told).toEqual([])
  await clock.advance(2_000)
  expect(told).toEqual([false])
  reach.linkChanged({ connected: true })
  expect(told).toEqual([false, true])
})

test('a connection in time leaves everything as it was', async () => {
  const clock = new VirtualClock()
  const told: boolean[] = []
  const reach = new Reach({ clock, changed: () => told.push(reach.isGiven) })
  reach.linkChanged({ connected: false })
  await clock.advance(200_000)
  reach.linkChanged({ connected: true })
  await clock.advance(600_000)
  expect([told, reach.isGiven]).toEqual([[], true])
})
