import type { Rule } from '../rule-set.ts'
import { aboutOf, hears } from './hearing.ts'
import type { Deed } from './rule-test.ts'

/** What events leave open and a rule says: whom they happen to, and on a card of which stream. */
export interface Implied {
  /** The rule that says it; null where none does. */
  readonly rule: string | null
  readonly player: string | null
  readonly stream: string | null
}

const nothing: Implied = { rule: null, player: null, stream: null }

/** Events that happen on a player with the card that it has. */
const onPlayers: readonly Deed['kind'][] = ['press', 'remove', 'playing', 'player']

/** By the first rule that one of the events may start, and rather by one that is about a stream. */
export function impliedBy(deeds: readonly Deed[], rules: readonly Rule[]): Implied {
  const inserted = deeds.findIndex(({ kind }) => kind === 'insert')
  const before = inserted < 0 ? deeds : deeds.slice(0, inserted)
  const found = before
    .filter(({ kind }) => onPlayers.includes(kind))
    .flatMap((deed) =>
      rules
        .filter(({ enabled }) => enabled)
        .flatMap((rule) => rule.when.filter((part) => hears(part, deed)).map((part) => ({ rule, part }))),
    )
    .map(
      ({ rule, part }): Implied => ({
        rule: rule.id,
        player: aboutOf(part, 'player') ?? rule.player,
        stream: aboutOf(part, 'stream') ?? rule.stream,
      }),
    )
  return found.find(({ stream }) => stream !== null) ?? found[0] ?? nothing
}
