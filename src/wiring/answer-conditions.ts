import type { AnswerCondition } from '../core/answer.ts'
import { compileExpression, type Expression } from '../language/expression/expression.ts'
import type { ExpressionFinding } from '../language/expression/finding.ts'
import { shorten } from '../language/wording.ts'
import { askedEnvironment, askedValues } from '../rules/names.ts'
import type { World } from '../rules/plugin.ts'
import { dayFault } from '../rules/read/days.ts'
import type { FiledAnswer, RuleSet } from '../rules/rule-set.ts'
import { holdsFor, isFor, slotsHeldAt, timesOf } from '../rules/stream-answers.ts'
import { wallTime } from '../rules/time.ts'

/** The house as the conditions of answers look at it. */
export interface ConditionGround extends Pick<World, 'player' | 'playerId' | 'queue' | 'vars' | 'inputs'> {
  /** What rule files say, as it runs now. */
  readonly ruleSet: () => Pick<RuleSet, 'calendar' | 'vars' | 'inputs' | 'schedules' | 'answers'>
}

/** Something in a condition that does not hold as it is written, or probably not as it is meant. */
export interface ConditionFinding {
  readonly level: 'error' | 'warning'
  /** Which part of the condition: `if`, or `days.0`. */
  readonly field: string
  /** In words, with the place within an expression in front. */
  readonly message: string
  /** In an expression: from where to before where, in UTF-16 code units from 0. */
  readonly start?: number
  readonly end?: number
  /** Stable, such as `expr/unknown-name`. */
  readonly code: string
}

interface Asked {
  readonly player: string | null
  readonly stream: string
  readonly moment: Date
}

interface CompiledCondition {
  /** Null where it has an error. */
  readonly expression: Expression | null
  readonly findings: readonly ExpressionFinding[]
}

/** What is asked of expressions and of the household's days when a stream may be answered by another. */
export class AnswerConditions {
  readonly #ground: ConditionGround
  /** By text. */
  readonly #compiled = new Map<string, CompiledCondition>()

  constructor(ground: ConditionGround) {
    this.#ground = ground
  }

