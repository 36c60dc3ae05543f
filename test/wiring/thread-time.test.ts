import { expect, test } from 'vitest'
import { ThreadTime } from '../../src/wiring/thread-time.ts'
import { ownTask, workedMs } from '../../src/wiring/thread-work.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

function watched(suspect: string | null = null) {
  const clock = new VirtualClock()
  const late: (readonly [string | null, boolean])[] = []
  let worked = 0
  const time = new ThreadTime({
    ...{ clock, suspect, workedMs: () => worked },
    late: (file, isBusy) => late.push([file, isBusy]),
  })
  const pass = async (ms: number, share: number) => {
    worked += ms * share
    await clock.advance(ms)
  }
  return { time, late, pass }
}

test('a file has ten seconds, those before and after another one together, and none while the thread waits', async () => {
  const { time, late, pass } = watched()
  time.at('a.yaml')
  await pass(6000, 1)
  time.at('b.yaml')
  await pass(9000, 1)
  time.at('a.yaml')
  time.pause()
  await pass(60_000, 0)
  time.goOn()
  await pass(3999, 1)
  expect(late).toEqual([])
  await pass(1, 1)
  expect(late).toEqual([['a.yaml', false]])
})

test.each([
  [0.79, true],
  [0.81, false],
])('with %d of the time of a processor, the machine was busy: %s', async (share, isBusy) => {
  const { time, late, pass } = watched()
  time.at('a.yaml')
  await pass(10_000, share)
  expect(late).toEqual([['a.yaml', isBusy]])
})

test('what the thread did at another file, or before it was at any, is not counted', async () => {
  const { time, late, pass } = watched()
  await pass(50_000, 1)
  time.at('a.yaml')
  await pass(9000, 1)
  time.at('b.yaml')
  await pass(10_000, 0.5)
  expect(late).toEqual([['b.yaml', true]])
})

test('while it is at all files, the largest is at fault; before it is at any, none is', async () => {
  const all = watched('big.yaml')
  all.time.at(null)
  await all.pass(10_000, 1)
  expect(all.late).toEqual([['big.yaml', false]])
  const none = watched('big.yaml')
  await none.pass(60_000, 1)
  expect(none.late).toEqual([[null, false]])
})

test('the work of a thread is its own, where the system says it, and that of the program elsewhere', () => {
  expect(ownTask() === null).toBe(process.platform !== 'linux')
  // The last is the number of no thread of this program.
  for (const task of [ownTask(), null, 1]) {
    const before = workedMs(task)
    // It ends when it has worked, however long that takes.
    for (let round = 0; round < 1e9 && workedMs(task) < before + 50; round++);
    expect(workedMs(task)).toBeGreaterThanOrEqual(before + 50)
  }
})
