import type { PlainData } from '../plugin.ts'

/** What is known of a run by the place in it, as the journal keeps it. */
export type Marks = Readonly<Record<string, PlainData>>

/**
 * How far a run has come. Steps are called by their numbers: `2.1` is the first step within the second. Whoever decides,
 * waits or acts leaves a mark at its step, so that a run that is taken up again after a restart passes over what is behind
 * it. A step that has ended leaves none but the count of its list.
 */
export class Progress {
  readonly #marks: Map<string, PlainData>

  constructor(marks: Marks = {}) {
    this.#marks = new Map(Object.entries(marks))
  }

  get marks(): Marks {
    return Object.fromEntries(this.#marks)
  }

  get(at: string): PlainData | undefined {
    return this.#marks.get(at)
  }

  set(at: string, mark: PlainData): void {
    this.#marks.set(at, mark)
  }

  delete(at: string): void {
    this.#marks.delete(at)
  }

  /** What `look` returned here the first time. */
  recall<Value extends PlainData>(at: string, look: () => Value): Value {
    const known = this.#marks.get(at)
    // Only this very place has written it.
    if (known !== undefined) return known as Value
    const value = look()
    this.#marks.set(at, value)
    return value
  }

  /** How many steps of the list have ended. `list`: `2.` for the one within step 2, empty for the rule's own. */
  endedIn(list: string): number {
    const count = this.#marks.get(`${list}*`)
    return typeof count === 'number' ? count : 0
  }

  /** The next step of the list has ended; what was marked in it is forgotten. */
  ended(list: string): void {
    const count = this.endedIn(list) + 1
    this.forget(`${list}${count}`)
    this.#marks.set(`${list}*`, count)
  }

  /** Forgets what was marked at the step and in it. */
  forget(step: string): void {
    for (const at of this.#marks.keys())
      if (at.startsWith(step) && !/\d/.test(at.charAt(step.length))) this.#marks.delete(at)
  }
}
