import { systemClock } from '../../src/core/clock.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { RuleBook, type RuleBookOptions } from '../../src/wiring/rule-book.ts'
import { memoryCollection } from './memory-collection.ts'
import { recordingLog } from './recording-log.ts'

/** The rules of a folder where no audio is there, with what the test says instead. */
export function bookOf(options: Pick<RuleBookOptions, 'folder'> & Partial<RuleBookOptions>): RuleBook {
  return new RuleBook({
    library: { find: async () => ({ state: 'missing' }) },
    topicFault: () => null,
    zone: 'UTC',
    good: memoryCollection(),
    calendars: memoryCollection(),
    enabled: memoryCollection(),
    problems: new Problems(),
    clock: systemClock,
    log: recordingLog(),
    ...options,
  })
}

/** The same, read. */
export async function readBook(options: Parameters<typeof bookOf>[0]): Promise<RuleBook> {
  const book = bookOf(options)
  await book.start()
  return book
}
