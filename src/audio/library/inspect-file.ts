import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { errnoOf, messageOf } from '../../core/error.ts'
import { bytesPerFrame, inspectMp3, msPerFrame } from '../frames.ts'
import type { Chapter } from '../import/chapters.ts'
import { titleOf } from '../names.ts'
import { type Identity, identityOf, openForReading } from '../open-files.ts'
import type { ContentFacts } from './content-facts.ts'

/** What can be played: a file, or a chapter or part of one. */
export interface LibraryFile {
  /** Name in the library, with forward slashes; where it comes from elsewhere, its reference. */
  readonly file: string
  readonly title: string
  /** Bytes. */
  readonly size: number
  readonly seconds: number
  /** Where it begins in the content that has the hash; 0 but for the parts of a file. */
  readonly firstFrame: number
  readonly frames: number
  /** SHA-256 of the whole content, in hex. */
  readonly hash: string
  readonly modifiedAt: Date
}

export type Lookup =
  | {
      readonly state: 'ready'
      readonly file: LibraryFile
      readonly at: Location
      /** Of the whole file; empty where it has none. */
      readonly chapters: readonly Chapter[]
      /** Absent where it lies in the profile. */
      readonly facts?: ContentFacts
      /** Another content has been put in its place, and plays from when it is imported. */
      readonly successor?: Importing
    }
  | Importing
  | { readonly state: 'missing' }
  /** It is there but cannot be played; `reason` is for people. `again`: not yet, for it is tried again by itself. */
  | { readonly state: 'refused'; readonly reason: string; readonly again?: true }

/** It is being copied or made playable; `progress` goes from 0 to 1. */
export interface Importing {
  readonly state: 'importing'
  readonly progress: number
  /** Of a chapter or part: what it will be called, as far as that is known by now. */
  readonly title?: string
}

/** Where the bytes lie that are served. */
export type Location = Pick<Place, 'path' | 'identity'>

/** Where a name leads on this machine. */
export interface Place {
  /** As it was asked for; `path` is where that leads. */
  readonly wished: string
  readonly path: string
  readonly identity: Identity
  readonly modifiedAt: Date
  /** When its bytes, its name or its rights were changed last; nobody can set it. */
  readonly changedAt: Date
}

export type Inspected =
  | { readonly kind: 'in-profile'; readonly hash: string; readonly frames: number }
  /** `reason` says what it lacks. */
  | { readonly kind: 'other'; readonly reason: string }
  /** It could not be read, or is being written: another time it may be something else. */
  | { readonly kind: 'unreadable'; readonly reason: string }

/** Reads the file once, as far as it is in the profile. */
export async function inspectFile(place: Place): Promise<Inspected> {
  let handle: FileHandle
  try {
    handle = await openForReading(place.path)
  } catch (error) {
    return unreadable(error)
  }
  try {
    const hash = createHash('sha256')
    const inspection = await inspectMp3(chunksOf(handle, (chunk) => hash.update(chunk)))
    if (identityOf(await handle.stat({ bigint: true })) !== place.identity)
      return { kind: 'unreadable', reason: 'the file is being written right now' }
    if (!inspection.inProfile) return { kind: 'other', reason: inspection.reason }
    return { kind: 'in-profile', frames: inspection.frames, hash: hash.digest('hex') }
  } catch (error) {
    return unreadable(error)
  } finally {
    await handle.close()
  }
}

/** What a queue needs to know of it; the title is that of the name where the file has none. */
export function libraryFile(of: {
  readonly name: string
  readonly title: string | null
  readonly frames: number
  readonly hash: string
  readonly place: Place
}): LibraryFile {
  return {
    file: of.name,
    title: of.title ?? titleOf(of.name),
    size: of.frames * bytesPerFrame,
    seconds: (of.frames * msPerFrame) / 1000,
    firstFrame: 0,
    frames: of.frames,
    hash: of.hash,
    modifiedAt: of.place.modifiedAt,
  }
}

function unreadable(error: unknown): Inspected {
  return { kind: 'unreadable', reason: `the file cannot be read: ${reasonOf(error)}` }
}

/** Without the path of this machine, which Node puts into the message. */
function reasonOf(error: unknown): string {
  return errnoOf(error) ?? messageOf(error)
}

// Whole frames, so that none has to be pieced together.
const chunkBytes = 1024 * bytesPerFrame

async function* chunksOf(handle: FileHandle, seen: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(chunkBytes)
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, chunkBytes, null)
    if (bytesRead === 0) return
    // A copy, because what reads it may keep the end of it.
    const chunk = Buffer.from(buffer.subarray(0, bytesRead))
    seen(chunk)
    yield chunk
  }
}
