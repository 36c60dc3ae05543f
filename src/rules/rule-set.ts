import type { Story } from '../core/story.ts'
import type { Declaration, InputDeclaration } from '../core/value-form.ts'
import type { Fields } from '../language/expression/environment.ts'
import type { Expression } from '../language/expression/expression.ts'
import type { Template } from '../language/expression/interpolation.ts'
import { type Calendar, plainCalendar } from './calendar.ts'
import type { RuleCondition } from './condition.ts'

import type { LibraryPick } from './picks.ts'
import type { TriggerDef } from './plugin.ts'

import type { SlotChange } from './slot-terms.ts'
import type { RuleMode, Step } from './step.ts'
import type { Days } from './time.ts'
import type { Window } from './window.ts'

/** What people's files say, checked and ready to run. */
export interface RuleSet {
  readonly playlists: ReadonlyMap<string, Playlist>
  readonly schedules: readonly Schedule[]
  readonly rules: readonly Rule[]
  readonly calendar: Calendar
  /** What the household remembers, by name. */
  readonly vars: ReadonlyMap<string, Declaration>
  readonly inputs: ReadonlyMap<string, InputDeclaration>
  /** Names of players as rules may call them, with their ids. */
  readonly players: ReadonlyMap<string, string>
  /** By stream: which others answer in its place. Absent: none of any. */
  readonly answers?: ReadonlyMap<string, readonly FiledAnswer[]>
  /** Those that can be played, by name. Absent: none. */
  readonly stories?: ReadonlyMap<string, Story>
}

export interface Playlist {
  readonly id: string
  /** File names and ids of other playlists, in order. */
  readonly entries: readonly string[]
  /** A folder of the library whose files follow, in natural order. */
  readonly folder: string | null
  /** Whether what is longer than an item may be comes in parts. The chapters of a book always do. */
  readonly split?: boolean
  /** Mixed, in an order that stays the same for a day. */
  readonly shuffle?: boolean
  /** So many of the folder's files, those that were changed last first. */
  readonly newest?: number
  /** What is taken from all of the library, behind the rest. */
  readonly pick?: LibraryPick
  /** What a source of a plug-in lists, behind the rest. */
  readonly from?: PlaylistFrom
  /** Whether it holds nothing to hear, where that was looked for; see `withSilence`. */
  readonly isSilent?: true
}

export interface PlaylistFrom {
  /** The name of the source. */
  readonly source: string
  /** As its schema has them; null where its plug-in is left out. */
  readonly options: unknown
  /** What it lists, for people: "the charts of the UK". */
  readonly words: string
}

/** What a stream holds, by the clock. */
export interface Schedule {
  readonly stream: string
  /** Where it stands: "bedroom.yaml:15". */
  readonly place?: string
  /** Playlist outside all slots. */
  readonly default: string | null
  readonly slots: readonly Slot[]
  /** Of the slots that say nothing of it, and of the default. */
  readonly change?: SlotChange
  readonly resume?: boolean
}

/** Another stream that is heard where one is asked for, while all of this holds. */
export interface FiledAnswer {
  /** The stream that is heard. */
  readonly stream: string
  /** Of the player that asks, as people call it; null for any. */
  readonly player: string | null
  readonly if: readonly RuleCondition[]
  /** Where it stands: "bedroom.yaml:15". */
  readonly place: string
}

export interface Slot {
  readonly id: string
  /** From and to, each "HH:MM" or a time of the sun; null covers whole days. */
  readonly window: Window | null
  readonly days: Days | null
  /** A playlist, or null for `play: none`: the stream is closed. */
  readonly play: string | null
  /** With `play: none`: the file that is heard once by who asks for the stream all the same. */
  readonly ifPressed: string | null
  /** How loud players of its stream may be meanwhile, in steps of 0 to 16. */
  readonly volumeLimit?: number
  /** How it takes the place of what was there before. */
  readonly change?: SlotChange
  /** Whether it goes on where it was left the last time. */
  readonly resume?: boolean
}

export interface Rule {
  readonly id: string
  /** For people; null where it has none but its id. */
  readonly name?: string | null
  /** Where it stands: "circle.yaml:12". */
  readonly place: string
  readonly enabled: boolean
  /** As people call it: an id, the slug of a name, or a name of `players`. */
  readonly player: string | null
  readonly stream: string | null
  readonly when: readonly Bound<TriggerDef>[]
  /** All of them must hold. */
  readonly if: readonly RuleCondition[]
  readonly do: readonly Step[]
  /** `single` where absent. */
  readonly mode?: RuleMode
  /** With `queued` and `parallel`: so many at once or waiting, see `Modes`. */
  readonly max?: number
  /** The entities of Home Assistant whose states its expressions ask for. Absent: none. */
  readonly entities?: readonly string[]
  /** Equal where it means the same after a reload; where it is absent, only the same object does. */
  readonly meaning?: Meaning
}

export interface Meaning {
  /** Of what is written in the rule. */
  readonly own: string
  /** Of what its file shares with the others. */
  readonly shared: string
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
  /** The `name:` beside it, for people. */
  readonly name?: string
  /** The `if:` beside it: of a trigger, it fires only then; of a condition, both must hold; of an action, else it is skipped. */
  readonly if?: readonly RuleCondition[]
  /** Of a trigger: what it tells, where that depends on its options. */
  readonly provides?: Fields
  /** Of an action that sets values. */
  readonly settings?: readonly BoundSetting[]
}

export interface BoundSetting {
  readonly kind: 'set-var' | 'set-input'
  readonly name: string
  /** Of the type that it takes. */
  readonly expression: Expression
}

export const emptyRuleSet: RuleSet = {
  playlists: new Map(),
  schedules: [],
  rules: [],
  calendar: plainCalendar('UTC'),
  vars: new Map(),
  inputs: new Map(),
  players: new Map(),
}
