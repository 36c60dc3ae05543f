import type { AudioAnswered } from '../core/audio-asked.ts'
import { type EntryType, entryKinds } from '../core/entry-types.ts'
import type { PlayerEvent } from '../core/event.ts'

/** Something that happened, as it is stored and published. */
export type Entry = EntryFacts & {
  /** Sorts by time; see `EntryIds`. */
  readonly id: string
  /** ISO 8601 with offset. Of a command or a request: when it was asked. */
  readonly at: string
}

export type EntryFacts = {
  readonly player: string | null
  readonly stream: string | null
  /** The entry that this one follows from, as far as that is known. */
  readonly cause: string | null
} & (
  | { readonly kind: 'event'; readonly what: EventFacts }
  | { readonly kind: 'command'; readonly what: CommandFacts }
  | { readonly kind: 'request'; readonly what: RequestFacts }
  | { readonly kind: 'queue'; readonly what: QueueFacts }
  | { readonly kind: 'connection'; readonly what: ConnectionFacts }
)

/** The event as it was published. `counted` stands on a press that its player has contradicted since. */
export type EventFacts = Published<PlayerEvent> & { readonly counted?: false }

type Published<Event> = Event extends PlayerEvent ? Omit<Event, 'player' | 'stream' | 'at'> : never

export interface CommandFacts {
  readonly type: EntryType<'command'>
  /** What was asked for in particular. */
  readonly asked: Asked
  /** Whose wish it was, for people. */
  readonly because: string
  /** null: not known yet, or the product ended before. */
  readonly outcome: Outcome | null
  /** Why it was not done. */
  readonly reason: string | null
  /** The same for programs, where a parent can mend it: the `details` of the refusal. */
  readonly fault?: Asked & { readonly fault: string }
  /** From the wish to its outcome: of a player's command, to the acknowledgement. */
  readonly ms: number | null
}

/** `refused`: somebody said no; `unavailable`: nobody was there who could have done it, or nobody answered. */
export type Outcome = 'done' | 'refused' | 'unavailable'

export type Asked = Readonly<Record<string, string | number | boolean | null>>

export interface RequestFacts extends Omit<AudioAnswered, 'status'> {
  readonly type: EntryType<'request'>
  readonly place: string | null
  readonly method: 'GET' | 'HEAD'
  readonly card_id: string | null
  readonly listener: Listener
  readonly agent: Agent
  /** HTTP status of the answer; null: not known yet, or the product ended before. */
  readonly status: number | null
}

/** Where a listener asks from. */
export type Listener = 'this machine' | 'home network' | 'internet' | 'unknown'
/** What a listener says that it is. */
export type Agent = 'yoto player' | 'browser' | 'other' | 'none'

export interface QueueFacts {
  readonly type: EntryType<'queue'>
  /** Whose wish it was, for people; null where the stream was deleted. */
  readonly because: string | null
  /** How many there are now. */
  readonly items: number
  /** The file that is due now. */
  readonly current: string | null
  readonly playlist: string | null
  readonly closed: boolean
  /** null where the stream was deleted. */
  readonly version: number | null
}

export interface ConnectionFacts {
  readonly type: EntryType<'connection'>
  readonly account: string
  /** Why there is no connection. */
  readonly reason: string | null
}

const kinds: ReadonlySet<unknown> = new Set(entryKinds)

/** Whether a value of the store is an entry, as far as others rely on it. */
export function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false
  const { id, at, kind, what, player } = value as Partial<Record<keyof Entry, unknown>>
  return (
    typeof id === 'string' &&
    typeof at === 'string' &&
    (player === null || typeof player === 'string') &&
    kinds.has(kind) &&
    typeof what === 'object' &&
    what !== null
  )
}
