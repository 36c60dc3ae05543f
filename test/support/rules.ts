import { plainCalendar } from '../../src/rules/calendar.ts'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import type { World } from '../../src/rules/plugin.ts'
import { noDeclarations } from '../../src/rules/read/declarations.ts'
import type { Declared } from '../../src/rules/read/declared.ts'
import type { Reading } from '../../src/rules/read/rule-files.ts'
import { createRegistry } from '../../src/rules/registry.ts'

/** A house in which nothing is known but the time, with what the test adds to it. */
export function worldOf(world: Pick<World, 'now'> & Partial<World>): World {
  return {
    calendar: plainCalendar('UTC'),
    player: () => undefined,
    queue: () => undefined,
    slots: () => [],
    ...remembersNothing,
    ...world,
  }
}

/** Of a world: no var, no input, and no player by any name but its id. */
export const remembersNothing = {
  playerId: (named: string) => named,
  vars: () => new Map<string, never>(),
  inputs: () => new Map<string, never>(),
}

/** How rule files are read where every file of audio is there, with what the test says instead. */
export function readingOf(reading: Partial<Reading> = {}): Reading {
  return {
    registry: createRegistry({ triggers, conditions, actions }),
    fileExists: async () => true,
    topicFault: () => null,
    zone: 'UTC',
    ...reading,
  }
}

/** What rule files share where none of them says anything. */
export const nothingDeclared: Declared = {
  calendar: plainCalendar('UTC'),
  templates: { sound: new Map(), isUnread: () => false },
  ...noDeclarations,
}
