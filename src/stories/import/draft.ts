import type { Clip, Setting } from '../../core/story.ts'
import type { Diagnostic } from '../../language/diagnostic.ts'

/** A story that came from elsewhere, before it is written as a rule file. */
export interface StoryDraft {
  readonly id: string
  readonly title: string
  /** The folder of the library in which its audio files are to lie; null where it names none. */
  readonly audio: string | null
  readonly start: string
  /** The scene that "start again" leads to; that it begins with where nothing is said. */
  readonly home?: string
  /** What it counts, in order. */
  readonly vars?: readonly DraftVar[]
  /** For how long a child who left finds it as it was: `7d`; false: it starts over. Null where nothing was said. */
  readonly resume: string | false | null
  /** What its questions do with silence; null where nothing was said. */
  readonly silence: { readonly wait: string; readonly askAgain: number } | null
  /** In order, their names unique. */
  readonly scenes: readonly DraftScene[]
}

export interface DraftScene {
  readonly id: string
  /** A file is named from the folder of the story. */
  readonly play: Clip | null
  /** What is set as it begins, each var once. */
  readonly set?: readonly Setting[]
  readonly exit: DraftExit
}

/** A whole number from 0 to `max`, which is above 0. */
export interface DraftVar {
  readonly name: string
  readonly start: number
  readonly max: number
}

export type DraftExit =
  | {
      readonly kind: 'question'
      readonly ask: string | null
      readonly left: string | null
      readonly right: string | null
      readonly silence: string | null
      /** How long and how often is waited for an answer; as the story says without them. */
      readonly times?: { readonly wait?: string; readonly askAgain: number }
      /** A press counts only once all was heard. */
      readonly hearOut?: true
    }
  | { readonly kind: 'go'; readonly to: string }
  | { readonly kind: 'carousel'; readonly options: readonly DraftOption[]; readonly silence?: string }
  /** The first line that holds; null always does. */
  | {
      readonly kind: 'branch'
      readonly lines: readonly { readonly if: string | null; readonly to: string }[]
    }
  | { readonly kind: 'random'; readonly picks: readonly { readonly to: string; readonly weight: number }[] }
  | { readonly kind: 'ending'; readonly name: string }

type DraftOption = ({ readonly say: string } | { readonly play: string }) & { readonly to: string }

/** Something that an import could not take along, or took otherwise than it stood there. */
export interface Loss {
  /** Of what was read, from 1. */
  readonly line: number
  /** The passage or the track; null where it is about all of it. */
  readonly place: string | null
  readonly what: string
}

export interface Imported {
  readonly story: StoryDraft
  /** By line. */
  readonly losses: readonly Loss[]
}

/** Losses as `check` says what it finds, about the file that was read. */
export function lossFindings(losses: readonly Loss[], file: string): readonly Diagnostic[] {
  return losses.map(({ line, what }) => ({
    file,
    line,
    ...{ column: 1, length: 1, level: 'warning' as const },
    code: 'import/lossy',
    message: what,
  }))
}

export function byLine(one: Loss, other: Loss): number {
  return one.line - other.line
}
