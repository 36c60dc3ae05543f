import { expect, test } from 'vitest'
import { memoryCollection } from '../../src/core/memory-collection.ts'
import { openFirstHeard } from '../../src/wiring/first-steps.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

type Opening = Parameters<typeof openFirstHeard>[0]

async function keptBy(simulated: boolean): Promise<string[]> {
  const opened: string[] = []
  const opening = {
    input: { clock: new VirtualClock() },
    started: { add: () => undefined },
    foundation: {
      address: 'http://192.168.1.20:8098',
      log: recordingLog(),
      storage: {
        collection(name: string) {
          opened.push(name)
          return memoryCollection()
        },
      },
    },
    household: {
      simulated,
      cards: { published: { byCard: () => undefined } },
      hub: { subscribe: () => () => undefined },
    },
  }
  await openFirstHeard(opening as unknown as Opening)
  return opened
}

test('what simulated players have fetched is not kept, for it says nothing of the household’s own', async () => {
  expect(await keptBy(true)).toEqual([])
  expect(await keptBy(false)).toEqual(['first-steps'])
})
