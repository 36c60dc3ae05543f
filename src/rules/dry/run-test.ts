import { messageOf } from '../../core/error.ts'
import type { Diagnostic } from '../../language/diagnostic.ts'
import type { Span } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { wallTime } from '../time.ts'
import { unmet } from './expectations.ts'
import type { DryHouse, Records } from './house.ts'
import type { Deed, RuleTest, TestStep } from './rule-test.ts'

/** What a test came to. */
export interface TestOutcome {
  readonly test: RuleTest
  readonly failures: readonly TestFailure[]
}

interface TestFailure {
  readonly span: Span
  readonly message: string
  readonly help?: string
}

/**
 * Does the test's steps in a house of its own, up to the first whose expectations are not met. Never throws: what
 * cannot go on is a failure too.
 */
export async function runTest(test: RuleTest, house: DryHouse): Promise<TestOutcome> {
  try {
    await house.start()
    return { test, failures: await failuresOf(test, house) }
  } finally {
    await house.stop()
  }
}

/** Says a test's failures in the report of its file. */
export function reportOutcome({ failures }: Pick<TestOutcome, 'failures'>, report: Report): void {
  const level: Diagnostic['level'] = 'error'
  for (const { span, message, help } of failures) report.add(span, level, 'test/failed', message, help)
}

async function failuresOf(test: RuleTest, house: DryHouse): Promise<readonly TestFailure[]> {
  if (house.endless !== null)
    return [{ span: test.span, message: `tests/${test.id}: ${stopped(house.endless)}`, help: endlessHelp }]
  // What the start brought belongs to the first expectations.
  let seen: Counts = { ran: 0, didNotRun: 0, effects: 0, said: 0 }
  let isSettled = false
  for (const step of test.steps) {
    if (step.kind === 'expect') {
      const failures = expected(step, { test, house, records: since(house.records, seen) })
      if (failures.length > 0) return failures
      isSettled = true
      continue
    }
    // Expectations one behind the other look at the same; the next deed starts over.
    if (isSettled) seen = countsOf(house.records)
    isSettled = false
    const why = await done(step, house)
    if (why !== null)
      return [{ span: step.span, message: `${nameOf(test, step)}: ${stopped(why)}`, help: endlessHelp }]
  }
  return []
}

const endlessHelp = 'look for rules that start one another; nothing of it left this test'

/** Null when it is done, or why the test cannot go on. */
async function done(step: Deed, house: DryHouse): Promise<string | null> {
  try {
    await doDeed(step, house)
  } catch (error) {
    return messageOf(error)
  }
  return house.endless
}

function stopped(why: string): string {
  return `the test was stopped: ${why}`
}

export function doDeed(deed: Deed, house: DryHouse): Promise<void> {
  switch (deed.kind) {
    case 'advance':
      return house.advance(deed.ms)
    case 'press':
      return house.press(deed.player, deed.button)
    case 'insert':
      return house.insert(deed.player, deed.card)
    case 'remove':
      return house.remove(deed.player)
    case 'playing':
      return house.playing(deed.player, deed.change)
    case 'player':
      return house.change(deed.player, deed.patch)
    case 'input':
      return house.set(deed.values)
    case 'ha':
      return house.entities(deed.states)
    case 'mqtt':
      return house.say(deed.topic, deed.payload)
    case 'webhook':
      return house.call(deed.name, deed.body)
    case 'story':
      return house.tell(deed.player, deed.told)
  }
}

interface Expecting {
  readonly test: RuleTest
  readonly house: DryHouse
  readonly records: Records
}

function expected(
  step: TestStep & { readonly kind: 'expect' },
  { test, house, records }: Expecting,
): TestFailure[] {
  return step.expectations.flatMap((expectation) => {
    const fault = unmet(expectation, { house, records, test })
    if (fault === null) return []
    const message = `${nameOf(test, step)}: ${fault} at ${momentOfDay(house, test)}`
    const wrong = records.said.findLast(({ level }) => level === 'error')
    const failure = { span: expectation.span, message }
    return [wrong === undefined ? failure : { ...failure, help: `the log says: ${wrong.message}` }]
  })
}

function nameOf(test: RuleTest, step: TestStep): string {
  return `tests/${test.id} step ${step.number}`
}

/** "19:54:00", on another day than the test began with its date. */
function momentOfDay({ world }: DryHouse, test: RuleTest): string {
  const { zone } = world.calendar
  const { time, date } = wallTime(world.now(), zone)
  const seconds = String(world.now().getUTCSeconds()).padStart(2, '0')
  const isFirstDay = date.equals(wallTime(test.now, zone).date)
  return `${time}:${seconds}${isFirstDay ? '' : ` on ${date.toString()}`}`
}

type Counts = Readonly<Record<keyof Records, number>>

function countsOf({ ran, didNotRun, effects, said }: Records): Counts {
  return { ran: ran.length, didNotRun: didNotRun.length, effects: effects.length, said: said.length }
}

function since({ ran, didNotRun, effects, said }: Records, counts: Counts): Records {
  return {
    ran: ran.slice(counts.ran),
    didNotRun: didNotRun.slice(counts.didNotRun),
    effects: effects.slice(counts.effects),
    said: said.slice(counts.said),
  }
}