  /** What there is to say about the condition, the names in it being what they are now. */
  findingsOf({ if: text, days = [] }: AnswerCondition): ConditionFinding[] {
    const { calendar } = this.#ground.ruleSet()
    const ofDays = days.flatMap((day, index): ConditionFinding[] => {
      const fault = dayFault(day, calendar)
      if (fault === null) return []
      return [{ level: 'error', field: `days.${index}`, message: said(fault), code: 'ref/day' }]
    })
    const findings = text === undefined ? [] : (this.#compiled.get(text) ?? this.#compile(text)).findings
    const inText = findings.map(({ start, end, level, code, ...finding }): ConditionFinding => {
      const message = `\`if\`, character ${start + 1}: ${said(finding)}`
      return { level, field: 'if', message, start, end, code }
    })
    return [...ofDays, ...inText]
  }

  /** Whether the day of the moment is one of them. What is no day any more is none. */
  isOn(days: readonly string[], moment: Date): boolean {
    const { calendar } = this.#ground.ruleSet()
    return calendar.includes(days, wallTime(moment, calendar.zone).date)
  }

  /** What rule files say of the stream: each goes before what was set over REST. */
  filed(stream: string): readonly FiledAnswer[] {
    return this.#ground.ruleSet().answers?.get(stream) ?? []
  }

  /** By the stream that is asked for. */
  get allFiled(): ReadonlyMap<string, readonly FiledAnswer[]> {
    return this.#ground.ruleSet().answers ?? new Map()
  }

  /** Whether the answer of a rule file holds for who asks. Never throws; what is not known does not hold. */
  filedHolds(answer: FiledAnswer, { player, stream, moment }: Asked): boolean {
    return holdsFor(answer, { player, stream }, this.#worldAt(moment))
  }

  /** The same as `timesIn` of answers of rule files, with the moments at which slots and the sun change them. */
  filedTimes(
    answers: readonly FiledAnswer[],
    player: string | null,
    span: { readonly after: Date; readonly before: Date },
  ): { readonly walls: readonly string[]; readonly moments: readonly Date[] } {
    const world = this.#worldAt(span.after)
    const found = answers
      .filter((answer) => isFor(answer, player, world))
      .map((answer) => timesOf(answer, span, this.#ground.ruleSet()))
    return {
      walls: found.flatMap(({ walls, expressions }) => [
        ...walls,
        ...expressions.flatMap((expression) => timesInExpression(expression)),
      ]),
      moments: found.flatMap(({ moments }) => moments),
    }
  }

  #worldAt(moment: Date): World {
    const { calendar, schedules } = this.#ground.ruleSet()
    const slots = () => slotsHeldAt(moment, { schedules, calendar })
    return { ...this.#ground, calendar, now: () => moment, slots }
  }

  /** Whether the expression holds for who asks. Takes some 50 µs and never throws; what is not known does not hold. */
  holds(text: string, { player, stream, moment }: Asked): boolean {
    const { expression } = this.#known(text)
    if (expression === null) return false
    const world = { ...this.#ground, calendar: this.#ground.ruleSet().calendar, now: () => moment }
    const outcome = expression.evaluate(askedValues({ player, stream, names: expression.names }, world))
    return 'value' in outcome && outcome.value === true
  }

  /** Whether it matters to the expression which player asks. */
  speaksOfPlayer(text: string): boolean {
    return this.#known(text).expression?.names.some((name) => name.startsWith('player.')) ?? false
  }

  /**
   * The times of day ("HH:MM") at which the expression may come to hold or cease to, as far as it can be read off it: a
   * time that is calculated is not among them, nor is what something else than the clock decides.
   */
  timesIn(text: string): string[] {
    const { expression } = this.#known(text)
    return expression === null ? [] : timesInExpression(expression)
  }

  /** What is in use now: all else that was compiled is let go. */
  keep(texts: ReadonlySet<string>): void {
    for (const text of this.#compiled.keys()) if (!texts.has(text)) this.#compiled.delete(text)
    for (const text of texts) this.#known(text)
  }

  /** The rule files say something else now, by which everything is to be read anew. */
  forget(): void {
    this.#compiled.clear()
  }

  #known(text: string): CompiledCondition {
    const known = this.#compiled.get(text)
    if (known !== undefined) return known
    const compiled = this.#compile(text)
    this.#compiled.set(text, compiled)
    return compiled
  }

  #compile(text: string): CompiledCondition {
    const declared = { ...this.#ground.ruleSet(), faulty: new Map<string, string>() }
    return compileExpression(text, askedEnvironment(declared), 'bool')
  }
}

function timesInExpression({ text, names }: Pick<Expression, 'text' | 'names'>): string[] {
  const byDay =
    /\bevent\s*\(/.test(text) || names.some((name) => name.startsWith('now.') || !name.includes('.'))
  return [
    ...(byDay ? ['00:00'] : []),
    ...(names.includes('now.time') ? [...text.matchAll(timeInText)].flatMap(([time]) => around(time)) : []),
    ...(names.includes('now.hour') ? hours : []),
  ]
}

const hours = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`)
const timeInText = /([01][0-9]|2[0-3]):[0-5][0-9]/g

/** `<= '19:30'` holds for all of that minute, so that it ceases with the next. */
function around(time: string): string[] {
  const next = (Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) + 1) % (24 * 60)
  const two = (number: number) => String(number).padStart(2, '0')
  return [time, `${two(Math.floor(next / 60))}:${two(next % 60)}`]
}

function said({ message, help }: { readonly message: string; readonly help?: string }): string {
  return help === undefined ? message : `${message} (${help})`
}

/** What no longer holds among the answers of a stream, for people; null where nothing is wrong. */
export function faultIn(
  stream: string,
  answers: readonly { readonly when: AnswerCondition }[],
  conditions: AnswerConditions,
): string | null {
  const faults = answers.flatMap(({ when }, index) => {
    const [first] = conditions.findingsOf(when).filter(({ level }) => level === 'error')
    return first === undefined
      ? []
      : [`answer ${index + 1} never holds as the rule files are now: ${first.message}`]
  })
  const [first] = faults
  if (first === undefined) return null
  const more = faults.length === 1 ? '' : `; and ${faults.length - 1} more`
  return `of what answers for stream "${shorten(stream)}", ${first}${more}`
}
