import { accountProblem } from './account-fault.ts'
import type { HealthView, Problem } from './health.ts'
import type { Say } from './text.ts'

/** What is wrong and what to do about it, in the reader's language; in the product's words where the panel has none. */
export function problemText({ name, text }: Problem, { account, cloud }: HealthView, say: Say): string {
  switch (name) {
    case 'account':
      return accountProblem(account, say) ?? text
    case 'connection':
      return cloud.reason === null ? text : say('problem.connection', { reason: cloud.reason })
    case 'players':
      return cloud.unlisted === null ? text : say('problem.players', { reason: cloud.unlisted })
    case 'second_instance':
      return say('problem.second-instance')
    case 'outdated_cards':
      return say('problem.outdated-cards')
    default:
      return text
  }
}

/** Whether it is on the page of the Yoto account that something can be done about it. */
export function isForAccountPage({ name }: Problem): boolean {
  return name === 'account' || name === 'players'
}

/** Whether the page of the rules shows where it is and what would mend it. */
export function isForRulesPage({ name }: Problem): boolean {
  return name?.startsWith('rules/') === true
}

/** Whether it is cards that can be published again to be right. */
export function isForCards({ name }: Problem): boolean {
  return name === 'outdated_cards'
}
