import type { Clip } from './story.ts'

/** How much is heard on a way through a story. */
export interface Span {
  /** Scenes of which something is heard. */
  readonly scenes: number
  /** In ms; null where it is not known how long all of it plays. */
  readonly ms: number | null
}

/** How long a story plays for who hears each scene out and answers as soon as it is asked. */
export interface PlayingTime {
  /**
   * By ending that can be come to, in the order of the scenes: the shortest way there. None where not all situations are
   * known.
   */
  readonly endings: readonly { readonly name: string; readonly shortest: Span }[]
  readonly shortest: Span | null
  /** At most so much is heard by who comes to nothing twice; null where not all situations are known. */
  readonly longest: Span | null
  /** Whether somebody can go round, and so hear more than that; null where not all situations are known. */
  readonly goesRound: boolean | null
  /** What is heard at most before the first question, in ms; null where there is none, or that is not known. */
  readonly beforeChoiceMs: number | null
}

/** The same for programs. */
export interface PlayingTimeView {
  readonly endings: readonly { readonly name: string; readonly shortest: SpanView }[]
  readonly shortest: SpanView | null
  /** By who comes to nothing twice; null where there is too much to search. */
  readonly longest: SpanView | null
  /** Whether somebody can go round, and so hear more; null where there is too much to search. */
  readonly goes_round: boolean | null
  readonly before_choice_s: number | null
}

/** `seconds`: null where it is not known how long all of it plays. */
export interface SpanView {
  readonly scenes: number
  readonly seconds: number | null
}

/** How long a clip plays, in ms; null where that is not known. */
export type LengthOf = (clip: Clip) => Promise<number | null>

// A voice for children says some 140 words a minute, of six characters with the space behind each.
const msPerCharacter = 70

/** Of a file what is known of it; of words about as long as a voice takes for them. */
export function lengthsBy(lengthOfFile: (file: string) => Promise<number | null>): LengthOf {
  return async (clip) => ('file' in clip ? lengthOfFile(clip.file) : clip.say.length * msPerCharacter)
}
