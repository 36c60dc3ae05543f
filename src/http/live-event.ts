import type { PlayerEvent } from '../core/event.ts'
import type { Input } from '../core/input.ts'
import type { PlayerState } from '../core/player.ts'
import type { Queue } from '../core/queue.ts'
import type { ToldQueue } from '../core/queue-outlook.ts'
import type { Upload } from '../core/upload.ts'
import type { PublishedCardView } from './api/cards.ts'

/** Counts, connections and problems, as `/api/health` has them. */
export type Health = Readonly<Record<string, unknown>>

/** What can change before the eyes of somebody who looks on. */
export type LiveChange =
  | { readonly kind: 'player'; readonly player: PlayerState }
  | { readonly kind: 'player-removed'; readonly id: string }
  | { readonly kind: 'queue'; readonly queue: Queue }
  | { readonly kind: 'queue-removed'; readonly name: string }
  | { readonly kind: 'event'; readonly event: PlayerEvent }
  | { readonly kind: 'library' }
  /** `passing`: only numbers have moved, and soon will again. */
  | { readonly kind: 'upload'; readonly upload: Upload; readonly passing: boolean }
  | { readonly kind: 'upload-removed'; readonly id: string }
  /** The audio of a card is on its way to the account. `passing` as of an upload. */
  | { readonly kind: 'card'; readonly card: PublishedCardView; readonly passing: boolean }
  /** A card was published, changed or deleted. */
  | { readonly kind: 'cards' }
  | { readonly kind: 'input'; readonly input: Input }
  /** Ids of rules with runs that have begun, come further or ended lately. */
  | { readonly kind: 'rule-traces'; readonly rules: readonly string[] }

/** Everything there is to see at one moment. */
export interface LiveSnapshot {
  /** ISO 8601 with offset: when it was taken, by the clock that also writes `last_seen_at`. */
  readonly at: string
  readonly players: readonly PlayerState[]
  readonly queues: readonly ToldQueue[]
  readonly health: Health
}

/** A message of `/api/live`: `event` is its name there, `data` its JSON. A snapshot replaces all that was known. */
export type LiveMessage =
  | { readonly event: 'snapshot'; readonly data: LiveSnapshot }
  | { readonly event: 'player'; readonly data: PlayerState }
  | { readonly event: 'player-removed'; readonly data: { readonly id: string } }
  | { readonly event: 'queue'; readonly data: ToldQueue }
  | { readonly event: 'queue-removed'; readonly data: { readonly name: string } }
  | { readonly event: 'event'; readonly data: PlayerEvent }
  | { readonly event: 'health'; readonly data: Health }
  /** Another file is there, or one has become something else; `/api/library` has them all. */
  | { readonly event: 'library'; readonly data: Readonly<Record<string, never>> }
  /** An upload has begun, come further or ended; `/api/library/uploads` has them all, no snapshot has. */
  | { readonly event: 'upload'; readonly data: Upload }
  | { readonly event: 'upload-removed'; readonly data: { readonly id: string } }
  /** Its audio has come further on its way to the account; `/api/cards` has them all, no snapshot has. */
  | { readonly event: 'card'; readonly data: PublishedCardView }
  /** Another card is there, or one has changed or gone; `/api/cards` has them all. */
  | { readonly event: 'cards'; readonly data: Readonly<Record<string, never>> }
  /** It was set; `/api/inputs` has them all, no snapshot has. */
  | { readonly event: 'input'; readonly data: Input }
  /** `/api/rules/{id}/traces` has them; only admins are told. */
  | { readonly event: 'rule-traces'; readonly data: { readonly rules: readonly string[] } }

/** A message with the id by which a listener says how far it has come. */
export type NumberedMessage = LiveMessage & { readonly id: string }

/** The answer of `/api/live/snapshot`: what a listener missed since its id, or a snapshot where that cannot be told. */
export interface LiveCatchUp {
  readonly id: string
  readonly messages: readonly NumberedMessage[]
}
