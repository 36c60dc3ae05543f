import type { Diagnostic } from '../../language/diagnostic.ts'
import type { MapNode, Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { Playlist } from '../rule-set.ts'
import type { ReadRule } from './rules.ts'
import type { ReadSchedule } from './schedules.ts'

/** One file's content, with the nodes that messages across files point at. */
export interface RuleFile {
  readonly report: Report
  /** What is wrong with the file as YAML. */
  readonly form: readonly Diagnostic[]
  /** Null where it is empty or cannot be read. */
  readonly root: MapNode | null
  /** Whether a playlist of that name was meant to be here, though it cannot be read. */
  readonly hasUnread: (playlist: string) => boolean
  readonly playlists: ReadonlyMap<string, { readonly playlist: Playlist; readonly node: Node }>
  readonly schedules: readonly ReadSchedule[]
  readonly rules: readonly ReadRule[]
}
