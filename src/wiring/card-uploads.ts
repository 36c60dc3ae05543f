import { backoffMs } from '../core/backoff.ts'
import { type CardUpload, waitingUpload } from '../core/card-upload.ts'
import type { Clock } from '../core/clock.ts'
import type { Progress } from './chapter-uploads.ts'

interface CardUploadsInput {
  readonly clock: Clock
  /** 0 (inclusive) to 1. */
  readonly random: () => number
}

interface Entry {
  readonly upload: CardUpload
  readonly failures: number
  /** When it is to be tried again, in ms; null where that is not due. */
  readonly againMs: number | null
}

/** `passing`: only the percentage has moved, and soon will again. */
type Told = (cardId: string, change: { readonly passing: boolean }) => void

const firstRetryMs = 60_000
const longestRetryMs = 3_600_000

/** How the uploads of cards stand, for those who look on, and when they are tried again. */
export class CardUploads {
  readonly #input: CardUploadsInput
  readonly #entries = new Map<string, Entry>()
  readonly #listeners = new Set<Told>()

  constructor(input: CardUploadsInput) {
    this.#input = input
  }

  /** Null where nothing is on its way, and nothing has failed. */
  of(cardId: string): CardUpload | null {
    return this.#entries.get(cardId)?.upload ?? null
  }

  /** Calls `told` after each change. Returns what ends it. */
  onChange(told: Told): () => void {
    this.#listeners.add(told)
    return () => this.#listeners.delete(told)
  }

  waits(cardId: string): void {
    this.#set(cardId, waitingUpload, { failures: this.#failures(cardId), againMs: null })
  }

  goesOn(cardId: string, { of, done, percent }: Progress): void {
    const before = this.of(cardId)
    const upload: CardUpload = { state: 'uploading', of, done, percent, problem: null }
    if (before?.state === 'uploading' && before.done === done && before.percent === percent) return
    this.#set(cardId, upload, { failures: this.#failures(cardId), againMs: null })
  }

  failed(cardId: string, problem: string): void {
    const { clock, random } = this.#input
    const failures = this.#failures(cardId) + 1
    const waitMs = backoffMs(failures, { firstMs: firstRetryMs, longestMs: longestRetryMs, random })
    const againMs = clock.now().getTime() + waitMs
    this.#set(
      cardId,
      { ...(this.of(cardId) ?? waitingUpload), state: 'failed', problem },
      { failures, againMs },
    )
  }

  /** Nothing is on its way any more. */
  ended(cardId: string): void {
    if (this.#entries.delete(cardId)) this.#tell(cardId, { passing: false })
  }

  /** The cards whose time to be tried again has come. */
  due(): readonly string[] {
    const nowMs = this.#input.clock.now().getTime()
    return [...this.#entries].flatMap(([cardId, { againMs }]) =>
      againMs !== null && againMs <= nowMs ? [cardId] : [],
    )
  }

  #failures(cardId: string): number {
    return this.#entries.get(cardId)?.failures ?? 0
  }

  #set(cardId: string, upload: CardUpload, retry: Omit<Entry, 'upload'>): void {
    const before = this.of(cardId)
    this.#entries.set(cardId, { upload, ...retry })
    const passing = before?.state === upload.state && before.done === upload.done && before.of === upload.of
    this.#tell(cardId, { passing: passing && upload.state === 'uploading' })
  }

  #tell(cardId: string, change: { readonly passing: boolean }): void {
    for (const told of this.#listeners) told(cardId, change)
  }
}
