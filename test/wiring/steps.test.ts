import { expect, test } from 'vitest'
import { Steps, type Wanted } from '../../src/wiring/steps.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const player = { id: 'y1', name: 'Nursery' }
const next = { player, command: 'next' }

/** Steps whose works are ended by hand, and what has become of them. */
function stepsAt() {
  const clock = new VirtualClock()
  const steps = new Steps(clock)
  const done: string[] = []
  const ends: (() => void)[] = []
  const ask = (name: string, of = player) =>
    steps
      .take({ player: of, command: name }, () => {
        done.push(name)
        return new Promise((resolve) => ends.push(resolve))
      })
      .then(
        () => 'done',
        (error: Error) => error,
      )
  const endFirst = () => ends.shift()?.()
  return { clock, steps, done, ask, endFirst }
}

test('a step waits for the one before it, and one of another player for none', async () => {
  const { clock, done, ask, endFirst } = stepsAt()
  const first = ask('next')
  void ask('previous')
  void ask('seek', { id: 'y2', name: 'Den' })
  await clock.advance(4_999)
  expect(done).toEqual(['next', 'seek'])
  endFirst()
  expect(await first).toBe('done')
  await clock.advance(0)
  expect(done).toEqual(['next', 'seek', 'previous'])
})

test('a step whose turn comes seconds after it was asked for is refused with words, and never done', async () => {
  const { clock, done, ask, endFirst } = stepsAt()
  void ask('next')
  await clock.advance(1_000)
  const late = ask('previous')
  await clock.advance(5_000)
  const fresh = ask('restart')
  endFirst()
  expect(await late).toMatchObject({
    code: 'unavailable',
    message: '"previous" was not sent to player "Nursery": the command before it took too long',
  })
  await clock.advance(60_000)
  expect(done).toEqual(['next', 'restart'])
  endFirst()
  expect(await fresh).toBe('done')
})

test('a step that waits is refused when something else is asked for meanwhile', async () => {
  const { clock, steps, done, ask, endFirst } = stepsAt()
  void ask('next')
  const overtaken = ask('next')
  const another = ask('next', { id: 'y2', name: 'Den' })
  await clock.advance(0)
  steps.overtake('y1')
  const after = ask('seek')
  endFirst()
  expect(await overtaken).toMatchObject({
    code: 'conflict',
    message: '"next" was not sent to player "Nursery": a later command took its place',
  })
  await clock.advance(0)
  expect(done).toEqual(['next', 'next', 'seek'])
  endFirst()
  endFirst()
  expect([await another, await after]).toEqual(['done', 'done'])
})

test('a step that is at work knows how long it may wait, and that it was overtaken', async () => {
  const { clock, steps } = stepsAt()
  const wanted = await new Promise<Wanted>((resolve) => {
    void steps.take(next, async (asked) => resolve(asked))
  })
  await clock.advance(2_000)
  expect(wanted.leftMs()).toBe(3_000)
  wanted.check()
  steps.overtake('y1')
  expect(() => wanted.check()).toThrow('a later command took its place')
  await clock.advance(9_000)
  expect(wanted.leftMs()).toBe(0)
})
