import type { Clock } from '../../core/clock.ts'
import { Places } from '../../core/places.ts'
import { Recent } from '../../core/recent.ts'
import { type Chapter, readChapters, wholeChapters } from '../import/chapters.ts'
import { containerOfFile } from '../import/container.ts'
import type { Place } from './inspect-file.ts'

interface EarlyChaptersOptions {
  readonly clock: Clock
  /** Another `ffmpeg` than that of the machine's path. */
  readonly ffmpeg?: string | undefined
}

const atOnce = 2
// A whole folder may have come in at once, and imports want the cores.
const mostWaiting = 64
const kept = 1_000

/**
 * The chapters of files that are still being imported, so that a book can be queued chapter by chapter before it can
 * be heard. They are read in a moment, while the import of a book takes minutes.
 */
export class EarlyChapters {
  readonly #options: EarlyChaptersOptions
  readonly #places = new Places(atOnce)
  readonly #stopping = new AbortController()
  readonly #read = new Recent<string, Promise<readonly Chapter[]>>(kept)
  readonly #known = new Recent<string, readonly Chapter[]>(kept)
  #waiting = 0

  constructor(options: EarlyChaptersOptions) {
    this.#options = options
  }

  /** As they will be when it is imported; none where they cannot be told yet. Never rejects. */
  of({ path, identity }: Place): Promise<readonly Chapter[]> {
    const key = `${identity} ${path}`
    const known = this.#read.get(key)
    if (known !== undefined) return known
    if (this.#waiting >= mostWaiting) return Promise.resolve([])
    this.#waiting++
    const chapters = this.#places
      .take(this.#stopping.signal, () => this.#chaptersIn(path))
      .then((chapters) => {
        this.#known.set(key, chapters)
        return chapters
      })
      .catch(() => {
        // Another time it may go well.
        this.#read.delete(key)
        return []
      })
      .finally(() => {
        this.#waiting--
      })
    this.#read.set(key, chapters)
    return chapters
  }

  /** Those that were read by now, by whoever asked for them. */
  known({ path, identity }: Place): readonly Chapter[] {
    return this.#known.get(`${identity} ${path}`) ?? []
  }

  stop(): void {
    this.#stopping.abort(new Error('the library was closed'))
  }

  async #chaptersIn(path: string): Promise<readonly Chapter[]> {
    const detected = await containerOfFile(path)
    if ('refused' in detected) return []
    const { clock, ffmpeg } = this.#options
    const source = { path, container: detected.container }
    const chapters = await readChapters(source, { clock, ffmpeg, signal: this.#stopping.signal })
    return wholeChapters(chapters, Math.max(0, ...chapters.map(({ end_s }) => end_s).filter(Number.isFinite)))
  }
}
