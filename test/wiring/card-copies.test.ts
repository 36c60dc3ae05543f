import { expect, test } from 'vitest'
import type { TrackAudio } from '../../src/core/card-audio.ts'
import { AppError } from '../../src/core/error.ts'
import { CardCopies, type CopyUnderWay } from '../../src/wiring/card-copies.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const card = 'abcDE'
const track: TrackAudio = {
  ...{ id: 'yoto:#one', title: 'One', format: 'mp3' },
  url: new URL('https://audio.test/one'),
}

/** One run of the program after another, with the same store and account. */
function household() {
  const underWay = memoryCollection<CopyUnderWay>()
  const records = memoryCollection<unknown>()
  const clock = new VirtualClock()
  const filled: string[] = []
  const log = recordingLog()
  const is = { away: false, gone: false, silent: false }
  const run = () =>
    new CardCopies({
      ...{ underWay, records, clock, log, random: () => 0 },
      async audio() {
        if (is.away) throw new AppError('unavailable', 'nobody is signed in')
        if (is.gone) throw new AppError('not_found', 'there is no such card')
        return { title: 'Songs', tracks: [track], leftOut: [] }
      },
      async fetch(_, { signal }) {
        while (is.silent) {
          signal.throwIfAborted()
          await new Promise((resolve) => setImmediate(resolve))
        }
        return { from: 0, size: 3, bytes: bytes() }
      },
      uploads: {
        begin: async () => ({ id: 'u', received: 0 }) as never,
        receive: async () => undefined as never,
      },
      has: async () => true,
      async fill(stream) {
        filled.push(stream)
      },
    })
  return { run, is, filled, underWay, clock, log }
}

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(3)
}

test('what the end of the program broke off goes on with the next one, once the account answers', async () => {
  const { run, is, filled, clock } = household()
  is.silent = true
  const first = run()
  await first.begin({ cardId: card, stream: 'old' })
  await first.stop()
  expect(filled).toEqual([])

  Object.assign(is, { silent: false, away: true })
  const second = run()
  const resumed = second.resume()
  await clock.advance(30_000)
  expect(second.of(card)).toBeUndefined()
  is.away = false
  await clock.advance(60_000)
  await resumed
  await expect.poll(() => second.of(card)?.state).toBe('done')
  expect(filled).toEqual(['old'])

  // It has come to its end, so that is it.
  const third = run()
  await third.resume()
  expect(third.of(card)).toBeUndefined()
  expect(filled).toEqual(['old'])
})

test.each([
  ['is gone', { gone: true }, 0],
  ['was asked for a day ago', {}, 25 * 60 * 60 * 1_000],
])('one whose card %s is not copied on, and that is said', async (_, trouble, laterMs) => {
  const { run, is, filled, underWay, clock, log } = household()
  is.silent = true
  const first = run()
  await first.begin({ cardId: card, stream: 'old' })
  await first.stop()
  await clock.advance(laterMs)
  Object.assign(is, { silent: false }, trouble)
  const next = run()
  await next.resume()
  expect(next.of(card)).toBeUndefined()
  expect(filled).toEqual([])
  expect(await underWay.entries()).toEqual([])
  expect(log.lines.map(({ message }) => message)).toContain('a card that was being copied is not copied on')
})
