import type {
  FilesAndBytes,
  FileUser,
  LibraryDetails,
  LibraryDisk,
  LibraryEntry,
} from '../src/http/api/library.ts'
import type { LibraryQuery } from '../src/http/api/library-search.ts'
import { segment } from './path.ts'
import { apiUrl, ask, RequestError } from './request.ts'

export type { FilesAndBytes, FileUser, LibraryDetails, LibraryDisk, LibraryEntry }

/** What is looked for. */
export type LibrarySearch = Required<Pick<LibraryQuery, 'text' | 'sort' | 'descending'>> &
  Pick<LibraryQuery, 'state' | 'loved' | 'folder'>

/** The first of the files that fit; `count` are all that do. */
export interface Found {
  readonly files: readonly LibraryEntry[]
  readonly count: number
}

// What the product gives at once.
const mostAtOnce = 1000

/** As many files as are wanted, from the first that fits. */
export async function searchLibrary(search: LibrarySearch, wanted: number): Promise<Found> {
  const files: LibraryEntry[] = []
  for (;;) {
    const limit = Math.min(mostAtOnce, wanted - files.length)
    const found = await ask<Found>('POST', 'library/search', { ...search, limit, offset: files.length })
    files.push(...found.files)
    if (found.files.length < limit || files.length >= wanted) return { files, count: found.count }
  }
}

export function fetchFile(id: string): Promise<LibraryDetails> {
  return ask('GET', `library/${segment(id)}`)
}

export function coverUrl(id: string): string {
  return apiUrl(`library/${segment(id)}/cover`)
}

/** What is played of a file. */
export function audioUrl(id: string): string {
  return apiUrl(`library/${segment(id)}/audio`)
}

/** Puts files at the end of a stream; of a book, its chapters. */
export async function appendTo(stream: string, file: string): Promise<void> {
  await ask('POST', `streams/${segment(stream)}/queue`, { files: [file] })
}

export async function loveFile(id: string, loved: boolean): Promise<void> {
  await ask('PUT', `library/${segment(id)}/loved`, { loved })
}

/** Null once it is deleted; what names it where that is in the way, which `force` does not mind. */
export async function deleteFile(id: string, force: boolean): Promise<readonly FileUser[] | null> {
  try {
    await ask('POST', 'library/delete', { id, force })
    return null
  } catch (error) {
    const users = error instanceof RequestError && error.status === 409 ? usersIn(error.details) : []
    if (users.length === 0) throw error
    return users
  }
}

export function fetchDisk(): Promise<LibraryDisk> {
  return ask('GET', 'library/disk')
}

/** Removes what no file needs any more; says how much that was. */
export function cleanLibrary(): Promise<FilesAndBytes> {
  return ask('POST', 'library/clean', {})
}

function usersIn(details: unknown): readonly FileUser[] {
  const users = (details as { users?: unknown } | undefined)?.users
  return Array.isArray(users) ? (users as FileUser[]) : []
}
