import type { Diagnostic } from '../../language/diagnostic.ts'
import type { Node, Span } from '../../language/node.ts'
import type { Playlist } from '../rule-set.ts'
import type { ParsedFile } from './parsed-file.ts'
import type { ReadRule, SoundParts } from './rules.ts'
import type { ReadSchedule } from './schedules.ts'
import type { FiledStory } from './story-section.ts'
import type { ReadTest } from './tests.ts'

/** What is merely worth knowing of a file, and where. */
export interface Advice {
  readonly place: Node | Span
  readonly code: string
  readonly message: string
  readonly help?: string
}

/** One file's content, with the nodes that messages across files point at. */
export interface RuleFile extends ParsedFile {
  readonly playlists: ReadonlyMap<string, { readonly playlist: Playlist; readonly node: Node }>
  readonly schedules: readonly ReadSchedule[]
  readonly rules: readonly ReadRule[]
  /** What is sound in rules that are not. */
  readonly faultyRules: readonly SoundParts[]
  readonly tests: readonly ReadTest[]
  readonly stories: readonly FiledStory[]
  /** What checks of plug-ins and stories hold to be worth knowing. */
  readonly advice: readonly Advice[]
  /** Whether it has errors by itself, beside which other files it may stand. */
  readonly hasOwnErrors: boolean
}

export function isSound(file: Pick<RuleFile, 'report' | 'form'>): boolean {
  return !file.report.hasErrors && !file.form.some(isError)
}

export function isError({ level }: Diagnostic): boolean {
  return level === 'error'
}
