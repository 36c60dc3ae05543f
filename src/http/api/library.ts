import { Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { searchEntries, searchSorts } from './library-search.ts'
import { type Route, route } from './route.ts'

/** What the library calls need of the house; what has an id throws AppError `not_found` where there is no such file. */
export interface LibraryHouse {
  /** Every audio file in natural order, with those that cannot be played. */
  library(): Promise<readonly LibraryEntry[]>
  libraryFile(id: string): Promise<LibraryDetails>
  /** A JPEG; null where the file has no cover. */
  libraryCover(id: string): Promise<Buffer | null>
  /** Who could not be heard any more as they are meant to be without the file. */
  libraryUsers(id: string): Promise<{ readonly file: string; readonly users: readonly FileUser[] }>
  /** Deletes the original. @throws AppError `forbidden` where it is not the media folder's */
  deleteLibraryFile(id: string): Promise<void>
  /** @throws AppError `conflict` while the file cannot be played */
  loveLibraryFile(id: string, isLoved: boolean): Promise<void>
  libraryDisk(): Promise<LibraryDisk>
  /** @throws AppError `conflict` or `unavailable` while it is not certain that what is missing is gone */
  cleanLibrary(options: { readonly isReallyEmpty: boolean }): Promise<FilesAndBytes>
}

/**
 * A file of the library: `seconds` where it is ready, `progress` (0 to 1) while it is made playable, `reason` (for
 * people) where it cannot be played.
 */
export interface LibraryEntry {
  /** Stands for the file in addresses. */
  readonly id: string
  /** As it can be queued. */
  readonly file: string
  readonly title: string
  readonly artist: string | null
  readonly album: string | null
  readonly seconds: number | null
  readonly state: 'ready' | 'importing' | 'refused'
  readonly progress?: number
  readonly reason?: string
  /** It cannot be played yet, and is tried again by itself. */
  readonly again?: true
  /** Whether it has a cover that can be asked for. */
  readonly cover: boolean
  /** Whether somebody has said that it is. */
  readonly loved: boolean
  readonly plays: number
  /** ISO 8601; null where nobody has played it. */
  readonly last_played_at: string | null
}

export interface LibraryDetails extends LibraryEntry {
  /** Where it lies. */
  readonly folder: 'media' | 'config'
  readonly tags: Readonly<Record<string, string | number>>
  readonly chapters: readonly { readonly title?: string; readonly start_s: number; readonly end_s: number }[]
  /** Its chapters or parts as they can be queued; none where it is one item. */
  readonly parts: readonly { readonly reference: string; readonly title: string; readonly seconds: number }[]
  /** How it lies in its folder. */
  readonly format: object | null
  readonly loudness: object | null
  readonly warnings: readonly string[]
  /** Bytes of the original. */
  readonly size: number
  /** Bytes of what is played; null while there is nothing. */
  readonly result_size: number | null
  readonly added_at: string
  readonly modified_at: string
  readonly users: readonly FileUser[]
}

/** What names a file. */
export interface FileUser {
  readonly kind: 'stream' | 'if_pressed' | 'playlist' | 'schedule' | 'rule' | 'story' | 'preset' | 'card'
  /** Of the stream, playlist, schedule, rule, story or preset; of a card its title. */
  readonly name: string
  /** Where in it, for people: `item 3`, `items 1, 4 and 127 more`, `slot night`; null where that says nothing more. */
  readonly place: string | null
}

export interface FilesAndBytes {
  readonly files: number
  readonly bytes: number
}

export interface LibraryDisk {
  readonly originals: FilesAndBytes
  readonly results: FilesAndBytes
  readonly covers: FilesAndBytes
  readonly uploads: FilesAndBytes
  /** Those of the results and covers that nothing needs; null while that cannot be told. */
  readonly orphans: FilesAndBytes | null
  /** Bytes left to us on the disks of the media folder and of the data folder; null where the system does not say. */
  readonly free: { readonly media: number | null; readonly data: number | null }
}

const closed = { additionalProperties: false }
const id = Type.String({
  pattern: '^[A-Za-z0-9_-]{22}$',
  description: 'the id of a file, as the list has it',
})

/** The calls of the library as a whole; those of one file are `libraryFileRoutes`. */
export function libraryRoutes(house: LibraryHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/library',
      summary: 'Every audio file of the library, with those that cannot be played and why.',
      needs: 'house',
      async handle() {
        const files = await house.library()
        return { files, count: files.length }
      },
    }),
    searchRoute(house),
    deleteRoute(house),
    route({
      method: 'get',
      path: '/library/disk',
      summary: 'How much room the library takes, in bytes, and how much is left.',
      needs: 'house',
      handle: () => house.libraryDisk(),
    }),
    cleanRoute(house),
  ]
}

