import { expect, test } from 'vitest'
import { LibraryWatch } from '../../../src/audio/library/library-watch.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

test('what comes while the library is looked through is seen by another look right behind it', async () => {
  const clock = new VirtualClock()
  const ends: (() => void)[] = []
  const list = () => new Promise<[]>((resolve) => ends.push(() => resolve([])))
  const watch = new LibraryWatch({ library: { list }, changed: () => undefined, clock, log: recordingLog() })
  const first = watch.look()
  await watch.look()
  expect(ends).toHaveLength(1)
  ends[0]?.()
  await first
  await clock.advance(0)
  expect(ends).toHaveLength(2)
  ends[1]?.()
  await clock.advance(10_000)
  expect(ends).toHaveLength(2)
  await clock.advance(10_000)
  expect(ends).toHaveLength(3)
  watch.stop()
})
