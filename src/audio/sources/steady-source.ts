import type { Clock } from '../../core/clock.ts'
import { AppError, messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import { Recent } from '../../core/recent.ts'
import type { LibraryFile } from '../library/inspect-file.ts'
import type { Extent, SharedFile } from '../open-files.ts'
import type { Piece } from '../pieces/piece.ts'
import type { AudioSource, Found } from './source.ts'

interface SteadySourceOptions {
  /** As it stands before the colon. */
  readonly name: string
  readonly source: AudioSource
  readonly patienceMs: number
  readonly clock: Clock
  readonly log: Log
}

/** A question that is not answered yet. */
interface Asked {
  readonly about: string
  readonly sinceMs: number
  /** Settled, it lets go of whoever asked: sets that change so often keep in memory for a while what has left them. */
  giveUp: () => void
}

// A source that leaves so many questions open and answers none is left in peace for a while, so that nobody waits for
// all that it has in turn.
const openQuestions = 4
const leftInPeaceMs = 15_000
const troublesKept = 1_000
const noAnswer = 'it does not answer'

/**
 * A source that always answers in time, whatever it does: what cannot be told is passed over. That it is in trouble is
 * said once, and once more when all that was asked in vain is well again.
 */
export class SteadySource {
  readonly #options: SteadySourceOptions
  /** In the order they were asked. */
  readonly #asked = new Set<Asked>()
  /** Not answered in time, and still not: nobody asks the same once more. */
  readonly #late = new Set<string>()
  readonly #troubles = new Recent<string, string>(troublesKept)
  #answeredMs = Number.NEGATIVE_INFINITY
  #leftUntilMs = Number.NEGATIVE_INFINITY
  #watching = false

  constructor(options: SteadySourceOptions) {
    this.#options = options
  }

  /** Never rejects. */
  find(name: string): Promise<Found> {
    return this.#ask(name, () => this.#options.source.find(name)).catch((error) => ({
      state: 'refused',
      reason: `it cannot be had now: ${messageOf(error)}`,
    }))
  }

  /** @throws AppError as the source does, `unavailable` where it fails. */
  async open(audio: LibraryFile): Promise<SharedFile> {
    const { source } = this.#options
    const shared = await this.#ask(`open ${audio.file}`, () => source.open(audio), giveBack)
    const { read, close } = shared
    return { close, read: (position, length) => this.#reading(audio, () => read(position, length)) }
  }

  /** As the source does. @throws AppError as `open` does */
  readPiece(audio: LibraryFile, extent: Extent): Promise<Piece> | null {
    // Nobody would give back what was read.
    if (this.#nowMs < this.#leftUntilMs) return null
    const reading = this.#options.source.readPiece?.(audio, extent) ?? null
    return reading && this.#reading(audio, () => reading, giveBackPiece)
  }

  /** What cannot be told of stands for itself. */
  async expand(name: string, options: { readonly split: boolean }): Promise<readonly string[]> {
    const { source } = this.#options
    const names = await this.#ask(`expand ${name}`, async () => source.expand?.(name, options)).catch(
      () => undefined,
    )
    return names === undefined || names.length === 0 ? [name] : names
  }

  async names(): Promise<readonly string[]> {
    const { source } = this.#options
    return (await this.#ask('names', async () => source.names?.()).catch(() => [])) ?? []
  }

  async close(): Promise<void> {
    await this.#options.source.close?.()
  }

  #reading<Bytes>(
    audio: LibraryFile,
    read: () => Promise<Bytes>,
    late?: (bytes: Bytes) => void,
  ): Promise<Bytes> {
    return this.#ask(`read ${audio.file}`, read, late, true)
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }

  #ask<Answer>(
    about: string,
    ask: () => Promise<Answer>,
    late?: (answer: Answer) => void,
    isRepeated = false,
  ): Promise<Answer> {
    const sinceMs = this.#nowMs
    if ((!isRepeated && this.#late.has(about)) || sinceMs < this.#leftUntilMs)
      return Promise.reject(new AppError('unavailable', noAnswer))
    return new Promise((resolve, reject) => {
      let isGivenUp = false
      const giveUp = () => {
        isGivenUp = true
        reject(new AppError('unavailable', noAnswer))
      }
      const asked: Asked = { about, sinceMs, giveUp }
      this.#asked.add(asked)
      this.#watch()
      // A source that throws before it promises anything is no different.
      new Promise<Answer>((settle) => settle(ask())).then(
        (answer) => {
          this.#answered(asked)
          if (isGivenUp) late?.(answer)
          else resolve(answer)
        },
        (error) => {
          this.#failed(asked, error)
          reject(error instanceof AppError ? error : new AppError('unavailable', messageOf(error)))
        },
      )
    })
  }

  #answered(asked: Asked): void {
    this.#settled(asked)
    if (!this.#troubles.delete(asked.about) || this.#troubles.size > 0) return
    const { name, log } = this.#options
    log.info('a source of audio is well again', { source: name })
  }

  #failed(asked: Asked, error: unknown): void {
    this.#settled(asked)
    // Something is the matter with one thing it has, and it says so itself.
    if (!(error instanceof AppError)) this.#complain(asked.about, messageOf(error))
  }

  #settled(asked: Asked): void {
    this.#asked.delete(asked)
    asked.giveUp = nobodyWaits
    this.#late.delete(asked.about)
    this.#answeredMs = this.#nowMs
    this.#leftUntilMs = Number.NEGATIVE_INFINITY
  }

  #complain(about: string, reason: string): void {
    const { name, log } = this.#options
    if (this.#troubles.size === 0)
      log.warn('a source of audio is in trouble; what it has is skipped until it is well again', {
        source: name,
        asked: about,
        reason,
      })
    this.#troubles.set(about, reason)
  }

  /** One timer for all that is asked. */
  #watch(): void {
    const [oldest] = this.#asked
    if (this.#watching || oldest === undefined) return
    this.#watching = true
    const { clock, patienceMs } = this.#options
    clock.at(new Date(oldest.sinceMs + patienceMs), () => {
      this.#watching = false
      for (const asked of this.#asked) if (asked.sinceMs + patienceMs <= this.#nowMs) this.#giveUp(asked)
      this.#watch()
    })
  }

  #giveUp(asked: Asked): void {
    this.#asked.delete(asked)
    this.#late.add(asked.about)
    if (this.#late.size >= openQuestions && this.#answeredMs < asked.sinceMs)
      this.#leftUntilMs = this.#nowMs + leftInPeaceMs
    this.#complain(asked.about, noAnswer)
    asked.giveUp()
  }
}

const nobodyWaits = () => {}

function giveBackPiece(piece: Piece): void {
  piece.giveBack()
}

function giveBack(shared: SharedFile): void {
  shared.close()
}
