/** A place in a stream: an item of its queue, and a frame of that. */
export interface LivePlace {
  readonly item: string
  readonly frame: number
}

interface Run extends LivePlace {
  frames: number
}

/** What was sent last, so that it can be told what of it is heard by now. */
export class Trail {
  readonly #kept: number
  readonly #runs: Run[] = []

  /** `kept`: how many frames it can look back. */
  constructor(kept: number) {
    this.#kept = kept
  }

  add({ item, frame }: LivePlace, frames: number): void {
    const last = this.#runs.at(-1)
    if (last?.item === item && last.frame + last.frames === frame) last.frames += frames
    else this.#runs.push({ item, frame, frames })
    let newer = this.#runs.reduce((sum, run) => sum + run.frames, 0)
    for (let oldest = this.#runs[0]; oldest !== undefined; oldest = this.#runs[0]) {
      newer -= oldest.frames
      if (newer < this.#kept) return
      this.#runs.shift()
    }
  }

  /** The place so many frames before the end of what was sent; the oldest that is known where it is farther back. */
  back(frames: number): LivePlace | null {
    let left = frames
    for (const run of this.#runs.toReversed()) {
      if (left <= run.frames) return { item: run.item, frame: run.frame + run.frames - left }
      left -= run.frames
    }
    const oldest = this.#runs[0]
    return oldest === undefined ? null : { item: oldest.item, frame: oldest.frame }
  }
}
