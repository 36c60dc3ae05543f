import { describe, expect, test } from 'vitest'
import { heldFrom } from '../../src/core/hold.ts'
import { type Verdict, verdictOn } from '../../src/rules/slot-verdict.ts'

const now = new Date('2026-11-21T20:00:00Z')
const held = (forMs: number | null, overSlots: boolean) => heldFrom({ forMs, overSlots }, now)
const passed = 'passed over night@2026-11-21'

describe('what becomes of a stream in the slot "night"', () => {
  const wordOf = (verdict: Verdict) => (verdict.do === 'note' ? `note ${verdict.applied}` : verdict.do)

  test.each([
    ['nothing was ever put there', undefined, null, 'apply'],
    ['another slot was there', 'day@2026-11-21', null, 'apply'],
    ['it is there', 'night@2026-11-21', null, 'stands'],
    ['it was there yesterday', 'night@2026-11-20', null, 'apply'],
    ['something is there for a time, put there in it', 'night@2026-11-21', held(1, false), 'stands'],
    ['something is there for a time, put there before', 'day@2026-11-21', held(1, false), 'apply'],
    ['the time has passed', 'night@2026-11-21', held(0, false), 'apply'],
    ['something holds over the slots, put there in it', 'night@2026-11-21', held(null, true), 'stands'],
    [
      'something holds over the slots, put there before',
      'day@2026-11-21',
      held(null, true),
      `note ${passed}`,
    ],
    ['and that was noted', passed, held(null, true), 'stands'],
    ['it held over the slots for a time that has passed', passed, held(0, true), 'apply'],
    ['it held over the slots and was taken back', passed, null, 'apply'],
    [
      'it held over the slots and something else was put in its place',
      passed,
      held(null, false),
      'note night@2026-11-21',
    ],
  ])('where %s', (_, applied, hold, verdict) => {
    const asked = { applied, occurrence: 'night@2026-11-21', held: hold, nowMs: now.getTime() }
    expect(wordOf(verdictOn(asked))).toBe(verdict)
  })
})
