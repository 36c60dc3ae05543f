import type { RuleOffer } from '../src/http/api/rule-tools.ts'
import type { DryPart, DryReport, DryRun } from '../src/rules/dry/report.ts'
import { ask } from './request.ts'

export type { DryPart, DryReport, DryRun, RuleOffer }

/** What starts the rule, as it can be tried. */
export async function fetchOffers(rule: string): Promise<readonly RuleOffer[]> {
  return (await ask<{ offers: readonly RuleOffer[] }>('POST', 'rules/offers', { rule })).offers
}

/** What the rules would do; nothing is really done. */
export function tryDry({ events, at, player }: RuleOffer): Promise<DryReport> {
  return ask('POST', 'rules/dry-run', {
    events,
    ...(at === null ? {} : { at }),
    ...(player === null ? {} : { player }),
  })
}

/** Times of day as the household's clocks show them; with the date where that is another than the first. */
export function hourIn(first: string, at: string): string {
  const time = at.slice(11, 19)
  return at.slice(0, 10) === first.slice(0, 10) ? time : `${at.slice(0, 10)} ${time}`
}
