import type { Template } from '../language/expression/interpolation.ts'
import { type Calendar, plainCalendar } from './calendar.ts'
import type { RuleCondition } from './condition.ts'
import type { ActionDef, TriggerDef } from './plugin.ts'
import type { Days } from './time.ts'

/** What people's files say, checked and ready to run. */
export interface RuleSet {
  readonly playlists: ReadonlyMap<string, Playlist>
  readonly schedules: readonly Schedule[]
  readonly rules: readonly Rule[]
  readonly calendar: Calendar
}

export interface Playlist {
  readonly id: string
  /** File names and ids of other playlists, in order. */
  readonly entries: readonly string[]
  /** A folder of the library whose files follow, in natural order. */
  readonly folder: string | null
  /** Whether what is longer than an item may be comes in parts. The chapters of a book always do. */
  readonly split?: boolean
}

/** What a stream holds, by the clock. */
export interface Schedule {
  readonly stream: string
  /** Playlist outside all slots. */
  readonly default: string | null
  readonly slots: readonly Slot[]
}

export interface Slot {
  readonly id: string
  /** From and to as "HH:MM"; null covers whole days. */
  readonly window: readonly [from: string, to: string] | null
  readonly days: Days | null
  /** A playlist, or null for `play: none`: the stream is closed. */
  readonly play: string | null
  /** With `play: none`: the file that is heard once by who asks for the stream all the same. */
  readonly ifPressed: string | null
}

export interface Rule {
  readonly id: string
  /** Where it stands: "circle.yaml:12". */
  readonly place: string
  readonly enabled: boolean
  readonly player: string | null
  readonly stream: string | null
  readonly when: readonly Bound<TriggerDef>[]
  /** All of them must hold. */
  readonly if: readonly RuleCondition[]
  readonly do: readonly Bound<ActionDef>[]
}

/** A part of the catalog with the options somebody wrote for it, already checked by its schema. */
export interface Bound<Definition> {
  readonly kind: string
  readonly definition: Definition
  readonly options: unknown
  /** The `id:` beside it, for telling triggers apart. */
  readonly id: string | null
  /** By option: texts that are filled in when the action runs. */
  readonly texts?: ReadonlyMap<string, Template>
}

export const emptyRuleSet: RuleSet = {
  playlists: new Map(),
  schedules: [],
  rules: [],
  calendar: plainCalendar('UTC'),
}
