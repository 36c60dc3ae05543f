import type { Declaration } from './value-form.ts'

/** A story that branches, as plain data: it can be kept, so that a child who is in it finishes the version it began. */
export interface Story {
  readonly id: string
  readonly title: string
  /** How it is to be run; `auto` leaves that to what fits. */
  readonly run: StoryRun
  /** The id of the card that it is on; null where none is named. */
  readonly card: string | null
  readonly scenes: ReadonlyMap<string, Scene>
  /** The scene that it begins with. */
  readonly start: string
  /** What it remembers, each of a few values, so that its situations can be counted. */
  readonly vars: ReadonlyMap<string, Declaration>
  /** The scene that "start again" leads to. */
  readonly home: string
  /** The scene that is played in place of the next question once it is bedtime; null where none is. */
  readonly bedtime: string | null
  /** For how long a child who left finds the story as it was, in milliseconds; null where it starts over. */
  readonly resumeMs: number | null
  /**
   * What it asks the house, as its expressions write it (`now.hour`, `event('School holiday')`, `state('light.nursery')`),
   * and of which type each is; absent where it asks nothing. It belongs to the story, so that who is in it goes on also
   * where the house declares other names by then.
   */
  readonly asks?: Readonly<Record<string, AskedType>>
}

export type AskedType = 'bool' | 'number' | 'text'

/** On the player by itself, from here with all that the house knows, or what fits of both. */
export const storyRuns = ['auto', 'card', 'live'] as const
export type StoryRun = (typeof storyRuns)[number]

/**
 * What is heard at one point: a file of the library, or words that a voice says. `say` beside a file is what can be heard
 * in it, for whoever reads.
 */
export type Clip = { readonly file: string; readonly say?: string } | { readonly say: string }

/** The most characters that a voice says at a time. */
export const mostSpoken = 2_000

export interface Scene {
  readonly id: string
  /** What is heard; null where the scene only decides. */
  readonly play: Clip | null
  /** What is heard in its place from the second visit on; null where that is the same. */
  readonly again: Clip | null
  /** What is set as it begins, in order. */
  readonly set: readonly Setting[]
  readonly exit: Exit
}

/** How a scene is left: each has exactly one way of it. */
export type Exit =
  | Question
  | { readonly kind: 'go'; readonly way: Way }
  | { readonly kind: 'branch'; readonly lines: readonly BranchLine[] }
  | { readonly kind: 'random'; readonly picks: readonly RandomPick[]; readonly notTwice: boolean }
  | { readonly kind: 'ending'; readonly name: string }

export interface Question {
  readonly kind: 'question'
  /** What is heard behind the scene's own, and again where nobody answers. */
  readonly ask: Clip | null
  /** Whether a press counts only once all of the scene was heard. */
  readonly hearOut: boolean
  /** How long a press is waited for, in milliseconds. */
  readonly waitMs: number
  /** How often it is asked again before `silence`. */
  readonly askAgain: number
  readonly left: Way | null
  readonly right: Way | null
  /** Where it goes on without an answer; null where it waits for ever. */
  readonly silence: Way | null
}

/** The first line that holds is gone. */
export interface BranchLine {
  /** A condition about the story's vars and the house; null where it always holds. */
  readonly if: string | null
  readonly way: Way
}

export interface RandomPick {
  /** How likely it is beside the others. */
  readonly weight: number
  readonly way: Way
}

export interface Way {
  /** The scene it leads to. */
  readonly to: string
  /** What is set on the way, in order. */
  readonly set: readonly Setting[]
}

export interface Setting {
  /** Of a var. */
  readonly name: string
  /** An expression about the story's vars and the house, or a bare word of a choice. */
  readonly value: string
}

/** What somebody does at a question. */
export const answers = ['left', 'right', 'silence'] as const
export type Answer = (typeof answers)[number]

/** What leads on from a scene: an answer, or what the story decides by itself. */
export type Cause =
  | { readonly kind: Answer | 'go' }
  /** `index`: which of its lines or picks, from 0. */
  | { readonly kind: 'branch' | 'random'; readonly index: number }

/** The ways out of a scene as they are written, in order. */
export function waysOf({
  exit,
}: Pick<Scene, 'exit'>): readonly { readonly cause: Cause; readonly way: Way }[] {
  switch (exit.kind) {
    case 'ending':
      return []
    case 'question':
      return answers.flatMap((kind) => {
        const way = exit[kind]
        return way === null ? [] : [{ cause: { kind }, way }]
      })
    case 'go':
      return [{ cause: { kind: 'go' }, way: exit.way }]
    case 'branch':
      return exit.lines.map(({ way }, index) => ({ cause: { kind: 'branch', index }, way }))
    case 'random':
      return exit.picks.map(({ way }, index) => ({ cause: { kind: 'random', index }, way }))
  }
}

/** The audio files that the scene names, each as often as it does. */
export function filesOf({ play, again, exit }: Scene): readonly string[] {
  const ask = exit.kind === 'question' ? exit.ask : null
  return [play, again, ask].flatMap((clip) => (clip !== null && 'file' in clip ? [clip.file] : []))
}

/** The words of the scene that no file has, so that a voice has to say them, each as often as it does. */
export function spokenIn({ play, again, exit }: Scene): readonly string[] {
  const ask = exit.kind === 'question' ? exit.ask : null
  return [play, again, ask].flatMap((clip) => (clip === null || 'file' in clip ? [] : [clip.say]))
}

/** Tells ways out of one scene apart: `left`, `branch 1`. */
export function causeKey(cause: Cause): string {
  return 'index' in cause ? `${cause.kind} ${cause.index}` : cause.kind
}
