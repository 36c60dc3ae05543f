import { expect, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { Hub } from '../../src/hub.ts'
import { PlayerList } from '../../src/wiring/player-list.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const hourMs = 3_600_000

/** A list at a Yoto that answers with its players, until it is told to fail. */
function house() {
  const clock = new VirtualClock()
  const log = recordingLog()
  const hub = new Hub({
    queues: memoryCollection(),
    card: () => ({ layout: null, stream: null }),
    newId: () => 'id',
    clock,
    log,
  })
  const yoto = { isAway: false, asked: 0 }
  const list = new PlayerList({
    api: {
      async players() {
        yoto.asked += 1
        if (yoto.isAway) throw new AppError('unavailable', 'Yoto answered 503')
        return [{ id: 'y1', name: 'Nursery', model: null, online: true }]
      },
      config: async () => ({ settings: {}, shadow: {} }),
    },
    hub: () => hub,
    mayRead: () => true,
    read: () => undefined,
    faultChanged: () => undefined,
    clock,
    random: () => 1,
    log,
  })
  return { list, yoto, hub, clock }
}

test('players that nobody knows yet are asked for every ten seconds, however long that takes', async () => {
  const { list, yoto, hub, clock } = house()
  yoto.isAway = true
  const reading = list.read()
  await clock.advance(hourMs)
  expect(yoto.asked).toBeGreaterThan(hourMs / 10_000)
  yoto.isAway = false
  await clock.advance(10_000)
  await reading
  expect(hub.players()).toMatchObject([{ id: 'y1' }])
})

test('players that are known are asked for once a minute while Yoto fails, and at once when it is there again', async () => {
  const { list, yoto, clock } = house()
  await list.read()
  yoto.isAway = true
  yoto.asked = 0
  const reading = list.read()
  await clock.advance(hourMs)
  expect(yoto.asked).toBeGreaterThan(55)
  expect(yoto.asked).toBeLessThan(70)
  yoto.isAway = false
  list.readNow()
  await clock.advance(0)
  await reading
  expect(list.fault).toBeNull()
})
