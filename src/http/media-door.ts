import type { IncomingMessage } from 'node:http'
import type { Context } from 'koa'
import type { AudioAsked, OpenRequest } from '../core/audio-asked.ts'
import type { Clock } from '../core/clock.ts'
import { listenerNames } from '../core/listener.ts'
import type { Log } from '../core/log.ts'
import type { Place } from '../core/slot.ts'
import type { FileBody, FiniteBody, FiniteListeners } from './finite-body.ts'
import type { LiveMedia } from './live-media.ts'
import { nothingThere } from './media-answers.ts'
import type { SaidOnce } from './said-once.ts'
import type { TestTracks } from './test-track.ts'
import type { ToldLater } from './told-later.ts'
import type { ToldSeldom } from './told-seldom.ts'
import type { TransferLimits } from './transfers.ts'
import type { UnknownKeys } from './unknown-keys.ts'

/** What the media door needs of the rest of the product. */
export interface MediaDoor {
  /** What a key stands for; null for a key nobody was given. */
  target(key: string): Promise<MediaTarget | null>
  /**
   * The ready items of the stream's queue as one body, as far as they are heard now; null when it is empty or closed.
   * `key`: the one it is asked for by, where another stream may begin to answer; `track`: which of the tracks it is, on a
   * card of tracks.
   */
  newest(
    stream: string,
    asked?: { readonly key: string; readonly track: string | null },
  ): Promise<FileBody | null>
  /** Which player plays that card, if it can be told. */
  playerOf(target: MediaTarget): string | null
  /** What the places of queue cards play. */
  slots: MediaSlots
  /** What cards play that tell a story; without it there are none. */
  stories?: MediaStories | undefined
  /** What the track of that number plays on the card of this key; null where it has none. Without it there are no such cards. */
  track?(key: string, number: string): Promise<TrackAudio | null>
  /** What test cards play; without it there are none. */
  testTracks?: TestTracks | undefined
  /** The streams that are heard as time passes; without it all are heard as one file. */
  live?: LiveMedia | undefined
  /** What was served to whom; the media door's own, or shared with others that serve streams. */
  listeners: FiniteListeners
  /** What is heard instead of silence when a stream has nothing to play; null: the shipped clip, which is always there. */
  nothingHere(stream: string | null): Promise<FiniteBody>
  /** What is heard behind the end of a queue. */
  readonly silence: FiniteBody
  requested(event: StreamRequest): void
  /** Told of what is asked for before it is answered; what it returns is told of the answer. */
  asked?(request: AudioAsked): OpenRequest
  /** The address of whoever asks; behind a trusted proxy it is not that of the connection. */
  clientAddress(request: IncomingMessage): string
  clock: Clock
  /** In place of the usual ones. */
  transferLimits?: TransferLimits
  log: Log
}

export interface MediaTarget {
  /** Null of a story, and of tracks. */
  readonly stream: string | null
  readonly card_id: string | null
  /** The player its card is bound to; null where it may be any. */
  readonly player: string | null
  /** `story`: of its card the chapters are asked for; `live-story`: places, as of a queue card; `tracks`: their numbers. */
  readonly kind: 'queue' | 'stream' | 'story' | 'live-story' | 'tracks'
  /** Whether a request is a press at once, or only when the player has said so. */
  readonly confirm: 'request' | 'mqtt'
  /** The id of the story, where it is one. */
  readonly story?: string
}

/** What a track plays: a stream, or always the same bytes; null in their place where there are none now. */
export type TrackAudio = { readonly stream: string } | { readonly body: FileBody | null }

/** What a key opens that plays a stream. */
export type StreamTarget = MediaTarget & { readonly stream: string }

export interface MediaStories extends MediaSlots {
  /** The line by which the places know what this listener hears of the story. */
  lineOf(
    target: MediaTarget,
    listener: { player: string | null; names: readonly [string, ...string[]] },
  ): string
  /** What a chapter of a card plays that tells the story by itself; null where no story has it any more. */
  chapter(target: MediaTarget, name: string): Promise<FileBody | null>
}

/** Decides which item a place plays; `audio/slot-streams` does. */
export interface MediaSlots {
  choose(request: PlaceRequest): Promise<PlaceAnswer>
  /** What comes next in place of an item that cannot be read any more. */
  passOver(request: PlaceRequest): Promise<PlaceAnswer>
}

export interface PlaceRequest {
  readonly stream: string
  readonly player: string | null
  readonly card_id: string | null
  readonly place: Place
  readonly confirm: 'request' | 'mqtt'
  readonly listener: readonly [string, ...string[]]
  startIn(length: number): number | null
}

export type PlaceAnswer =
  | { readonly kind: 'item'; readonly body: FileBody; readonly isResumed?: boolean }
  | { readonly kind: 'nothing'; readonly isSilent?: boolean }
  /** Nothing to play, and the listener has heard so. */
  | { readonly kind: 'over' }

export interface StreamRequest {
  /** The id of the request, where it was told of before. */
  readonly request?: string
  readonly key: string
  /** Null of a story. */
  readonly stream: string | null
  readonly player: string | null
  readonly card_id: string | null
  readonly fromStart: boolean
  readonly head: boolean
}

/** With what the door itself remembers of those who came. */
export type LimitedDoor = MediaDoor & {
  readonly unknownKeys: UnknownKeys
  readonly saidOnce: SaidOnce
  readonly toldSeldom: ToldSeldom
  readonly toldLater: ToldLater
  /** What was looked up before a request came to the app: a look may wait for what the cloud tells. */
  readonly found: WeakMap<IncomingMessage, MediaTarget | null>
}

/** Whether the target plays a stream. */
export function isStream(target: MediaTarget): target is StreamTarget {
  return target.stream !== null
}

/** A key that does not have the file is treated like one that nobody has, or it could be told from it. */
export async function targetOf<Wanted extends MediaTarget>(
  ctx: Context,
  door: LimitedDoor,
  { key, isWanted }: { key: string; isWanted: (target: MediaTarget) => target is Wanted },
): Promise<Wanted> {
  const found = door.found.get(ctx.req)
  const target = found === undefined && isKey(key) ? await door.target(key) : (found ?? null)
  if (target !== null && isWanted(target)) return target
  door.unknownKeys.count(door.clientAddress(ctx.req))
  throw nothingThere()
}

export function listenerOf(
  ctx: Context,
  door: MediaDoor,
  { key, target, place = null }: { key: string; target: MediaTarget; place?: string | null },
): { player: string | null; listener: [string, ...string[]] } {
  const player = door.playerOf(target)
  const { card_id } = target
  const address = door.clientAddress(ctx.req)
  const [first, ...others] = listenerNames({ card_id, key, player, address })
  // Who listens to two things of one card is somewhere else in each.
  const named = (name: string) => (place === null ? name : `${name} track ${place}`)
  return { player, listener: [named(first), ...others.map(named)] }
}

// 128 random bits and more, in any alphabet that needs no encoding in an address.
function isKey(key: string): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(key)
}
