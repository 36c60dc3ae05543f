import type { Static } from 'typebox'
import type { Expression } from '../language/expression/expression.ts'
import { judge, type RuleCondition } from './condition.ts'
import type { between } from './conditions/between.ts'
import type { slot } from './conditions/slot.ts'
import { askedValues } from './names.ts'
import type { SlotHeld, World } from './plugin.ts'
import type { Bound, FiledAnswer, RuleSet, Schedule } from './rule-set.ts'
import { slotAt } from './schedule.ts'
import { type DayTime, dayTimeOf } from './window.ts'

/** Who asks for which stream. */
export interface AskedFor {
  /** Id of the player; null where it cannot be told. */
  readonly player: string | null
  readonly stream: string
}

/** Whether the answer holds for who asks. Never throws; what is not known does not hold. */
export function holdsFor(answer: FiledAnswer, asked: AskedFor, world: World): boolean {
  if (answer.player !== null && !isNamed(answer.player, asked.player, world)) return false
  const values = askedValues({ ...asked, names: namesIn(answer.if) }, world)
  return answer.if.every((condition) => judge(condition, world, values).holds === true)
}

/** Whether it matters to the answer which player asks. */
export function speaksOfPlayer({ player, if: conditions }: FiledAnswer): boolean {
  return player !== null || namesIn(conditions).some((name) => name.startsWith('player.'))
}

/** Whether the answer may hold for the player at some time. */
export function isFor({ player: named }: FiledAnswer, player: string | null, world: World): boolean {
  return named === null || isNamed(named, player, world)
}

function isNamed(named: string, player: string | null, world: Pick<World, 'playerId'>): boolean {
  return player !== null && (world.playerId(named) ?? named) === player
}

/** The slots that hold at a moment, by the clock. */
export function slotsHeldAt(moment: Date, { schedules, calendar }: Clocks): SlotHeld[] {
  return schedules.map((schedule) => ({
    stream: schedule.stream,
    slot: slotAt(schedule, moment, calendar).slot?.id ?? 'default',
  }))
}

type Clocks = Pick<RuleSet, 'schedules' | 'calendar'>

/** When the clock may have an answer hold or cease to. */
export interface AnswerTimes {
  /** In whose text times may stand. */
  readonly expressions: readonly Expression[]
  /** Times of day at which conditions of the catalog change, "HH:MM". */
  readonly walls: readonly string[]
  readonly moments: readonly Date[]
}

/** As far as it can be read off the answer, of the moments behind `after` and before `before`. */
export function timesOf(
  { if: conditions }: FiledAnswer,
  { after, before }: { readonly after: Date; readonly before: Date },
  clocks: Clocks,
): AnswerTimes {
  const parts = [...partsOf(conditions)]
  const kinds = parts.flatMap((part) => ('expression' in part ? [] : [part]))
  const followed = kinds.flatMap((part) => schedulesBehind(part, clocks))
  return {
    expressions: parts.flatMap((part) => ('expression' in part ? [part.expression] : [])),
    walls: kinds.flatMap(wallsOf),
    moments: followed.flatMap((schedule) => [...changesOf(schedule, { after, before }, clocks)]),
  }
}

type Part = Exclude<RuleCondition, { readonly conditions: unknown }>

/** The conditions that no others stand in. */
function* partsOf(conditions: readonly RuleCondition[]): Generator<Part> {
  for (const condition of conditions)
    if ('conditions' in condition) yield* partsOf(condition.conditions)
    else {
      yield condition
      if (!('expression' in condition)) yield* partsOf(condition.if ?? [])
    }
}

const namesKnown = new WeakMap<readonly RuleCondition[], readonly string[]>()

/** The names that their expressions use; asked with each request. */
function namesIn(conditions: readonly RuleCondition[]): readonly string[] {
  const known = namesKnown.get(conditions)
  if (known !== undefined) return known
  const names = [...partsOf(conditions)].flatMap((part) =>
    'expression' in part ? part.expression.names : [],
  )
  namesKnown.set(conditions, names)
  return names
}

function wallsOf({ kind, options }: Bound<unknown>): string[] {
  if (kind === 'days' || kind === 'holiday') return ['00:00']
  return kind === 'between' ? windowOf(options).filter((time) => typeof time === 'string') : []
}

/** What begins and ends with the slots of schedules, or as a slot of its own would. */
function schedulesBehind({ kind, options }: Bound<unknown>, { schedules }: Clocks): readonly Schedule[] {
  if (kind === 'slot') {
    const { stream } = options as Static<typeof slot.options>
    return schedules.filter((schedule) => stream === undefined || schedule.stream === stream)
  }
  if (kind !== 'between') return []
  const window = windowOf(options)
  if (window.every((time) => typeof time === 'string')) return []
  const alone = { id: 'between', window, days: null, play: null, ifPressed: null }
  return [{ stream: 'between', default: null, slots: [alone] }]
}

function windowOf(options: unknown): readonly [DayTime, DayTime] {
  const { from, to } = options as Static<typeof between.options>
  return [dayTimeOf(from), dayTimeOf(to)]
}

function* changesOf(
  schedule: Schedule,
  { after, before }: { readonly after: Date; readonly before: Date },
  { calendar }: Clocks,
): Generator<Date> {
  for (let at = after; ; ) {
    at = slotAt(schedule, at, calendar).until
    if (at >= before) return
    yield at
  }
}
