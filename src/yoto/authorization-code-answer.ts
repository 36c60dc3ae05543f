import { timingSafeEqual } from 'node:crypto'
import { AppError } from '../core/error.ts'
import { shownWords } from './token.ts'

/** What Yoto sent a browser back with: a code, or the reason why there is none. */
export type BrowserAnswer = { readonly code: string } | { readonly refused: string; readonly words: string }

/**
 * Finds the answer to the sign-in with this state in what a person copied: the whole address their browser ended
 * up at, its query, or code and state alone, with whatever a mail program or a quotation added to it.
 * @throws AppError `unprocessable` where there is none in it, `conflict` where it belongs to another sign-in.
 */
export function readBrowserAnswer(text: string, state: string): BrowserAnswer {
  const readings = readingsOf(text, state)
  const own = readings.find((reading) => isSame(reading.state, state))
  if (own !== undefined) return answerOf(own)
  if (!readings.some(({ code, error }) => code !== '' || error !== ''))
    throw new AppError(
      'unprocessable',
      'there is no sign-in code in this: copy the whole address of the page your browser ended up at after you signed in at Yoto, even if that page shows an error; "code=" and "state=" stand in it',
    )
  if (readings.every((reading) => reading.state === ''))
    throw new AppError(
      'unprocessable',
      'this address is not whole, because nothing says which sign-in it belongs to: copy all of it, with the part that begins with "state="',
    )
  throw new AppError(
    'conflict',
    'this address belongs to another sign-in, such as an earlier one: open the sign-in page that is offered now, sign in there, and copy the address your browser ends up at then',
  )
}

interface Reading {
  readonly code: string
  readonly state: string
  readonly error: string
  readonly words: string
}

const longestAnswer = 8192

/** Spaces may have come in where an address was wrapped, or stand between its parts: the state tells which reading is right. */
function readingsOf(text: string, state: string): Reading[] {
  const bare = text
    .slice(0, longestAnswer)
    .replaceAll('&amp;', '&')
    .replaceAll(/["'`<>“”„‘’«»\p{Cf}]/gu, ' ')
    .trim()
  const words = bare.split(/[\s,;&]+/)
  const readings = [bare.replaceAll(/\s+/g, ''), bare.replaceAll(/[\s,;]+/g, '&')].map(readingOf)
  // Two words without names: one of them is the state.
  const [code = ''] = words.filter((word) => !isSame(word, state))
  if (words.length === 2 && words.some((word) => isSame(word, state)) && !code.includes('='))
    readings.push({ code, state, error: '', words: '' })
  return readings
}

function readingOf(text: string): Reading {
  const query = text.slice(text.indexOf('?') + 1).replace(/#.*$/, '')
  const given = new URLSearchParams(query)
  // What stands there twice is no answer of Yoto's.
  const only = (name: string) => {
    const values = given.getAll(name)
    return values.length === 1 ? (values[0] ?? '').trim() : ''
  }
  return {
    code: only('code'),
    state: only('state'),
    error: only('error'),
    words: only('error_description'),
  }
}

function answerOf({ code, error, words }: Reading): BrowserAnswer {
  if (error !== '') return { refused: shownWords(error), words: shownWords(words) }
  if (code !== '') return { code }
  throw new AppError(
    'unprocessable',
    'there is no sign-in code in this address: copy all of it, with the part that begins with "code="',
  )
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}
