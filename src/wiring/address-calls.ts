import { isJsonObject, type JsonObject } from '../core/json.ts'
import { textOf } from './answer-lines.ts'
import type { AskedCall } from './asked-call.ts'

/** The address that cards carry. */
export const addressCalls: readonly AskedCall[] = [
  {
    name: 'address',
    about: 'the address that cards carry, and whether players can use it',
    call: () => ({ method: 'GET', path: '/address-check' }),
    said: addressLines,
  },
  {
    name: 'check-address',
    word: '[player id]',
    about: 'publishes a test card, has the player play it, and says whether it was fetched',
    call: ({ word }) => ({
      method: 'POST',
      path: '/address-check',
      body: word === '' ? {} : { player: word },
    }),
    said: checkLine,
    failed: ({ state }) => state !== 'fetched',
    waits: 'check',
  },
]

function addressLines({ address, from, publishable, fault, notes, account }: JsonObject): string {
  const whose = from === 'guessed' ? 'guessed; set the option public_url' : 'the option public_url'
  const words = isJsonObject(fault) ? [textOf(fault.words)] : []
  const more = [...words, ...(Array.isArray(notes) ? notes.map(textOf) : [])].map((one) => `  ${one}\n`)
  const isAny = account !== 'yoto' && words.length > 0
  const verdict = publishable === true ? 'cards may carry it' : 'cards are not published with it'
  const where = isAny ? `${verdict} in this account (${textOf(account)}), but not in a real one` : verdict
  return `${textOf(address)} (${whose}): ${where}\n${more.join('')}`
}

function checkLine({ state, fetched, likely_cause }: JsonObject): string {
  if (isJsonObject(fetched)) {
    const by = fetched.by === 'unknown' ? 'somebody unknown' : `a ${textOf(fetched.by)}`
    const proof = fetched.by === 'player' ? '' : ' Only a player proves that players get here.'
    return `The test card was fetched by ${by}, from: ${textOf(fetched.from)}.${proof}\n`
  }
  if (state === 'waiting') return 'Nobody has fetched the test card yet.\n'
  const cause = isJsonObject(likely_cause) ? `: ${textOf(likely_cause.words)}` : ''
  return `Nobody has fetched the test card within 30 seconds${cause}\n`
}
