import type { Clock } from '../core/clock.ts'

interface QuestionsOptions<Kind extends string> {
  readonly clock: Clock
  /** The first of these that is due is asked next. */
  readonly kinds: readonly Kind[]
  readonly ask: (kind: Kind) => void
  /** How often a question is asked in a row while it stays without an answer. */
  readonly tries: () => number
  /** How long the first time of asking waits for an answer; 2 s as all others where it is not given. */
  readonly firstPatienceMs?: number
  /** Called when a question stayed without an answer as often as it may be asked. */
  readonly onSilence: (kind: Kind) => void
}

interface Asked<Kind> {
  readonly kind: Kind
  readonly tries: number
  readonly atMs: number
}

// Answers were seen to take 0.15 to 0.4 s.
const patienceMs = 2_000
// Two questions back to back lose most of the answers (yoto-protocol §3.7).
const apartMs = 500

/**
 * The questions of one sort to one player. At most one is under way at any time, from whatever side they are asked
 * for, and what is asked for twice before its turn comes is asked once.
 */
export class Questions<Kind extends string> {
  readonly #options: QuestionsOptions<Kind>
  readonly #due = new Set<Kind>()
  readonly #waiting: { readonly kind: Kind; readonly done: () => void }[] = []
  #asked: Asked<Kind> | undefined
  #cancel = () => {}
  #answeredMs = Number.NEGATIVE_INFINITY
  #isResting = false
  #stopped = false

  constructor(options: QuestionsOptions<Kind>) {
    this.#options = options
  }

  /** Asks as soon as it may. Resolves when the player has answered, or has had the time for it. */
  want(kind: Kind): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    const settled = new Promise<void>((done) => this.#waiting.push({ kind, done }))
    this.#due.add(kind)
    this.#next()
    return settled
  }

  /** Whether a question waits for its answer. */
  get isUnderWay(): boolean {
    return this.#asked !== undefined
  }

  /** When an answer last came, in Unix milliseconds. */
  get answeredMs(): number {
    return this.#answeredMs
  }

  /** The answer to a question of that kind has come, asked for or not. */
  answered(kind: Kind): void {
    this.#answeredMs = this.#nowMs
    if (this.#asked?.kind === kind) this.#finish(this.#asked)
  }

  /** The player was away: it never heard what is under way, or has forgotten it. That is asked anew as soon as it may. */
  askAnew(): void {
    if (this.#asked === undefined) return
    this.#due.add(this.#asked.kind)
    this.#finish(this.#asked)
  }

  /** Asks nothing more. */
  stop(): void {
    this.#stopped = true
    this.#cancel()
    this.#due.clear()
    for (const { done } of this.#waiting.splice(0)) done()
  }

  #next(): void {
    if (this.#asked !== undefined || this.#isResting) return
    const kind = this.#options.kinds.find((each) => this.#due.has(each))
    if (kind === undefined) return
    this.#due.delete(kind)
    this.#ask(kind, 1)
  }

  #ask(kind: Kind, tries: number): void {
    const asked = { kind, tries, atMs: this.#nowMs }
    this.#asked = asked
    const { firstPatienceMs = patienceMs } = this.#options
    this.#after(tries === 1 ? firstPatienceMs : patienceMs, () => this.#unanswered(asked))
    this.#options.ask(kind)
  }

  #unanswered(asked: Asked<Kind>): void {
    this.#tell(asked.kind)
    if (asked.tries < this.#options.tries()) this.#ask(asked.kind, asked.tries + 1)
    else {
      this.#finish(asked)
      this.#options.onSilence(asked.kind)
    }
  }

  #finish({ kind, atMs }: Asked<Kind>): void {
    this.#cancel()
    this.#asked = undefined
    this.#isResting = true
    this.#after(Math.max(0, atMs + apartMs - this.#nowMs), () => {
      this.#isResting = false
      this.#next()
    })
    this.#tell(kind)
  }

  /** Whoever asked again while it was under way waits for the next one. */
  #tell(kind: Kind): void {
    if (this.#due.has(kind)) return
    const settled = this.#waiting.filter((one) => one.kind === kind)
    for (const one of settled) {
      this.#waiting.splice(this.#waiting.indexOf(one), 1)
      one.done()
    }
  }

  #after(ms: number, run: () => void): void {
    this.#cancel()
    this.#cancel = this.#options.clock.at(new Date(this.#nowMs + ms), run)
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}
