import type { Diagnostic } from '../../language/diagnostic.ts'
import type { Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { Playlist } from '../rule-set.ts'
import type { ReadRule } from './rules.ts'
import type { ReadSchedule } from './schedules.ts'

/** One file's content, with the nodes that messages across files point at. */
export interface RuleFile {
  readonly report: Report
  /** What is wrong with the file as YAML. */
  readonly form: readonly Diagnostic[]
  readonly playlists: ReadonlyMap<string, { readonly playlist: Playlist; readonly node: Node }>
  readonly schedules: readonly ReadSchedule[]
  readonly rules: readonly ReadRule[]
}
