import { expect, test } from 'vitest'
import { ToldLater } from '../../src/http/told-later.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

test('what is added is told of a little later, in order, and what comes behind it too', async () => {
  const clock = new VirtualClock()
  const log = recordingLog()
  const later = new ToldLater({ clock, log })
  const told: string[] = []
  for (const name of ['a', 'b', 'c']) later.add(() => told.push(name))
  await clock.advance(49)
  expect(told).toEqual([])
  await clock.advance(1)
  await expect.poll(() => told).toEqual(['a', 'b', 'c'])
  later.add(() => told.push('d'))
  await clock.advance(50)
  await expect.poll(() => told.at(-1)).toBe('d')
})

test('one that throws keeps none of the others back', async () => {
  const clock = new VirtualClock()
  const log = recordingLog()
  const later = new ToldLater({ clock, log })
  const told: string[] = []
  later.add(() => {
    told.push('a')
    throw new Error('it fails')
  })
  later.add(() => told.push('b'))
  await clock.advance(50)
  await expect.poll(() => told).toEqual(['a', 'b'])
  expect(log.lines).toMatchObject([{ level: 'error', detail: { error: 'it fails' } }])
})

test('at the stop all that waits is told of, and what still comes at once', async () => {
  const clock = new VirtualClock()
  const later = new ToldLater({ clock, log: recordingLog() })
  const told: string[] = []
  for (const name of ['a', 'b']) later.add(() => told.push(name))
  later.stop()
  expect(told).toEqual(['a', 'b'])
  later.add(() => told.push('c'))
  expect(told).toEqual(['a', 'b', 'c'])
  await clock.advance(50)
  expect(told).toEqual(['a', 'b', 'c'])
})
