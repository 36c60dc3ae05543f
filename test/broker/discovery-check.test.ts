import { describe, expect, test } from 'vitest'
import { findingsIn, type Reaction } from './discovery-check.ts'
import { haveTables, readCases, readExample, readTables } from './discovery-tables.ts'

/** The worst of them, in the words of the cases. */
function reactionTo(message: { objectId: string; payload: unknown }): string {
  const { objectId, payload } = message
  if (payload === '') return 'device and all its components removed'
  const found = findingsIn({ objectId, payload }, readTables()).map(({ reaction }) => reaction)
  const words: [Reaction, string][] = [
    ['ignored', 'ignored, WARNING'],
    ['message rejected', 'message rejected'],
    ['component rejected', 'component rejected'],
    ['unwise', 'accepted, key without effect'],
    ['dropped', 'accepted, key dropped silently'],
  ]
  return words.find(([reaction]) => found.includes(reaction))?.[1] ?? 'accepted'
}

describe.skipIf(!haveTables)(
  "the checker of discovery messages (skipped where Home Assistant's tables are not beside the project)",
  () => {
    test.each(haveTables ? readCases() : [])('$name: $expected', ({ object_id, payload, expected }) => {
      const reaction = reactionTo({ objectId: object_id, payload })
      // A component is taken away by a message in which nothing is wrong.
      const words: Record<string, string[]> = {
        'component removed': ['accepted'],
        'component rejected or warned': ['component rejected'],
      }
      expect(words[expected] ?? [expected]).toContain(reaction)
    })

    test('there are 34 cases', () => {
      expect(readCases()).toHaveLength(34)
    })

    test('finds nothing wrong with the example of a whole player', () => {
      const { topic, payload } = readExample()
      const objectId = topic.split('/').at(-2) ?? ''
      expect(findingsIn({ objectId, payload }, readTables())).toEqual([])
    })
  },
)
