import { AppError } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'
import { fieldLines, listed, listNotes, messageIn, objectsIn, textOf } from './answer-lines.ts'
import type { AskedCall, Given } from './asked-call.ts'
import { backupInWords, contentOfBackup } from './backup-file.ts'

// As the program takes them; a document becomes longer in JSON.
const longestDocument = 4 * 1024 * 1024

/** The cards that lie in the Yoto account, whoever made them. */
export const accountCalls: readonly AskedCall[] = [
  {
    name: 'account',
    flags: ['search', 'whose', 'refresh'],
    about:
      'all cards of the Yoto account; those with the words of --search in title or author, --whose ours, own or family',
    before: ({ flags }) =>
      flags.has('refresh') ? { method: 'GET', path: '/account/cards?refresh=true' } : null,
    call: ({ flags }) => ({
      method: 'POST',
      path: '/account/cards/search',
      body: {
        ...(flags.has('search') ? { text: flags.get('search') } : {}),
        ...(flags.has('whose') ? { whose: flags.get('whose') } : {}),
      },
    }),
    said: ({ cards }) => listed(cards, 'No card is found.', accountLine),
    notes: listNotes,
  },
  {
    name: 'account-card',
    word: '<card id>',
    about: 'one of them, with its chapters and tracks',
    call: ({ word }) => ({ method: 'GET', path: pathOf(cardIdIn(word)) }),
    said: accountCardLines,
  },
  {
    name: 'copy',
    word: '<card id>',
    flags: ['stream', 'wait'],
    about:
      'brings the audio of a card into the library, as the queue of --stream NAME; --wait stays until it is there',
    call: ({ word, flags }) => ({
      method: 'POST',
      path: `${pathOf(word)}/copy`,
      body: flags.has('stream') ? { stream: flags.get('stream') } : {},
    }),
    said: copyLine,
    notes: ({ left_out }) =>
      (Array.isArray(left_out) ? left_out : []).map(
        (title) => `left out, as nobody gives it: ${textOf(title)}`,
      ),
    waits: 'copy',
  },
  {
    name: 'account-delete',
    word: '<card id>',
    flags: ['theirs'],
    about: 'deletes a card that was made elsewhere, with --theirs alone; its document is kept for 30 days',
    call: ({ word, flags }) => ({
      method: 'DELETE',
      path: pathOf(word),
      body: flags.has('theirs') ? { theirs: true } : {},
    }),
    said: messageIn,
  },
  ...documentCalls(),
]

function documentCalls(): AskedCall[] {
  return [
    {
      name: 'backup',
      file: { goes: 'in', about: contentOfBackup },
      about: "the documents of all the account's own cards, as a new zip",
      call: () => ({ method: 'GET', path: '/account/cards/backup' }),
      said: backupInWords,
      notes: ({ problems }) =>
        Array.isArray(problems) ? problems.map((line) => `missing: ${textOf(line)}`) : [],
      failed: ({ problems }) => Array.isArray(problems) && problems.length > 0,
    },
    {
      name: 'document',
      word: '<card id>',
      file: { goes: 'in' },
      about: 'the document of one of them, exactly as Yoto has it, as a new file',
      call: ({ word }) => ({ method: 'GET', path: `${pathOf(word)}/document` }),
      said: ({ file }) => `${textOf(file)} is written.\n`,
    },
    {
      name: 'restore',
      file: { goes: 'out', most: longestDocument },
      flags: ['replace'],
      about: 'makes a new card of a document; with --replace it takes the place of the card it is of',
      call: ({ sent, flags }) => ({
        method: 'POST',
        path: '/account/cards/restore',
        body: { document: documentIn(sent), ...(flags.has('replace') ? { replace: true } : {}) },
      }),
      said: messageIn,
    },
    {
      name: 'deleted',
      about: 'the cards that were deleted here within the last 30 days',
      call: () => ({ method: 'GET', path: '/account/deleted-cards' }),
      said: ({ cards }) =>
        listed(cards, 'No deleted card is kept.', ({ card_id, title, deleted_at, kept_until }) => [
          ...[
            textOf(card_id),
            textOf(title),
            `deleted ${textOf(deleted_at)}`,
            `kept until ${textOf(kept_until)}`,
          ],
        ]),
    },
    {
      name: 'restore-deleted',
      word: '<card id>',
      about: 'makes one of them anew, with another id',
      call: ({ word }) => ({
        method: 'POST',
        path: `/account/deleted-cards/${encodeURIComponent(word)}/restore`,
      }),
      said: messageIn,
    },
  ]
}

function pathOf(cardId: string): string {
  return `/account/cards/${encodeURIComponent(cardId)}`
}

/** No card has the name of another call. @throws AppError `invalid` */
function cardIdIn(word: string): string {
  if (word !== 'backup') return word
  throw new AppError(
    'invalid',
    '"backup" is the id of no card: "card backup FILE" saves the documents of all cards',
  )
}

/** The text exactly, a mark of its byte order among it. @throws AppError `invalid` */
function documentIn({ name, bytes }: Given['sent']): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new AppError('invalid', `${JSON.stringify(name.slice(-200))} is no text in UTF-8`)
  }
}

function accountLine({ card_id, title, author, whose }: JsonObject): string[] {
  return [textOf(card_id), textOf(title), textOf(author ?? ''), textOf(whose)]
}

function accountCardLines({ chapters, ...card }: JsonObject): string {
  const rows = objectsIn(chapters).flatMap(({ key, title, seconds, tracks }) => [
    [`chapter ${textOf(key)}`, textOf(title), lengthOf(seconds), ''],
    ...objectsIn(tracks).map((track) => [
      ...[`  track ${textOf(track.key)}`, textOf(track.title), lengthOf(track.seconds), textOf(track.kind)],
    ]),
  ])
  const lines = listed(
    rows.map((cells) => ({ cells })),
    'It has no chapters.',
    ({ cells }) => (Array.isArray(cells) ? cells.map(String) : []),
  )
  return `${fieldLines(card)}${lines}`
}

function lengthOf(seconds: unknown): string {
  if (typeof seconds !== 'number') return ''
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

function copyLine({ card_id, stream, state, of, done }: JsonObject): string {
  const counted = `${textOf(done)} of ${textOf(of)} tracks`
  return state === 'done'
    ? `Card ${textOf(card_id)} is the queue of the stream ${textOf(stream)}: ${counted} are in the library.\n`
    : `Card ${textOf(card_id)} is being copied to the stream ${textOf(stream)}: ${counted} are in the library by now.\n`
}
