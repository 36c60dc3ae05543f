import { partInWords, tellingOf, untilInWords } from '../explain/rule-words.ts'
import type { Rule, RuleSet } from '../rule-set.ts'
import type { RunTrace } from '../running/trace.ts'
import { inWords } from '../telling.ts'
import { aboutOf, hears, isOfKind } from './hearing.ts'
import type { DryPart } from './report.ts'
import type { Deed } from './rule-test.ts'

export interface Around {
  /** What the event started. */
  readonly runs: readonly RunTrace[]
  /** It brought nothing at all. */
  readonly isQuiet: boolean
  readonly ruleSet: Pick<RuleSet, 'rules' | 'playlists'>
  /** Whom it happened to; null where there is nobody. */
  readonly player: string | null
  /** Of the card that was in that player. */
  readonly stream: string | null
  readonly nameOf: (player: string) => string
  readonly playerId: (name: string) => string | undefined
}

// Of rules that wait for something else altogether.
const fewOthers = 3

/**
 * The rules that wait for something like it, and what they miss; those that wait for just that first. Where it started
 * nothing and none waits for the like, the first of all rules.
 */
export function unmovedBy(deed: Deed, around: Around): DryPart['unmoved'] {
  const { runs, isQuiet, ruleSet } = around
  const heard = new Set(runs.map(({ rule }) => rule))
  const others = ruleSet.rules.filter(({ id }) => !heard.has(id))
  const alike = others.filter(({ when }) => when.some((part) => isOfKind(part, deed)))
  const told = toldOf(deed, { alike, others, isQuiet })
  return told
    .map((rule) => ({ rule, isClose: rule.when.some((part) => hears(part, deed)) }))
    .sort((one, other) => Number(other.isClose) - Number(one.isClose))
    .map(({ rule }) => ({ rule: rule.id, place: rule.place, why: whyNot(rule, deed, around) }))
}

interface Others {
  readonly alike: readonly Rule[]
  readonly others: readonly Rule[]
  readonly isQuiet: boolean
}

function toldOf({ kind }: Deed, { alike, others, isQuiet }: Others): readonly Rule[] {
  if (kind === 'advance') return isQuiet ? alike.slice(0, fewOthers) : []
  return alike.length > 0 || !isQuiet ? alike : others.slice(0, fewOthers)
}

/** Triggers that hear what no player did: the rule's player and stream say what it acts on alone. */
const fromOutside: readonly Deed['kind'][] = ['input', 'mqtt', 'webhook', 'ha', 'advance']

function whyNot(rule: Rule, deed: Deed, { player, stream, ruleSet, nameOf, playerId }: Around): string {
  const isClose = rule.when.filter((part) => hears(part, deed))
  const waits = waitsInWords(
    rule,
    ruleSet,
    isClose.length > 0 ? [] : rule.when.filter((part) => isOfKind(part, deed)),
  )
  if (!rule.enabled) return 'it is switched off'
  const [part] = isClose
  if (part === undefined || fromOutside.includes(deed.kind) || player === null) return waits
  const who = aboutOf(part, 'player') ?? rule.player
  if (who !== null && playerId(who) !== player) return `it is about the player ${who}, not ${nameOf(player)}`
  const which = aboutOf(part, 'stream') ?? rule.stream
  if (which !== null && which !== stream)
    return `it hears cards of the stream ${which}, and ${stream === null ? 'no card of a stream is' : `that of ${stream} is`} in ${nameOf(player)}`
  return waits
}

/** "it waits until the left button is pressed on any player": by these triggers, or by all. */
function waitsInWords(rule: Rule, { playlists }: Pick<RuleSet, 'playlists'>, parts: Rule['when']): string {
  const telling = tellingOf(rule, playlists)
  const when = (parts.length > 0 ? parts : rule.when).map((part) => untilInWords(partInWords(part, telling)))
  return when.length === 0 ? 'nothing starts it' : `it waits until ${inWords(when, 'or')}`
}
