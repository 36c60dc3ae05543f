import { expect, test } from 'vitest'
import { Line, mostEvents } from '../../src/broker/line.ts'

function subject() {
  const givenUp: string[] = []
  const settled: string[] = []
  const line = new Line({ eventGivenUp: (topic) => givenUp.push(topic) })
  const message = (topic: string, payload: string, retain: boolean) => ({
    topic,
    payload,
    retain,
    settled: () => settled.push(`${topic} ${payload}`),
  })
  return {
    line,
    givenUp,
    settled,
    keep: (topic: string, payload: string, follows = false) =>
      line.retain(message(topic, payload, true), { follows }),
    tell: (topic: string, payload: string) => line.addEvent(message(topic, payload, false)),
    answer: (topic: string, payload: string) => line.add(message(topic, payload, false)),
    rest() {
      const rest: string[] = []
      for (let next = line.shift(); next !== undefined; next = line.shift())
        rest.push(`${next.topic} ${next.payload}`)
      return rest
    },
  }
}

test('a newer message of a topic takes the place of the one that waits, and no other', () => {
  const { keep, answer, rest, settled } = subject()
  keep('yoto/a/state', '1')
  answer('yoto/bridge/response/set', 'ok')
  keep('yoto/b/state', '1')
  answer('yoto/bridge/response/set', 'ok')
  keep('yoto/a/state', '2')
  keep('yoto/a/state', '')
  expect(settled).toEqual(['yoto/a/state 1', 'yoto/a/state 2'])
  expect(rest()).toEqual([
    'yoto/a/state ',
    'yoto/bridge/response/set ok',
    'yoto/b/state 1',
    'yoto/bridge/response/set ok',
  ])
})

test('the state that an event tells of is out before it, also when a newer one waits', () => {
  const { keep, tell, rest } = subject()
  for (const step of ['1', '2', '3']) {
    keep('yoto/a/state', step)
    tell('yoto/a/event', step)
  }
  keep('yoto/b/state', '1')
  tell('yoto/a/event', '4')
  keep('yoto/b/state', '2')
  expect(rest()).toEqual([
    'yoto/a/state 1',
    'yoto/a/event 1',
    'yoto/a/state 2',
    'yoto/a/event 2',
    'yoto/a/state 3',
    'yoto/a/event 3',
    'yoto/b/state 2',
    'yoto/a/event 4',
  ])
})

test('what follows is behind all that was said before it', () => {
  const { keep, rest } = subject()
  keep('yoto/a/availability', 'online', true)
  keep('yoto/a/state', '1')
  keep('yoto/a/availability', 'offline', true)
  expect(rest()).toEqual(['yoto/a/state 1', 'yoto/a/availability offline'])
})

test('of a flood of events the newest wait, each behind its state, and nothing else does', () => {
  const { keep, tell, rest, givenUp } = subject()
  const flood = 20 * mostEvents
  keep('yoto/b/state', 'other')
  for (let n = 1; n <= flood; n += 1) {
    keep('yoto/a/state', String(n))
    tell('yoto/a/event', String(n))
  }
  expect(givenUp).toHaveLength(flood - mostEvents)
  const left = Array.from({ length: mostEvents }, (_, index) => flood - mostEvents + 1 + index)
  expect(rest()).toEqual([
    'yoto/b/state other',
    ...left.flatMap((n) => [`yoto/a/state ${n}`, `yoto/a/event ${n}`]),
  ])
})

test('a line that is given up is empty, and who waits for a message of it is told', () => {
  const { line, keep, tell, answer, rest, settled } = subject()
  keep('yoto/a/state', '1')
  tell('yoto/a/event', '1')
  answer('yoto/bridge/response/set', 'ok')
  line.clear()
  expect(settled).toHaveLength(3)
  expect(line.has('yoto/a/state')).toBe(false)
  keep('yoto/a/state', '2')
  expect(rest()).toEqual(['yoto/a/state 2'])
})

test('what takes the place of another waits also for what that one waited for', async () => {
  const { line } = subject()
  let note: () => void = () => undefined
  const noted = new Promise<void>((resolve) => {
    note = resolve
  })
  line.retain({ topic: 'yoto/a/state', payload: '1', retain: true, noted }, { follows: false })
  line.retain({ topic: 'yoto/a/state', payload: '2', retain: true }, { follows: false })
  const next = line.shift()
  let isNoted = false
  const waiting = next?.noted?.then(() => {
    isNoted = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect([next?.payload, isNoted]).toEqual(['2', false])
  note()
  await waiting
  expect(isNoted).toBe(true)
})
