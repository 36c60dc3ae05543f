import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { fieldLines, listed, messageIn, objectsIn, textOf } from './answer-lines.ts'
import type { AskedCall, Given } from './asked-call.ts'

const wishes = ['title', 'slots', 'confirm', 'player', 'audio', 'icon', 'cover']

/** The cards that the product has published. */
export const cardCalls: readonly AskedCall[] = [
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
    call: ({ word }) => ({ method: 'GET', path: pathOf(word) }),
    said: fieldLines,
  },
  {
    name: 'publish',
    flags: ['stream', 'story', 'file', 'kind', 'run', 'chapters', ...wishes, 'wait'],
    about:
      'makes a card for --stream NAME, --story NAME, or --file NAME --file NAME …; --wait stays until its audio is uploaded',
    call: (given) => ({ method: 'POST', path: '/cards', body: bodyOf(given) }),
    said: (card) => `Card ${textOf(card.card_id)} "${textOf(card.title)}" is published.\n`,
    waits: 'upload',
  },
  {
    name: 'change',
    word: '<card id>',
    flags: ['file', ...wishes, 'wait'],
    about: `changes a card: ${wishes.map((wish) => `--${wish}`).join(', ')} (--player any: of no player; --icon none, --cover none: takes it off), --file for all its tracks`,
    call: (given) => ({ method: 'PUT', path: pathOf(given.word), body: bodyOf(given) }),
    said: (card) => `Card ${textOf(card.card_id)} "${textOf(card.title)}" is changed.\n`,
    waits: 'upload',
  },
  {
    name: 'compare',
    word: '<card id>',
    about: 'what the card in the account has otherwise than it would be published now',
    call: ({ word }) => ({ method: 'GET', path: `${pathOf(word)}/account` }),
    said: comparisonLines,
    failed: ({ state }) => state !== 'same',
  },
  {
    name: 'publish-again',
    word: '<card id>',
    flags: ['wait'],
    about: 'writes a card to the account anew, as it would be published now',
    call: ({ word }) => ({ method: 'POST', path: `${pathOf(word)}/publish` }),
    said: (card, { word }) => {
      const was = card.card_id === word ? '' : ` It is a new card: its id was ${textOf(word)}.`
      return `Card ${textOf(card.card_id)} "${textOf(card.title)}" is published again.${was}\n`
    },
    waits: 'upload',
  },
  {
    name: 'delete',
    word: '<card id>',
    about: 'deletes a card in the account; the stream, story or files that it plays stay',
    call: ({ word }) => ({ method: 'DELETE', path: pathOf(word) }),
    said: messageIn,
  },
  {
    name: 'rotate-key',
    word: '<card id>',
    flags: ['now'],
    about: 'gives a card a new key; with --now the old one ends at once',
    call: ({ word, flags }) => ({
      method: 'POST',
      path: `${pathOf(word)}/rotate-key`,
      body: flags.has('now') ? { now: true } : {},
    }),
    said: messageIn,
  },
]

function pathOf(cardId: string): string {
  return `/cards/${encodeURIComponent(cardId)}`
}

/** What a flag says for null. */
const nothings: ReadonlyMap<string, string> = new Map([
  ['player', 'any'],
  ['icon', 'none'],
  ['cover', 'none'],
])

/** The body of a call out of flags that are called as its fields, but for those that words are shorter for. */
function bodyOf({ flags, lists }: Given): JsonObject {
  const fields = [...flags].flatMap(([name, value]): [string, unknown][] => {
    if (name === 'wait') return []
    if (name === 'chapters') return [[name, chaptersIn(value)]]
    return [[name === 'cover' ? 'cover_url' : name, nothings.get(name) === value ? null : value]]
  })
  const files = lists.get('file')
  const tracks = files === undefined ? {} : { tracks: files.map((file) => ({ file })) }
  return { ...Object.fromEntries(fields), ...tracks }
}

function chaptersIn(value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value)
  const found = JSON.stringify(value.slice(0, 80))
  throw new AppError('invalid', `argument --chapters: found ${found}, expected a number from 3 to 99`)
}

function cardLine(card: JsonObject): string[] {
  const { card_id, title, kind, uploading, audio } = card
  const state = isJsonObject(uploading) ? textOf(uploading.state) : textOf(audio)
  return [textOf(card_id), textOf(title), textOf(kind), playedBy(card), state]
}

function playedBy({ stream, story, tracks }: JsonObject): string {
  if (isJsonObject(story)) return `story ${textOf(story.id)}`
  if (!Array.isArray(tracks)) return `stream ${textOf(stream)}`
  return tracks.length === 1 ? '1 track' : `${tracks.length} tracks`
}

function comparisonLines({ state, differences }: JsonObject, { word }: Given): string {
  const card = `card ${textOf(word)}`
  if (state === 'same') return `The account has ${card} as it would be published now.\n`
  if (state === 'gone')
    return `The account does not have ${card} any more: publish-again makes it anew, with another id.\n`
  const value = (json: unknown) => (json === null ? 'nothing' : textOf(json))
  return objectsIn(differences)
    .map(({ path, account, here }) => `${textOf(path)}: account ${value(account)}, here ${value(here)}\n`)
    .join('')
}
