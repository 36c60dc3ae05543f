import { expect, test } from 'vitest'
import { statePace } from '../../src/broker/published-state.ts'
import { StatePacer } from '../../src/broker/state-pacer.ts'
import type { PlayerState } from '../../src/core/player.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { player } from './support.ts'

function subject() {
  const clock = new VirtualClock()
  const said: PlayerState[] = []
  const pacer = new StatePacer({
    clock,
    pace: statePace,
    publish: (_id, payload) => said.push(JSON.parse(payload)),
  })
  const changed = (patch: Partial<PlayerState>) => pacer.changed(player('abc', patch))
  return { clock, changed, said }
}

test('a sleep timer that runs down is said once a second at most, and at once when it begins and ends', async () => {
  const { clock, changed, said } = subject()
  changed({ sleep_timer_s: 0 })
  changed({ sleep_timer_s: 600 })
  for (let sleep_timer_s = 599; sleep_timer_s > 579; sleep_timer_s -= 1) {
    await clock.advance(100)
    changed({ sleep_timer_s })
  }
  changed({ sleep_timer_s: 0 })
  await clock.advance(5000)
  expect(said.map(({ sleep_timer_s }) => sleep_timer_s)).toEqual([0, 600, 591, 581, 0])
})

test('a timer that becomes unknown is no timer that runs', () => {
  const { changed, said } = subject()
  changed({ sleep_timer_s: 600 })
  changed({ sleep_timer_s: null })
  expect(said.map(({ sleep_timer_s }) => sleep_timer_s)).toEqual([600, null])
})
