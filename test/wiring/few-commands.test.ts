import { expect, test } from 'vitest'
import type { PlayerCommand } from '../../src/core/effect.ts'
import { withFewCommands } from '../../src/wiring/few-commands.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** Players that obey after a second. */
function house() {
  const clock = new VirtualClock()
  const obeyed: PlayerCommand[] = []
  const perform = withFewCommands(async (effect) => {
    if (effect.kind !== 'command') return
    obeyed.push(effect.command)
    await clock.sleep(1000)
  })
  const command = (act: PlayerCommand) => perform({ kind: 'command', player: 'y1', command: act }, 'REST')
  return { clock, obeyed, perform, command }
}

test('commands beyond the eighth are refused while eight are under way; all else is done', async () => {
  const { clock, obeyed, perform, command } = house()
  const acts = Promise.allSettled(Array.from({ length: 10 }, () => command({ type: 'play' })))
  await perform({ kind: 'log', message: 'x' }, 'REST')
  await clock.advance(1000)
  const refused = (await acts).filter(({ status }) => status === 'rejected')
  expect(refused).toMatchObject(Array(2).fill({ reason: { code: 'busy' } }))
  expect(obeyed).toHaveLength(8)
})

test('a slider ends at its last value, and nobody who moved it is told of a fault', async () => {
  const { clock, obeyed, command } = house()
  const moved = Array.from({ length: 60 }, (_, n) => command({ type: 'volume-percent', percent: n }))
  await clock.advance(10_000)
  await Promise.all(moved)
  expect(obeyed.map((act) => act.type === 'volume-percent' && act.percent)).toEqual([0, 1, 2, 3, 59])
})
