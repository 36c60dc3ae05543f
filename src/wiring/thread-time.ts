import type { Clock } from '../core/clock.ts'

/** How long a thread may be at a file, in one try. A megabyte takes a few seconds, on a small machine that has them. */
export const longestMs = 10_000
// A thread loads all of the product's language first, also on a small machine that is busy with its start.
const longestStartMs = 60_000
// What else there is to do in a house takes less than the rest, where the machine is not busy.
const ownShare = 0.8

interface ThreadTimeInput {
  readonly clock: Clock
  /** How long a processor has worked for the thread, in ms since some moment. */
  readonly workedMs: () => number
  /** The file that is at fault while the thread is at all of them. */
  readonly suspect: string | null
  /** `isBusy`: the thread did not have a processor for most of the time that it took. */
  readonly late: (file: string | null, isBusy: boolean) => void
}

/** Watches how long a thread is at each file, and says when it is too long. */
export class ThreadTime {
  readonly #input: ThreadTimeInput
  readonly #used = new Map<string | null, number>()
  readonly #worked = new Map<string | null, number>()
  #file: string | null
  #mostMs = longestStartMs
  #since: number | null = null
  #workedSince: number
  #cancel: () => void = () => undefined

  constructor(input: ThreadTimeInput) {
    this.#input = input
    this.#file = input.suspect
    this.#workedSince = input.workedMs()
    this.goOn()
  }

  /** The file that the thread is at. */
  get file(): string | null {
    return this.#file
  }

  at(file: string | null): void {
    this.pause()
    this.#countWork()
    if (this.#mostMs === longestStartMs) {
      this.#used.clear()
      this.#worked.clear()
    }
    this.#mostMs = longestMs
    this.#file = file ?? this.#input.suspect
    this.goOn()
  }

  /** While the thread waits for an answer. */
  pause(): void {
    this.#cancel()
    if (this.#since === null) return
    add(this.#used, this.file, this.#input.clock.now().getTime() - this.#since)
    this.#since = null
  }

  goOn(): void {
    this.#cancel()
    const { clock } = this.#input
    const now = clock.now().getTime()
    this.#since ??= now
    const left = this.#mostMs - (this.#used.get(this.#file) ?? 0)
    this.#cancel = clock.at(new Date(now + Math.max(0, left)), () => this.#end())
  }

  stop(): void {
    this.#cancel()
  }

  #end(): void {
    this.pause()
    this.#countWork()
    const { file } = this
    const isBusy = (this.#worked.get(file) ?? 0) < ownShare * (this.#used.get(file) ?? 0)
    // A thread that has not even begun says nothing about a file.
    this.#input.late(this.#mostMs === longestMs ? file : null, isBusy)
  }

  /** While the thread waits it does no work, so that it need not be asked for each time. */
  #countWork(): void {
    const worked = this.#input.workedMs()
    add(this.#worked, this.file, worked - this.#workedSince)
    this.#workedSince = worked
  }
}

function add(sums: Map<string | null, number>, file: string | null, ms: number): void {
  sums.set(file, (sums.get(file) ?? 0) + ms)
}
