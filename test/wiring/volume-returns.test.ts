import { expect, test } from 'vitest'
import type { Effect } from '../../src/core/effect.ts'
import { type PlayerPatch, unknownPlayer } from '../../src/core/player.ts'
import { type VolumeReturn, VolumeReturns } from '../../src/wiring/volume-returns.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const inAnHour = '2026-11-21T11:00:00.000Z'
const hourMs = 3_600_000

async function waiting(store = memoryCollection<VolumeReturn>(), clock = new VirtualClock()) {
  let patch: PlayerPatch = { online: true, volume_step: 3 }
  const sent: Effect[] = []
  const returns = new VolumeReturns({
    store,
    player: (id) => ({ ...unknownPlayer(id, 'Kids'), ...patch }),
    perform: async (effect) => void sent.push(effect),
    clock,
    log: recordingLog(),
  })
  await returns.start()
  return {
    store,
    clock,
    returns,
    says: (said: PlayerPatch) => {
      patch = { ...patch, ...said }
    },
    steps: () =>
      sent.map((effect) => effect.kind === 'command' && 'step' in effect.command && effect.command.step),
  }
}

test('a volume is put back when its time has come, to what it was before the first wind-down', async () => {
  const { returns, clock, steps, store } = await waiting()
  await returns.add('kids', { step: 9, left: 3, at: inAnHour })
  await returns.add('kids', { step: 5, left: 3, at: inAnHour })
  await clock.advance(hourMs - 1)
  expect(steps()).toEqual([])
  await clock.advance(2)
  expect(steps()).toEqual([9])
  expect(await store.entries()).toEqual([])
})

test('it is left where a hand has set it', async () => {
  const { returns, clock, steps, says } = await waiting()
  await returns.add('kids', { step: 9, left: 3, at: inAnHour })
  says({ volume_step: 5 })
  await clock.advance(2 * hourMs)
  expect(steps()).toEqual([])
})

test('it outlives a restart, and waits for a player that is off, but not till the next evening', async () => {
  const first = await waiting()
  await first.returns.add('kids', { step: 9, left: 3, at: inAnHour })
  await first.returns.add('den', { step: 7, left: 3, at: inAnHour })
  first.returns.stop()
  const second = await waiting(first.store, first.clock)
  second.says({ online: false })
  await first.clock.advance(3 * hourMs)
  expect(second.steps()).toEqual([])
  second.says({ online: true })
  await first.clock.advance(60_000)
  expect(second.steps()).toEqual([9, 7])

  await second.returns.add('kids', { step: 9, left: 3, at: first.clock.now().toISOString() })
  second.says({ online: false })
  await first.clock.advance(13 * hourMs)
  second.says({ online: true })
  await first.clock.advance(hourMs)
  expect(second.steps()).toEqual([9, 7])
})
