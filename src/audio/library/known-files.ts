import type { Clock } from '../../core/clock.ts'
import type { Collection } from '../../core/collection.ts'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import type { Identity } from '../open-files.ts'

/** What was once read out of a file, and holds for as long as the file keeps its identity. */
export interface KnownFile {
  readonly identity: Identity
  /** SHA-256 of the content, in hex. */
  readonly hash: string
  /** Where it is in the profile: how many frames it has; else null. */
  readonly frames: number | null
  /** SHA-256 of the content before it, which plays until this one is imported. */
  readonly earlier?: string
}

interface KnownFilesOptions {
  /** By path. */
  readonly records: Pick<Collection<KnownFile>, 'entries' | 'delete'>
  /** Writes all of them, or none. */
  readonly write: (entries: readonly (readonly [path: string, known: KnownFile])[]) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

// Thousands are found at once on the first look, and other writes are not to wait for as many of theirs.
const gatherMs = 1_000

/** Remembers over restarts what was read out of each file, so that a large library is there at once. */
export class KnownFiles {
  readonly #options: KnownFilesOptions
  readonly #known = new Map<string, KnownFile>()
  readonly #unwritten = new Map<string, KnownFile>()
  #cancel: (() => void) | undefined

  constructor(options: KnownFilesOptions) {
    this.#options = options
  }

  /** Reads what the runs before have found. Never rejects: then everything is read once more. */
  async open(): Promise<void> {
    const { records, log } = this.#options
    try {
      for (const [path, known] of await records.entries()) this.#known.set(path, known)
    } catch (error) {
      log.warn('what is known of the audio files could not be read', { reason: messageOf(error) })
    }
  }

  /** Writes what is not yet written. Never rejects. */
  async stop(): Promise<void> {
    this.#cancel?.()
    await this.#write()
  }

  /** Undefined where the path was never read, or has another content by now. */
  get(path: string, identity: Identity): KnownFile | undefined {
    const known = this.#known.get(path)
    return known?.identity === identity ? known : undefined
  }

  /** The contents that the path had before what has this identity, the latest first, until that is imported. */
  earlier(path: string, identity: Identity): string[] {
    const known = this.#known.get(path)
    if (known === undefined) return []
    const { hash, earlier } = known
    return [...(known.identity === identity ? [] : [hash]), ...(earlier === undefined ? [] : [earlier])]
  }

  /** It is in the store a moment later. */
  note(path: string, known: KnownFile): void {
    this.#known.set(path, known)
    this.#unwritten.set(path, known)
    const { clock } = this.#options
    this.#cancel ??= clock.at(new Date(clock.now().getTime() + gatherMs), () => void this.#write())
  }

  /** Every path that anything is known of. */
  paths(): string[] {
    return [...this.#known.keys()]
  }

  /** Nothing lies there any more. */
  forget(path: string): void {
    this.#unwritten.delete(path)
    if (this.#known.delete(path)) this.#options.records.delete(path).catch((error) => this.#complain(error))
  }

  async #write(): Promise<void> {
    this.#cancel = undefined
    const entries = [...this.#unwritten]
    this.#unwritten.clear()
    if (entries.length > 0) await this.#options.write(entries).catch((error) => this.#complain(error))
  }

  /** The next run reads those files once more, that is all. */
  #complain(error: unknown): void {
    this.#options.log.warn('what is known of audio files could not be noted', { reason: messageOf(error) })
  }
}
