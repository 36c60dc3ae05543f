import type { LengthOf, PlayingTime } from '../../core/playing-time.ts'
import type { Story } from '../../core/story.ts'
import type { Environment, Values } from '../../language/expression/environment.ts'
import type { MapNode, Node, Span } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { Advice } from './rule-file.ts'

/** A story of a rule file, as far as its file and others have to do with it. */
export interface FiledStory {
  readonly story: Story
  /** Its name in the file. */
  readonly node: Node
  /** Every audio file that it names, at each of its places. */
  readonly files: readonly { readonly file: string; readonly node: Node }[]
  /** The expressions that ask for entities of Home Assistant. */
  readonly entities: readonly Node[]
  readonly advice: readonly Advice[]
  /** The folder of the library that its files are in; '' where it names none. */
  readonly folder: string
  /** How long it plays. */
  playingTime(lengthOf: LengthOf): Promise<PlayingTime>
  readonly tests: readonly StoryTrial[]
}

/** A test that stands in a story. */
export interface StoryTrial {
  readonly id: string
  /** Plays the story as the test presses: the expectations that were not met. */
  run(): readonly { readonly span: Span; readonly message: string; readonly help?: string }[]
}

/** Reads the section `stories` of a file, which is not of the rules. Never throws: what is wrong is reported. */
export type StorySection = (
  node: MapNode,
  reading: {
    readonly report: Report
    /** Gets what is wrong with their tests. */
    readonly testReport: Report
    readonly breathe: () => Promise<void>
    /** What its expressions may ask of the house, and where vars and inputs start. */
    readonly house: { readonly environment: Environment; readonly starts: Values }
    /** Whether all of it was checked before. */
    readonly isChecked: boolean
  },
) => Promise<readonly FiledStory[]>
