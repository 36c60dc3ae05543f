import type { HouseFault } from '../src/core/error.ts'
import type { RequestError } from './request.ts'
import type { Say, TextValues } from './text.ts'
import type { TextKey } from './text-keys.ts'

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
export function refusalText({ details, message }: RequestError, say: Say): string {
  const { fault, ...values } = (details ?? {}) as TextValues
  const [, key] = Object.entries(words).find(([name]) => name === fault) ?? []
  return key === undefined ? say('notice.fault', { reason: message }) : say(key, values)
}
