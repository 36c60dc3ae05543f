import type { Rule } from '../rule-set.ts'
import type { ActionStep, Step } from '../step.ts'

/** What an action does to one player or stream, as far as another can undo it. */
export interface Deed {
  readonly step: ActionStep
  /** The player or stream, and what of it: `player den volume`. */
  readonly about: string
  /** Two that say the same are no fight; null: with any other it is, also with its like. */
  readonly says: string | null
  /** Whether it bears others beside it that bear others: of things that are added none is lost. */
  readonly bearsOthers: boolean
}

interface Scope {
  readonly player: string | null
  readonly stream: string | null
}

type Options = Readonly<Record<string, unknown>>

/**
 * What the rule does at once when it is started, whatever holds then. `told`: what its trigger tells of; null where it
 * tells of no player.
 */
export function deedsOf(rule: Rule, told: Scope | null, nameOf: (player: string) => string): readonly Deed[] {
  const wait = rule.do.findIndex(({ does }) => does === 'wait' || does === 'wait-for' || does === 'stop')
  const atOnce = wait < 0 ? rule.do : rule.do.slice(0, wait)
  return atOnce.flatMap((step: Step) => (step.does === 'act' ? deedsIn(step, rule, { told, nameOf }) : []))
}

interface Around {
  readonly told: Scope | null
  readonly nameOf: (player: string) => string
}

function deedsIn(step: ActionStep, rule: Rule, { told, nameOf }: Around): Deed[] {
  const { player, stream, ...rest } = step.options as Options
  const inTrigger = told === null ? null : 'of the trigger'
  const named = (one: unknown) => (typeof one === 'string' ? one : null)
  const whose = named(player) ?? rule.player ?? told?.player ?? inTrigger
  const where = named(stream) ?? rule.stream ?? told?.stream ?? inTrigger
  const deed = (target: string | null, what: string, says: string | null, bearsOthers = false): Deed[] =>
    target === null ? [] : [{ step, about: `${what} ${target}`, says, bearsOthers }]
  const ofPlayer = (what: string, says: string | null = JSON.stringify([step.kind, rest])) =>
    deed(whose === null ? null : nameOf(whose), `player ${what}`, says)
  const ofStream = (says: string | null, bearsOthers = false) => deed(where, 'stream', says, bearsOthers)
  switch (step.kind) {
    case 'volume':
      return ofPlayer('volume', String(rest.to))
    case 'ambient':
    case 'sleep_timer':
      return ofPlayer(step.kind)
    case 'pause':
    case 'resume':
    case 'stop_player':
    case 'card':
    case 'story':
      return ofPlayer('playing')
    case 'play':
      return [
        ...ofPlayer('playing', JSON.stringify(['play', rest, where])),
        ...(rest.what === undefined ? [] : ofStream(JSON.stringify(['set', rest.what]))),
      ]
    case 'skip':
      // Each of two makes a step of its own.
      return named(stream) === null && whose !== null ? ofPlayer('playing', null) : ofStream(null)
    case 'queue':
      return ofStream(
        rest.do === 'skip' || rest.skip === true ? null : JSON.stringify(queueWish(rest)),
        replaces.every((way) => rest[way] === undefined) && rest.do !== 'clear' && rest.do !== 'restore',
      )
    default:
      return []
  }
}

// What was in the queue before is lost by these.
const replaces = ['set', 'clear', 'restore', 'now', 'replace_next', 'skip'] as const

function queueWish({ do: act, ...rest }: Options): unknown {
  return typeof act === 'string' ? [act, true] : Object.entries(rest).flat()
}

/** Whether what the one does is undone by the other, in one order or the other. */
export function fight(one: Deed, other: Deed): boolean {
  if (one.about !== other.about) return false
  if (one.bearsOthers && other.bearsOthers) return false
  return one.says === null || other.says === null || one.says !== other.says
}
