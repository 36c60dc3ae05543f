import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { LateSignal } from '../../../src/rules/running/late-signal.ts'

const reason = new Error('it is over')

test('a signal that was asked for before the end is aborted with its reason, once', () => {
  const end = new LateSignal()
  const heard = vi.fn()
  end.signal.addEventListener('abort', heard)
  expect(end.aborted).toBe(false)
  expect(() => end.throwIfAborted()).not.toThrow()
  end.abort(reason)
  end.abort(new Error('another'))
  expect(heard).toHaveBeenCalledOnce()
  expect(end.aborted).toBe(true)
  expect(end.signal.reason).toBe(reason)
  expect(() => end.throwIfAborted()).toThrow(reason)
})

test('a signal that is asked for behind the end is aborted already', () => {
  const end = new LateSignal()
  end.abort(reason)
  end.abort(new Error('another'))
  expect(end.signal.aborted).toBe(true)
  expect(end.signal.reason).toBe(reason)
  expect(() => end.throwIfAborted()).toThrow(reason)
})

test('whoever asks gets the same signal, which takes as many listeners as there are', async () => {
  const warned = vi.fn()
  process.on('warning', warned)
  const end = new LateSignal()
  const { signal } = end
  const heard = Array.from({ length: 20 }, () => vi.fn())
  for (const one of heard) end.signal.addEventListener('abort', one)
  await nextTurn()
  process.off('warning', warned)
  end.abort(reason)
  expect(end.signal).toBe(signal)
  for (const one of heard) expect(one).toHaveBeenCalledOnce()
  expect(warned).not.toHaveBeenCalled()
})
