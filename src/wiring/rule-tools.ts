import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import type { RuleToolsHouse } from '../http/api/rule-tools.ts'
import { type Explanation, explain } from '../rules/explain/explain.ts'
import {
  inOrder,
  type Moment,
  type Plan,
  type PlannedSchedule,
  planOf,
  type Round,
  type Stretch,
} from '../rules/plan.ts'
import { localIso } from '../rules/plan-words.ts'
import { registryWith } from '../rules/plugins/plugin-set.ts'
import type { Registry } from '../rules/registry.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import { playlistIn, slotAt } from '../rules/schedule.ts'
import { type Audible, withSilence } from '../rules/silence.ts'
import { householdSchema } from './editor-schema.ts'
import { FormatThread } from './format-thread.ts'

interface ToolsInput {
  /** Those that run at the moment. */
  readonly ruleSet: () => RuleSet
  /** Of what rules are made at the moment; without plug-ins where it is not said. */
  readonly registry?: () => Registry
  /** Knows whether playlists bring anything; where absent none is doubted. */
  readonly audible?: Audible
  readonly clock: Pick<Clock, 'now'>
  /** Where rules can be tried; nowhere where absent. */
  readonly dry?: Pick<RuleToolsHouse, 'dryRun' | 'offers'>
}

const ours = registryWith([])
const alone = () => ours

/** What REST tells about rules without changing anything. */
export function ruleTools({ ruleSet, registry = alone, audible, clock, dry }: ToolsInput): RuleToolsHouse {
  const heard = async () => (audible === undefined ? ruleSet() : withSilence(ruleSet(), audible))
  let schema = householdSchema(registry())
  let made = registry()
  const thread = new FormatThread()
  return {
    plan: async (days) => planInTurns(await heard(), { now: clock.now(), days }),
    schedules: () => schedulesNow(ruleSet(), clock.now()),
    explain: async (kind, name) => explain(name, await heard(), kind).map(explanationAsJson),
    editorSchema() {
      if (made === registry()) return schema
      made = registry()
      schema = householdSchema(made)
      return schema
    },
    async formatRules(text) {
      const formatted = await thread.format(text)
      if ('text' in formatted) return formatted.text
      const { line, message } = formatted.problem
      throw new AppError('unprocessable', `line ${line}: ${message}`)
    },
    dryRun: async (asked) => (dry ?? nothingTried()).dryRun(asked),
    offers: (rule) => (dry ?? nothingTried()).offers(rule),
  }
}

function nothingTried(): never {
  throw new AppError('unavailable', 'rules cannot be tried here')
}

/** One schedule and one rule after the other: who listens meanwhile must not wait for all of them. */
async function planInTurns(ruleSet: RuleSet, when: { readonly now: Date; readonly days: number }) {
  const whole = planOf({ ...ruleSet, schedules: [], rules: [] }, when)
  const schedules: PlannedSchedule[] = []
  for (const schedule of ruleSet.schedules) {
    schedules.push(...planOf({ ...ruleSet, schedules: [schedule], rules: [] }, when).schedules)
    await nextTurn()
  }
  const moments: Moment[] = []
  const often: Round[] = []
  for (const rule of ruleSet.rules) {
    const starts = planOf({ ...ruleSet, schedules: [], rules: [rule] }, when)
    moments.push(...starts.moments)
    often.push(...starts.often)
    await nextTurn()
  }
  return planAsJson({ ...whole, schedules, moments: inOrder(moments), often }, ruleSet.calendar)
}

/** The plan with times as the household's clocks show them. */
export function planAsJson(
  { from, until, holidays, schedules, answers, moments, often, silent }: Plan,
  calendar: RuleSet['calendar'],
) {
  const local = (at: Date) => localIso(at, calendar)
  const stretch = ({ slot, playlist, isNow, ...span }: Stretch) => ({
    from: local(span.from),
    until: local(span.until),
    slot: slot?.id ?? null,
    playlist,
    closed: playlist === null,
    silent: playlist !== null && silent.includes(playlist),
    if_pressed: slot?.ifPressed ?? null,
    now: isNow,
  })
  const started = ({ rule, place, kind, does }: Moment | Round) => ({
    rule,
    trigger: kind,
    source: place,
    does,
  })
  return {
    zone: calendar.zone,
    from: local(from),
    until: local(until),
    holidays: holidays.map(String),
    schedules: schedules.map(({ stream, place, stretches }) => ({
      stream,
      source: place,
      slots: stretches.map(stretch),
    })),
    answers: answers.map(({ stream, ways }) => ({
      stream,
      instead: ways.map(({ stream: other, place, words }) => ({ stream: other, source: place, words })),
    })),
    moments: moments.map((moment) => ({ at: local(moment.at), ...started(moment) })),
    // Those that are too many to be listed among the moments.
    often: often.map((round) => ({
      ...started(round),
      words: round.words,
      first: local(round.first),
      times: round.times,
      more: round.isMore,
    })),
  }
}

function schedulesNow({ schedules, calendar }: RuleSet, now: Date) {
  return {
    zone: calendar.zone,
    at: localIso(now, calendar),
    schedules: schedules.map((schedule) => {
      const slotNow = slotAt(schedule, now, calendar)
      const playlist = playlistIn(schedule, slotNow)
      return {
        stream: schedule.stream,
        source: schedule.place ?? null,
        slot: slotNow.slot?.id ?? null,
        playlist,
        closed: playlist === null,
        until: localIso(slotNow.until, calendar),
        default: schedule.default,
        slots: schedule.slots.map(({ id }) => id),
      }
    }),
  }
}

export function explanationAsJson({ kind, id, place, text }: Explanation) {
  return { kind, id, source: place, text }
}
