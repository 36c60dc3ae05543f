import type { Clock } from '../core/clock.ts'

// A megabyte takes a few seconds, on a small machine that is busy ten times as long.
const longestMs = 30_000
// A thread loads all of the product's language first, also on a small machine that is busy with its start.
const longestStartMs = 60_000

/** Watches how long a thread is at each file, and says when it is too long. */
export class ThreadTime {
  readonly #clock: Clock
  /** The file that is at fault while the thread is at all of them. */
  readonly #suspect: string | null
  readonly #late: (file: string | null, why: string) => void
  readonly #used = new Map<string | null, number>()
  #file: string | null
  #mostMs = longestStartMs
  #since: number | null = null
  #cancel: () => void = () => undefined

  constructor(clock: Clock, suspect: string | null, late: (file: string | null, why: string) => void) {
    this.#clock = clock
    this.#suspect = suspect
    this.#late = late
    this.#file = suspect
    this.goOn()
  }

  /** The file that the thread is at. */
  get file(): string | null {
    return this.#file
  }

  at(file: string | null): void {
    this.pause()
    if (this.#mostMs === longestStartMs) this.#used.clear()
    this.#mostMs = longestMs
    this.#file = file ?? this.#suspect
    this.goOn()
  }

  /** While the thread waits for an answer. */
  pause(): void {
    this.#cancel()
    if (this.#since === null) return
    const { file } = this
    this.#used.set(file, (this.#used.get(file) ?? 0) + this.#clock.now().getTime() - this.#since)
    this.#since = null
  }

  goOn(): void {
    this.#cancel()
    const now = this.#clock.now().getTime()
    this.#since ??= now
    const left = this.#mostMs - (this.#used.get(this.#file) ?? 0)
    // A thread that has not even begun says nothing about a file.
    const file = this.#mostMs === longestMs ? this.#file : null
    const why = `reading it took more than ${longestMs / 1000} s; split it into several files`
    this.#cancel = this.#clock.at(new Date(now + Math.max(0, left)), () => this.#late(file, why))
  }

  stop(): void {
    this.#cancel()
  }
}