const search = Type.Object(
  {
    text: Type.Optional(
      Type.String({
        maxLength: 200,
        description:
          'words that must all stand in name, title, artist or album, whatever their accents and case',
      }),
    ),
    loved: Type.Optional(Type.Boolean()),
    state: Type.Optional(
      Type.Union((['ready', 'importing', 'refused'] as const).map((each) => Type.Literal(each))),
    ),
    folder: Type.Optional(Type.String({ maxLength: 1024, description: 'only what lies in it or below' })),
    sort: Type.Optional(Type.Union(searchSorts.map((each) => Type.Literal(each)))),
    descending: Type.Optional(Type.Boolean()),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    offset: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  closed,
)

function searchRoute(house: LibraryHouse): Route {
  return route({
    method: 'post',
    path: '/library/search',
    summary: 'The files that fit; `count` are all of them, also those behind the limit.',
    needs: 'house',
    body: search,
    async handle({ body }) {
      return searchEntries(await house.library(), body)
    },
  })
}

function deleteRoute(house: LibraryHouse): Route {
  return route({
    // Not DELETE: the wish to force it travels in a body, and RFC 9110, 9.3.5, lets proxies drop that of a DELETE.
    method: 'post',
    path: '/library/delete',
    summary:
      'Deletes a file of the media folder, unless something names it; with `force` also then. What was made of it stays for 30 days.',
    needs: 'house',
    body: Type.Object({ id, force: Type.Optional(Type.Boolean()) }, closed),
    async handle({ body }) {
      const { file, users } = await house.libraryUsers(body.id)
      if (users.length > 0 && body.force !== true) throw stillUsed(file, users)
      await house.deleteLibraryFile(body.id)
      return { success: true, message: `"${file}" deleted`, users }
    },
  })
}

function cleanRoute(house: LibraryHouse): Route {
  return route({
    method: 'post',
    path: '/library/clean',
    summary:
      'Removes at once what imports have left behind of files that are gone; `force` says that empty folders are meant to be empty.',
    needs: 'admin',
    body: Type.Object({ force: Type.Optional(Type.Boolean()) }, closed),
    async handle({ body }) {
      const { files, bytes } = await house.cleanLibrary({ isReallyEmpty: body.force ?? false })
      return { success: true, message: `${files} ${files === 1 ? 'file' : 'files'} removed`, files, bytes }
    },
  })
}

const shownUsers = 5
const userWords: Readonly<Record<FileUser['kind'], string>> = {
  stream: 'stream',
  if_pressed: 'if_pressed of',
  playlist: 'playlist',
  schedule: 'schedule',
  rule: 'rule',
  story: 'story',
  preset: 'preset',
  card: 'card',
}

function stillUsed(file: string, users: readonly FileUser[]): AppError {
  const words = users.slice(0, shownUsers).map(({ kind, name }) => `${userWords[kind]} "${name}"`)
  const more = users.length > shownUsers ? ` and ${users.length - shownUsers} more` : ''
  return new AppError(
    'conflict',
    `"${file}" is needed by ${[...new Set(words)].join(', ')}${more}; take it out there first, or delete it with "force": true`,
    { details: { users } },
  )
}
