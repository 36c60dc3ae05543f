import type { DraftExit, DraftScene } from './draft.ts'

/** Where a track or a passage of Yoto's leads: null where a press does nothing, and where its end ends all of it. */
export interface Targets {
  readonly left: string | null
  readonly right: string | null
  readonly end: string | null
}

/** Makes ways out of Yoto's three handlers; what stops behind a question comes to one scene for all of the story. */
export class YotoExits {
  readonly #takeName: (wished: string) => string
  #stop: string | null = null

  constructor(takeName: (wished: string) => string) {
    this.#takeName = takeName
  }

  /** `name`: what an ending is called. */
  exit({ left, right, end }: Targets, { ask, name }: { ask: string | null; name: string }): DraftExit {
    if (left !== null || right !== null)
      return { kind: 'question', ask, left, right, silence: end ?? this.stop() }
    return end === null ? { kind: 'ending', name } : { kind: 'go', to: end }
  }

  /** The scene in which it ends where nobody answers; none where no question ends so. */
  get scenes(): readonly DraftScene[] {
    const id = this.#stop
    return id === null ? [] : [{ id, play: null, exit: { kind: 'ending', name: id } }]
  }

  /** The scene that a press leads to where it ends the story. */
  stop(): string {
    this.#stop ??= this.#takeName('stop')
    return this.#stop
  }
}

/** Seconds as a length of time; false for none. */
export function lengthOf(seconds: number): string | false {
  if (!(seconds >= 1)) return false
  const whole = Math.round(seconds)
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const
  const most = 99_999
  for (const [unit, length] of units)
    if (whole % length === 0 && whole / length <= most) return `${whole / length}${unit}`
  return `${Math.min(most, Math.round(whole / 86_400))}d`
}
