import type { HouseFault } from '../src/core/error.ts'
import type { Say, TextValues } from './text.ts'
import type { TextKey } from './text-keys.ts'

interface Refusal {
  readonly details: unknown
  readonly message: string
}

/** What a parent can mend has words of its own. */
const words: Readonly<Record<HouseFault, TextKey>> = {
  'nothing-to-go-on': 'cannot.nothing-to-go-on',
  'no-card': 'cannot.no-card',
  'last-track': 'cannot.last-track',
  'tracks-unknown': 'cannot.tracks-unknown',
  'player-offline': 'cannot.player-offline',
  'player-refused': 'cannot.player-refused',
  'player-silent': 'cannot.player-silent',
  'not-on-model': 'cannot.not-on-model',
  'stream-closed': 'cannot.stream-closed',
  'stream-empty': 'cannot.stream-empty',
}

/** Why the product did not do it: by its code in the reader's language, and else in the product's own words. */
export function refusalText({ details, message }: Refusal, say: Say): string {
  return faultText(details, say) ?? say('notice.fault', { reason: message })
}

/** What the details of a refusal say in the reader's language; null where there are no words for it. */
export function faultText(details: unknown, say: Say): string | null {
  const { fault, ...values } = (details ?? {}) as TextValues
  const [, key] = Object.entries(words).find(([name]) => name === fault) ?? []
  return key === undefined ? null : say(key, values)
}
