import { expect, test } from 'vitest'
import {
  applyPatch,
  changedKeys,
  percentFromStep,
  stepFromPercent,
  unknownPlayer,
} from '../../src/core/player.ts'

test('a patch changes only what it says', () => {
  const player = applyPatch(unknownPlayer('y1', 'Nursery'), { battery_percent: 80, card_id: '08' })
  expect(player).toMatchObject({
    id: 'y1',
    name: 'Nursery',
    battery_percent: 80,
    card_id: '08',
    playback: null,
  })
})

test('a patch that says nothing new leaves the very same state', () => {
  const player = applyPatch(unknownPlayer('y1', 'Nursery'), { volume_step: 0 })
  expect(applyPatch(player, { volume_step: 0, card_id: null })).toBe(player)
  expect(changedKeys(player, { volume_step: 0, online: true })).toEqual(['online'])
})

test('each volume step survives the way through percent', () => {
  for (let step = 0; step <= 16; step++) expect(stepFromPercent(percentFromStep(step))).toBe(step)
})

test.each([
  [-5, 0],
  [6, 0],
  [7, 1],
  [49, 7],
  [50, 8],
  [99, 15],
  [250, 16],
])('%i percent is step %i, never a louder one', (percent, step) => {
  expect(stepFromPercent(percent)).toBe(step)
})
