import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { printable } from '../language/printable.ts'
import type { Call } from './control-socket.ts'

/** What was written behind `card <name>`. */
export interface Given {
  /** The word behind the name; '' where there is none. */
  readonly word: string
  readonly flags: ReadonlyMap<string, string>
}

/** One word that may follow `card`: the REST call it is, and how the answer is said. */
export interface CardCall {
  readonly name: string
  /** What follows the name: `<card id>` has to be there, `[player id]` may be. */
  readonly word?: `<${string}>` | `[${string}]`
  /** Those of the flags of `card` that go with it. */
  readonly flags?: readonly string[]
  readonly about: string
  call(given: Given): Call
  said(answer: JsonObject, given: Given): string
  /** Asked again and again, and told on stderr, until it is over: see `card-waits.ts`. */
  readonly waits?: 'upload' | 'check'
}

/** The flags of all of them: what each takes, or null for one that takes nothing. */
export const cardFlags: Readonly<Record<string, string | null>> = {
  stream: 'the name of a stream',
  story: 'the id of a story',
  title: 'the title on the card',
  kind: 'queue, stream or story',
  run: 'auto, card or live',
  chapters: 'a number from 3 to 99',
  slots: 'interactive or linear',
  confirm: 'request or mqtt',
  player: 'the id of a player',
  audio: 'streamed or uploaded',
  search: 'a text',
  wait: null,
  now: null,
  refresh: null,
}

const wishes = ['title', 'slots', 'confirm', 'player', 'audio']

/** Every call. A new one is a row here, and its flags above. */
export const cardCalls: readonly CardCall[] = [
  {
    name: 'list',
    about: 'the cards that were published',
    call: () => ({ method: 'GET', path: '/cards' }),
    said: ({ cards }) => listed(cards, 'No card was published yet.', cardLine),
  },
  {
    name: 'show',
    word: '<card id>',
    about: 'one of them',
    call: ({ word }) => ({ method: 'GET', path: `/cards/${encodeURIComponent(word)}` }),
    said: fieldLines,
  },
  {
    name: 'publish',
    flags: ['stream', 'story', 'kind', 'run', 'chapters', ...wishes, 'wait'],
    about: 'makes a card for --stream NAME or --story NAME; --wait stays until its audio is uploaded',
    call: ({ flags }) => ({ method: 'POST', path: '/cards', body: bodyOf(flags) }),
    said: (card) => `Card ${textOf(card.card_id)} "${textOf(card.title)}" is published.\n`,
    waits: 'upload',
  },
  {
    name: 'change',
    word: '<card id>',
    flags: [...wishes, 'wait'],
    about: `changes a card: ${wishes.map((wish) => `--${wish}`).join(', ')} (--player any: of no player)`,
    call: ({ word, flags }) => ({
      method: 'PUT',
      path: `/cards/${encodeURIComponent(word)}`,
      body: bodyOf(flags),
    }),
    said: (card) => `Card ${textOf(card.card_id)} "${textOf(card.title)}" is changed.\n`,
    waits: 'upload',
  },
  {
    name: 'rotate-key',
    word: '<card id>',
    flags: ['now'],
    about: 'gives a card a new key; with --now the old one ends at once',
    call: ({ word, flags }) => ({
      method: 'POST',
      path: `/cards/${encodeURIComponent(word)}/rotate-key`,
      body: flags.has('now') ? { now: true } : {},
    }),
    said: ({ message }) => `${textOf(message)}\n`,
  },
  {
    name: 'account',
    flags: ['search', 'refresh'],
    about: 'all cards of the Yoto account, those with --search TEXT in title or author alone',
    call: ({ flags }) => ({
      method: 'GET',
      path: `/account/cards${flags.has('refresh') ? '?refresh=true' : ''}`,
    }),
    said: ({ cards }, { flags }) =>
      listed(found(cards, flags.get('search') ?? ''), 'No card is found.', accountLine),
  },
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
    waits: 'check',
  },
]

/** The body of a call out of flags that are called as its fields. */
function bodyOf(flags: ReadonlyMap<string, string>): JsonObject {
  const fields = [...flags].flatMap(([name, value]): [string, unknown][] => {
    if (name === 'wait') return []
    if (name === 'chapters') return [[name, numberIn(name, value)]]
    return [[name, name === 'player' && value === 'any' ? null : value]]
  })
  return Object.fromEntries(fields)
}

function numberIn(name: string, value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value)
  throw new AppError(
    'invalid',
    `argument --${name}: found ${JSON.stringify(value.slice(0, 80))}, expected ${cardFlags[name]}`,
  )
}

function listed(list: unknown, none: string, line: (entry: JsonObject) => readonly string[]): string {
  const rows = (Array.isArray(list) ? list : []).filter(isJsonObject).map(line)
  if (rows.length === 0) return `${none}\n`
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, at) => Math.max(known[at] ?? 0, cell.length)),
    [],
  )
  const lines = rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '))
  return lines.map((one) => `${one.trimEnd()}\n`).join('')
}

function cardLine({ card_id, title, kind, stream, story, uploading, audio }: JsonObject): string[] {
  const plays = isJsonObject(story) ? `story ${textOf(story.id)}` : `stream ${textOf(stream)}`
  const state = isJsonObject(uploading) ? textOf(uploading.state) : textOf(audio)
  return [textOf(card_id), textOf(title), textOf(kind), plays, state]
}

function accountLine({ card_id, title, author, ours }: JsonObject): string[] {
  return [textOf(card_id), textOf(title), textOf(author ?? ''), ours === true ? 'ours' : '']
}

function found(cards: unknown, search: string): unknown {
  const wanted = search.toLowerCase()
  if (!Array.isArray(cards)) return []
  return cards
    .filter(isJsonObject)
    .filter(({ title, author }) => `${title} ${author ?? ''}`.toLowerCase().includes(wanted))
}

function fieldLines(answer: JsonObject): string {
  return Object.entries(answer)
    .map(([name, value]) => `${name}: ${textOf(value)}\n`)
    .join('')
}

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

function textOf(value: unknown): string {
  return printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
}
