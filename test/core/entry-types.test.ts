import { expect, test } from 'vitest'
import { type EntryType, entryTypes } from '../../src/core/entry-types.ts'
import type { PlayerEventType } from '../../src/core/event.ts'
import type { QueueMutation } from '../../src/core/queue.ts'

test('no type is listed twice, and none is missing', () => {
  // The compiler is the judge of what is missing.
  const event = (type: PlayerEventType): EntryType<'event'> => type
  const queue = (type: QueueMutation['op']): EntryType<'queue'> => type
  expect([event('button'), queue('step')]).toEqual(['button', 'step'])
  for (const types of Object.values(entryTypes)) expect(types).toEqual([...new Set(types)])
})
