import type { Node } from '../../language/node.ts'
import type { RuleCondition } from '../condition.ts'
import { partInWords } from '../explain/rule-words.ts'
import type { Rule } from '../rule-set.ts'
import type { ActionStep } from '../step.ts'
import { type Deed, deedsOf, fight } from './deeds.ts'
import type { RuleFile } from './rule-file.ts'
import type { ReadRule } from './rules.ts'

interface Around {
  /** The ids of players that people gave names of their own. */
  readonly players: ReadonlyMap<string, string>
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe: () => Promise<void>
}

/** A rule, and one way in which it is started. */
interface Start {
  readonly file: RuleFile
  readonly read: ReadRule
  /** What it shares with those that are started with it. */
  readonly what: string
  readonly words: string
  /** Whom it hears; null: any. */
  readonly scope: Scope
  /** Null: on every day. */
  readonly days: readonly string[] | null
  readonly conditions: readonly string[]
  /** Whether it tells of a player and its stream. */
  readonly tellsOfPlayer: boolean
}

interface Scope {
  readonly player: string | null
  readonly stream: string | null
}

// A hostile file has thousands at the same minute.
const mostPairs = 2000

/**
 * Warns of two rules that the same press or minute starts and that do to one player or stream what the other undoes. Both
 * run; which of them is heard in the end is chance to who reads the files. Where the conditions of one are not among those
 * of the other they are taken to be for different cases.
 */
export async function checkClashes(files: readonly RuleFile[], { players, breathe }: Around): Promise<void> {
  const groups = new Map<string, Start[]>()
  for (const file of files)
    for (const read of file.rules)
      for (const start of read.rule.enabled ? startsOf(file, read) : [])
        if (groups.get(start.what)?.push(start) === undefined) groups.set(start.what, [start])
  const said = new Set<ReadRule>()
  let pairs = 0
  for (const starts of groups.values())
    for (const [index, later] of starts.entries())
      for (const earlier of starts.slice(0, index)) {
        if (++pairs > mostPairs) return
        await breathe()
        if (said.has(later.read) || earlier.read === later.read) continue
        if (warn(earlier, later, players)) said.add(later.read)
      }
}

function startsOf(file: RuleFile, read: ReadRule): Start[] {
  const { rule } = read
  return rule.when.flatMap(({ kind, options, definition, if: own = [] }): Start[] => {
    const told = options as Readonly<Record<string, unknown>>
    const conditions = [...rule.if, ...own].map(signature)
    const of = { file, read, conditions, days: null, tellsOfPlayer: false }
    switch (kind) {
      case 'startup':
      case 'every':
        return []
      case 'button': {
        const scope = {
          player: textIn(told.player) ?? rule.player,
          stream: textIn(told.stream) ?? rule.stream,
        }
        const words = `at a press of \`${told.button}\``
        return [{ ...of, what: `button ${told.button}`, words, scope, tellsOfPlayer: true }]
      }
      case 'time': {
        const days = told.days === undefined ? null : [told.days].flat().map(String)
        return [told.at].flat().map((at) => ({
          ...of,
          ...{ what: `time ${at}`, words: `at ${at}`, days },
          scope: { player: null, stream: null },
        }))
      }
      default: {
        const words = `when ${partInWords({ kind, options, definition, id: null }, tellingOf(rule))}`
        const scope = { player: rule.player, stream: rule.stream }
        return [{ ...of, what: `${kind} ${JSON.stringify(options)}`, words, scope }]
      }
    }
  })
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** Conditions of the same signature hold together. */
function signature(condition: RuleCondition): string {
  if ('expression' in condition) return condition.expression.text
  if ('conditions' in condition)
    return `${condition.kind} ${JSON.stringify(condition.conditions.map(signature))}`
  const { kind, options, if: own = [] } = condition
  return `${kind} ${JSON.stringify([options, own.map(signature)])}`
}

function warn(earlier: Start, later: Start, players: Around['players']): boolean {
  const scope = sharedScope(earlier.scope, later.scope)
  if (scope === null || !shareDays(earlier.days, later.days)) return false
  const nameOf = (player: string) => players.get(player) ?? player
  const there = (start: Start) => deedsOf(start.read.rule, start.tellsOfPlayer ? scope : null, nameOf)
  const [first, second] = [there(earlier), there(later)]
  for (const one of first)
    for (const other of second) {
      if (!fight(one, other) || !holdTogether(conditionsOf(earlier, one), conditionsOf(later, other)))
        continue
      say(earlier, later, [one, other])
      return true
    }
  return false
}

/** What both hear, where one of them hears all that the other does; null where that is not so. */
function sharedScope(one: Scope, other: Scope): Scope | null {
  const narrows = (a: Scope, b: Scope) =>
    (b.player === null || a.player === b.player) && (b.stream === null || a.stream === b.stream)
  return narrows(one, other) ? one : narrows(other, one) ? other : null
}

const wholeWeek = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const wordsForDays: Readonly<Record<string, readonly string[]>> = {
  daily: wholeWeek,
  weekdays: wholeWeek.slice(0, 5),
  weekends: wholeWeek.slice(5),
}

/** Of day sets and holidays only what is called the same is known to be the same day. */
function shareDays(one: Start['days'], other: Start['days']): boolean {
  if (one === null || other === null) return true
  const [all, others] = [one, other].map((days) => days.flatMap((day) => wordsForDays[day] ?? [day]))
  return all?.some((day) => others?.includes(day) === true) === true
}

function conditionsOf(start: Start, { step }: Deed): readonly string[] {
  return [...start.conditions, ...(step.if ?? []).map(signature)]
}

function holdTogether(one: readonly string[], other: readonly string[]): boolean {
  return one.every((text) => other.includes(text)) || other.every((text) => one.includes(text))
}

function say(earlier: Start, later: Start, [one, other]: readonly [Deed, Deed]): void {
  const place = (start: Start, { step }: Deed) => nodeOf(start.read, step)
  const from = `${earlier.file.report.file}:${earlier.file.report.lineOf(place(earlier, one))}`
  const does = (start: Start, { step }: Deed) => partInWords(step, tellingOf(start.read.rule))
  const message = `"${later.read.rule.id}" ${does(later, other)}, and "${earlier.read.rule.id}" (${from}) ${does(earlier, one)}: both run ${later.words}`
  const help = 'what is done last holds: make one rule of them, or let their conditions exclude each other'
  later.file.report.add(place(later, other), 'warning', 'rule/clash', message, help)
}

function tellingOf({ player, stream }: Rule) {
  return { player, stream, content: (name: string) => name }
}

function nodeOf({ actions, node }: ReadRule, step: ActionStep): Node {
  return actions.find(({ bound }) => bound.options === step.options)?.node ?? node
}
