import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { Places } from '../../src/core/places.ts'

function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

test('as many as there are places go on, and the others in the order they came', async () => {
  const places = new Places(2)
  const { signal } = new AbortController()
  const gates = [gate(), gate(), gate(), gate()]
  const begun: number[] = []
  const works = gates.map(({ opened }, number) =>
    places.take(signal, async () => {
      begun.push(number)
      await opened
    }),
  )
  await expect.poll(() => begun).toEqual([0, 1])
  gates[1]?.open()
  await expect.poll(() => begun).toEqual([0, 1, 2])
  for (const { open } of gates) open()
  await Promise.all(works)
  expect(begun).toEqual([0, 1, 2, 3])
})

test('a signal has one listener, however many wait with it, and none when nobody does', async () => {
  const places = new Places(1)
  const { signal } = new AbortController()
  const { opened, open } = gate()
  const works = Array.from({ length: 30 }, () => places.take(signal, () => opened))
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  open()
  await Promise.all(works)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('who waits with a signal that is aborted leaves, and nobody else', async () => {
  const places = new Places(1)
  const [one, other] = [new AbortController(), new AbortController()]
  const { opened, open } = gate()
  const first = places.take(one.signal, () => opened)
  const leaving = [1, 2].map(() => places.take(one.signal, async () => 'begun'))
  const staying = places.take(other.signal, async () => 'stayed')
  one.abort(new Error('enough'))
  for (const work of leaving) await expect(work).rejects.toThrow('enough')
  open()
  await first
  expect(await staying).toBe('stayed')
  expect(getEventListeners(other.signal, 'abort')).toHaveLength(0)
})
