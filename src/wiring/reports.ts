import type { Clock } from '../core/clock.ts'
import type { Options } from '../options.ts'
import { diagnosticsOf, type Runtime, shownOptions } from './diagnostics.ts'
import type { Foundation } from './foundation.ts'
import { healthOf } from './health.ts'
import type { Household } from './household.ts'
import type { LocalBroker } from './local-broker.ts'
import type { RuleBook } from './rule-book.ts'

/** What the product tells of itself, whoever asks. */
export interface Reports {
  health(): ReturnType<typeof healthOf>
  diagnostics(): ReturnType<typeof diagnosticsOf>
  settings(): ReturnType<typeof shownOptions>
}

interface ReportsInput {
  readonly input: {
    readonly version: string
    readonly runtime?: Runtime
    readonly options: Options
    readonly clock: Clock
  }
  readonly foundation: Foundation
  readonly household: Household
  readonly book: RuleBook
  readonly broker: LocalBroker
}

/** Joins them from the parts of the house that they tell of. */
export function reportsOf({ input, foundation, household, book, broker }: ReportsInput): Reports {
  const { problems, redactAll, history, startedAt } = foundation
  const { hub, cards, cloud } = household
  const health = () => healthOf({ hub, book, cloud, broker, problems, redactAll })
  return {
    health,
    settings: () => redactAll(shownOptions(input.options)),
    diagnostics: () =>
      diagnosticsOf({
        version: input.version,
        runtime: input.runtime,
        startedAt,
        options: input.options,
        health,
        hub,
        book,
        cards: cards.published,
        history,
        redactAll,
        clock: input.clock,
      }),
  }
}
