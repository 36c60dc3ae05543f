import type { Clip } from '../core/story.ts'
import type { Playing } from '../stories/playing.ts'
import { type PlayEnd, type Press, pressWords, type Teller } from '../stories/teller.ts'
import { type Telling, tellingOf } from '../stories/telling.ts'
import type { Typing } from './terminal.ts'

/** Has clips heard, one after the other, until the signal; resolves when nothing of them is heard any more. */
export type Sound = (clips: readonly Clip[], signal: AbortSignal) => Promise<void>

interface SittingParts {
  readonly playing: Playing
  readonly typing: Typing
  readonly typed: 'keys' | 'lines'
  readonly teller: Teller
  /** Null where nothing is heard. */
  readonly sound: Sound | null
}

/** Somebody plays a story from where it is to an ending, or as long as they like. */
export class Sitting {
  readonly #parts: SittingParts
  /** Asked for and not come yet. */
  #coming: Promise<Press | null> | null = null

  constructor(parts: SittingParts) {
    this.#parts = parts
  }

  /** False where the story could not go on, or the process was told to end. */
  async run(): Promise<boolean> {
    const { playing, teller, typing } = this.#parts
    const end = await this.#toItsEnd()
    teller.ends(end, playing)
    return end !== 'stuck' && end !== 'long' && !typing.toldToEnd.aborted
  }

  async #toItsEnd(): Promise<PlayEnd> {
    const { playing, teller } = this.#parts
    for (;;) {
      const telling = tellingOf(playing)
      teller.scene(telling)
      const heard = await this.#hear(telling)
      const press = telling.question !== null && heard === 'over' ? await this.#ask(telling) : heard
      if (press === null) return 'input-ended'
      if (press === 'quit') return 'quit'
      if (press === 'home') playing.startAgain()
      else if (telling.ending !== null) return 'ending'
      else if (playing.isEndless) return 'long'
      else if (!playing.goOn(press === 'over' ? 'silence' : press)) return 'stuck'
    }
  }

  /** Until all is heard that there is of the scene, or something is pressed that counts. */
  async #hear(telling: Telling): Promise<Press | 'over' | null> {
    const asks = telling.question?.asks ?? null
    if (telling.question?.hearOut !== true) return this.#hearAll([telling.plays, asks], telling)
    // All of the scene is to be heard, but whoever is asked may answer.
    const heard = await this.#hearAll([telling.plays], telling, 'deaf')
    return heard === 'over' ? this.#hearAll([asks], telling) : heard
  }

  /** `deaf`: no answer counts while these are heard. */
  async #hearAll(
    all: readonly (Clip | null)[],
    telling: Telling,
    how: 'deaf' | null = null,
  ): Promise<Press | 'over' | null> {
    const { sound, typing, typed } = this.#parts
    const { toldToEnd } = typing
    const clips = all.filter((clip) => clip !== null)
    if (sound === null || clips.length === 0) return toldToEnd.aborted ? null : 'over'
    const stop = new AbortController()
    const over = sound(clips, AbortSignal.any([stop.signal, toldToEnd])).then(() => 'over' as const)
    // Lines are written beforehand: each is for a question, and would cut what is heard before it.
    const isDeaf = typed === 'lines'
    for (;;) {
      const first = await (isDeaf ? over : Promise.race([over, this.#press()]))
      if (first === 'over') return toldToEnd.aborted ? null : first
      this.#coming = null
      const counts = this.#whileHeard(first, telling, how)
      if (counts === 'ignored') continue
      stop.abort()
      await over
      return counts
    }
  }

  /** What comes of a press while something is heard. */
  #whileHeard(
    press: Press | null,
    { question }: Telling,
    how: 'deaf' | null,
  ): Press | 'over' | 'ignored' | null {
    if (press === null || press === 'home' || press === 'quit') return press
    const isAnswer = question?.answers.includes(press) === true
    // Who says nothing has no patience: the rest is passed over.
    if (press === 'silence') return isAnswer ? press : 'over'
    if (isAnswer && how !== 'deaf') return press
    this.#parts.teller.ignored(press, isAnswer ? 'early' : 'nothing-there')
    return 'ignored'
  }

  async #ask({ question }: Telling): Promise<Press | null> {
    for (;;) {
      const press = await this.#press()
      this.#coming = null
      const isAnswer = press === 'left' || press === 'right' || press === 'silence'
      if (!isAnswer || question?.answers.includes(press) === true) return press
      this.#parts.teller.ignored(press, 'nothing-there')
    }
  }

  #press(): Promise<Press | null> {
    this.#coming ??= this.#nextPress()
    return this.#coming
  }

  async #nextPress(): Promise<Press | null> {
    const { typing, typed, teller } = this.#parts
    for (;;) {
      const found = await typing.next()
      if (found === null) return null
      const word = found.trim().toLowerCase()
      const press = (typed === 'keys' ? pressKeys : pressWords).get(word)
      if (press !== undefined) {
        teller.pressed(press)
        return press
      }
      if (typed === 'lines' && word !== '') teller.unknown(word)
    }
  }
}

/** By the names that Node gives to keys. */
const pressKeys: ReadonlyMap<string, Press> = new Map([
  ...(['left', 'l', 'a'] as const).map((key) => [key, 'left'] as const),
  ...(['right', 'r', 'd'] as const).map((key) => [key, 'right'] as const),
  ...(['down', 'space'] as const).map((key) => [key, 'silence'] as const),
  ['h', 'home'],
  ...(['q', 'ctrl+c', 'ctrl+d'] as const).map((key) => [key, 'quit'] as const),
])
