import { extname } from 'node:path'
import { AppError } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'
import { type PictureType, pictureTypeOf } from '../core/picture.ts'
import { listed, listNotes, objectsIn, textOf } from './answer-lines.ts'
import type { AskedCall, SentFile } from './asked-call.ts'

// As the program takes them.
const largestPicture = 16 * 1024 * 1024
const file = { goes: 'out', most: largestPicture } as const

/** Icons of the account, and those that Yoto has for everybody. */
export const iconCalls: readonly AskedCall[] = [
  {
    name: 'list',
    about: "the account's own icons",
    call: () => ({ method: 'GET', path: '/icons' }),
    said: ({ icons }) => listed(icons, 'The account has no icons of its own.', iconLine),
    notes: listNotes,
  },
  {
    name: 'search',
    word: '<text>',
    flags: ['whose'],
    about: "Yoto's icons with all these words in title and tags; with --whose own the account's",
    call: ({ word, flags }) => ({
      method: 'POST',
      path: '/icons/search',
      body: { text: word, ...(flags.has('whose') ? { whose: flags.get('whose') } : {}) },
    }),
    said: ({ icons }) => listed(icons, 'No icon is found.', iconLine),
    notes: (answer) => [...moreNotes(answer), ...listNotes(answer)],
  },
  {
    name: 'upload',
    file,
    about: 'brings a PNG of 16×16 pixels or a GIF to the account, and prints its id',
    call: ({ sent }) => ({ method: 'POST', path: '/icons', bytes: pictureIn(sent) }),
    said: ({ icon_id }) => `${textOf(icon_id)}\n`,
  },
  {
    name: 'from-picture',
    file,
    about: 'makes an icon of the middle of a picture of any size, brings it, and prints its id',
    call: ({ sent }) => ({ method: 'POST', path: '/icons/from-picture', bytes: pictureIn(sent) }),
    said: ({ icon_id }) => `${textOf(icon_id)}\n`,
  },
]

export const coverCalls: readonly AskedCall[] = [
  {
    name: 'upload',
    file,
    about: 'brings a picture to the account as the cover of cards, and prints its address',
    call: ({ sent }) => ({ method: 'POST', path: '/covers', bytes: pictureIn(sent) }),
    said: ({ cover_url }) => `${textOf(cover_url)}\n`,
  },
]

const byEnding: Readonly<Record<string, PictureType>> = {
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
}

/** What begins as no picture is sent as what its name says, and the program says what is wrong. @throws AppError `invalid` */
function pictureIn({ name, bytes }: SentFile): { type: PictureType; data: Uint8Array } {
  const type = pictureTypeOf(bytes) ?? byEnding[extname(name).toLowerCase()]
  if (type !== undefined) return { type, data: bytes }
  const shown = JSON.stringify(name.slice(-200))
  throw new AppError('invalid', `${shown} is no picture: a PNG, GIF, JPEG or WebP is needed`)
}

function iconLine({ icon_id, title, tags }: JsonObject): string[] {
  return [textOf(icon_id), textOf(title), Array.isArray(tags) ? tags.map(textOf).join(', ') : '']
}

function moreNotes({ icons, count }: JsonObject): readonly string[] {
  const shown = objectsIn(icons).length
  return typeof count === 'number' && count > shown
    ? [`${shown} of ${count} icons: more words find fewer`]
    : []
}
