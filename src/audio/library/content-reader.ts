import type { Clock } from '../../core/clock.ts'
import { AppError, messageOf } from '../../core/error.ts'
import { FewLines } from '../../core/few-lines.ts'
import type { Log } from '../../core/log.ts'
import { bytesPerFrame } from '../frames.ts'
import { type Extent, OpenFiles, type SharedFile } from '../open-files.ts'
import type { Piece } from '../pieces/piece.ts'
import type { PieceReader } from '../pieces/piece-reader.ts'
import type { LibraryFile, Location } from './inspect-file.ts'

interface ContentReaderOptions {
  /** Where the very content of that file lies now; null where it is nowhere. */
  readonly locate: (file: LibraryFile) => Promise<Location | null>
  /** Reads what listeners fetch piece by piece; without it every piece takes memory of its own. */
  readonly pieces: PieceReader | undefined
  readonly clock: Clock
  readonly log: Log
}

const unnamedLosses = {
  level: 'warn',
  message: 'more listeners have lost a file that was removed or changed',
} as const
const handlesAtOnce = 64
const handleIdleMs = 30_000

/** The bytes of files of the library: exactly the content that was found, whatever has become of its name since. */
export class ContentReader {
  readonly #locate: ContentReaderOptions['locate']
  readonly #losses: FewLines
  readonly #open: OpenFiles
  readonly #openedAt = new WeakMap<LibraryFile, Location>()

  constructor({ locate, pieces, clock, log }: ContentReaderOptions) {
    this.#locate = locate
    this.#losses = new FewLines({ clock, log, more: unnamedLosses })
    this.#open = new OpenFiles({ clock, limit: handlesAtOnce, idleMs: handleIdleMs, pieces })
  }

  /**
   * Exactly this content for positioned reads, wherever it lies now; of a part they are counted from where it begins.
   * Give it back with `close`.
   * @throws AppError `not_found` when the file is gone or has another content by now; it was logged then.
   */
  async open(file: LibraryFile): Promise<SharedFile> {
    const shared = this.#sharedBefore(file)
    if (shared !== null) return shared
    try {
      const at = await this.#locate(file)
      if (at === null) throw new Error('no file of that name has the content that was asked for')
      const shared = await this.#open.share(at.path, at.identity)
      this.#openedAt.set(file, at)
      return this.#guarded(file, shared)
    } catch (error) {
      throw this.#lost(file, error)
    }
  }

  /**
   * Bytes of what was opened before, counted as `open` does, in memory that is used again; null where it is to be opened
   * first.
   * @throws AppError `not_found` when the file is gone or has another content by now; it was logged then.
   */
  readPiece(file: LibraryFile, { position, length }: Extent): Promise<Piece> | null {
    const at = this.#openedAt.get(file)
    if (at === undefined) return null
    const extent = { position: file.firstFrame * bytesPerFrame + position, length }
    const reading = this.#open.readPiece(at.path, at.identity, extent)
    return reading && this.#read(file, () => reading)
  }

  async close(): Promise<void> {
    this.#losses.stop()
    await this.#open.close()
  }

  /**
   * The handle by which the content was read before, without looking at its name again: reading tells when it is
   * another by now, and then it is looked for anew.
   */
  #sharedBefore(file: LibraryFile): SharedFile | null {
    const at = this.#openedAt.get(file)
    const shared = at === undefined ? null : this.#open.shareOpen(at.path, at.identity)
    return shared === null ? null : this.#guarded(file, shared)
  }

  /** Reads are counted from the file's first byte, which of a part lies further on. */
  #guarded(file: LibraryFile, shared: SharedFile): SharedFile {
    const from = file.firstFrame * bytesPerFrame
    return {
      close: shared.close,
      read: (position, length) => this.#read(file, () => shared.read(from + position, length)),
    }
  }

  async #read<Bytes>(file: LibraryFile, read: () => Promise<Bytes>): Promise<Bytes> {
    try {
      return await read()
    } catch (error) {
      this.#openedAt.delete(file)
      throw this.#lost(file, error)
    }
  }

  #lost(file: LibraryFile, cause: unknown): AppError {
    // A whole crowd may listen to it.
    this.#losses.say('warn', file.hash, {
      message: 'a file was removed or changed while somebody was listening to it',
      detail: { file: file.file, reason: messageOf(cause) },
    })
    return new AppError('not_found', `"${file.file}" was removed or changed`, { cause })
  }
}
