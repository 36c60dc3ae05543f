import type { Cause, Clip } from './story.ts'
import type { PlainValue } from './value-form.ts'

/** A story as it goes for who gives these answers, in the order in which it asks. */
export interface PlayThrough {
  readonly story: string
  readonly seed: number
  readonly scenes: readonly PlayedScene[]
  /** `waits`: it asks, and no answer is left; `stuck`: nothing leads on; `long`: given up after 1,000 scenes. */
  readonly end: 'ending' | 'waits' | 'stuck' | 'long'
  /** The name of the ending that it came to; null where it came to none. */
  readonly ending: string | null
  /** What it waits for; null where it does not. */
  readonly asks: AskedNext | null
  /** How many of the answers were asked for. */
  readonly answered: number
}

export interface PlayedScene {
  readonly scene: string
  /** For people. */
  readonly label: string
  /** What led there; null for the first. */
  readonly by: Cause['kind'] | null
  /** What is heard of the scene itself; null for one that only decides. */
  readonly heard: Clip | null
  /** The question behind it. */
  readonly ask: Clip | null
  /** As they are once it has begun. */
  readonly vars: Readonly<Record<string, PlainValue>>
  /** Vars that were to be set beyond their bounds on the way. */
  readonly clamped: readonly string[]
}

export interface AskedNext {
  /** A button without an answer does nothing. */
  readonly left: boolean
  readonly right: boolean
  /** False: it waits for ever. */
  readonly silence: boolean
  readonly wait_s: number
  readonly ask_again: number
  readonly hear_out: boolean
}
