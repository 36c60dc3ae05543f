import { type CardStreams, streamsOn } from '../core/card-streams.ts'
import { isJsonObject } from '../core/json.ts'
import type { SlotCut } from '../core/slot.ts'
import { type SentMedia, sentMediaIn } from './sent-media.ts'
import { type TrackOnCard, tracksIn } from './track-on-card.ts'

/** What a media key stands for: a stream, a story or tracks, and the card that carries the key, where one does. */
export interface PublishedCard {
  /** At least 128 random bits; whoever knows it may listen. */
  readonly key: string
  /** Of these three exactly one is not null. */
  readonly stream: string | null
  readonly story: StoryOnCard | null
  readonly tracks: readonly TrackOnCard[] | null
  readonly title: string
  /** Its look in the account; null where it has that of any card. */
  readonly look: CardLook | null
  readonly card_id: string | null
  readonly kind: CardKind
  /** How a queue card is cut. */
  readonly slots: SlotCut
  /** When a press on a queue card counts. */
  readonly confirm: Confirmation
  /** Why the product itself stopped to trust the requests of the card, for people; null when it did not. */
  readonly distrusted: string | null
  /** The player that the card belongs to, where somebody said so. */
  readonly player: string | null
  /** Number of one-track chapters on a stream card; 0 for a key without a card. */
  readonly chapters: number
  /** The address the card was given, so that a change of the public address is seen. */
  readonly url: string
  readonly created_at: string
  /** The keys it had before `key`, the oldest first. */
  readonly old_keys: readonly OldKey[]
  /**
   * The key that the card in the account carries now. Another than `key`: the card must be published again;
   * null: nobody knows, because the account did not say whether it took the last change.
   */
  readonly carried_key: string | null
  /** The title of its story that it took for its own; another than `title`, or absent: somebody gave it that. */
  readonly story_title?: string
  /** When its stream was deleted; null while there is one, or none yet. */
  readonly stream_deleted_at: string | null
  /** The card is in the simulated account; absent: in Yoto's. Of a key without a card it says nothing. */
  readonly simulated?: true
}

export interface OldKey {
  readonly key: string
  /** From then on it opens nothing. */
  readonly ends_at: string
  /** All other cards of the account were looked through for it; of a stream's own key those of the family's. */
  readonly searched?: boolean
  /** The same of a stream's own key in the simulated account. */
  readonly searched_simulated?: boolean
  /** Another card of the account was found to carry it. */
  readonly copied?: boolean
}

/** Pictures that somebody gave a card; null takes off what the card has, and stands here until the account took that. */
export interface CardLook {
  /** Address of its cover in the account. */
  readonly cover?: string | null
  /** Picture of 16×16 of those chapters that have none of their own, by its id in the account. */
  readonly icon?: string | null
}

/**
 * `queue`: chapters that each play one item of its stream; `stream`: chapters that all play it as one file; `story`: one
 * that branches, with its scenes as chapters or in the places of a queue card; `tracks`: one that was put together track
 * by track.
 */
export type CardKind = 'queue' | 'stream' | 'story' | 'tracks'

export interface StoryOnCard {
  readonly id: string
  /** `card`: its scenes are the chapters, which lead to one another; `live`: what a place plays is decided here. */
  readonly run: 'card' | 'live'
  /** Which version of the story the chapters are of; null where it is run live. */
  readonly version: string | null
  /** `uploaded`: its audio is to lie in the account, so that it plays without us; absent: it is fetched from here. */
  readonly audio?: 'uploaded'
  /** What its chapters play in the account, by their keys; absent while they are fetched from here. */
  readonly media?: ChapterMedia
}

export type ChapterMedia = Readonly<Record<string, SentMedia>>

/** `request`: a press counts with the request for its slot; `mqtt`: when Yoto says that the slot plays. */
export type Confirmation = 'request' | 'mqtt'

/**
 * A record of the store, whichever version wrote it: what it lacks has its default, and what is not known here
 * stays in it. Null for what can be no record.
 */
export function recordOf(key: string, stored: unknown): PublishedCard | null {
  if (!isJsonObject(stored)) return null
  const story = storyIn(stored.story)
  const stream = textOrNull(stored.stream)
  const tracks = tracksIn(stored.tracks)
  if ([stream, story, tracks].filter((played) => played !== null).length !== 1) return null
  const { story_title: storyTitle, simulated, ...kept } = stored
  const { title, card_id, slots, confirm } = stored
  const { chapters, url, created_at, carried_key } = stored
  return {
    ...kept,
    key,
    stream,
    story,
    tracks,
    look: lookIn(stored.look),
    title: typeof title === 'string' ? title : (stream ?? story?.id ?? ''),
    card_id: textOrNull(card_id),
    // Absent in records from before there were queue cards, and `linear` in some: those are stream cards.
    kind: story ? 'story' : tracks ? 'tracks' : stored.kind === 'queue' ? 'queue' : 'stream',
    slots: slots === 'linear' ? 'linear' : 'interactive',
    confirm: confirm === 'mqtt' ? 'mqtt' : 'request',
    distrusted: textOrNull(stored.distrusted),
    player: textOrNull(stored.player),
    chapters: typeof chapters === 'number' ? chapters : 0,
    url: typeof url === 'string' ? url : '',
    created_at: typeof created_at === 'string' ? created_at : '',
    old_keys: Array.isArray(stored.old_keys) ? stored.old_keys.filter((old) => isOldKey(old, key)) : [],
    // Records from before keys could be rotated: the card carries the only key there was.
    carried_key: carried_key === undefined ? key : textOrNull(carried_key),
    ...(typeof storyTitle === 'string' ? { story_title: storyTitle } : {}),
    stream_deleted_at: textOrNull(stored.stream_deleted_at),
    ...(simulated === true ? { simulated } : {}),
  }
}

/** Whether the key is the stream's own, for cards that people make by hand; a card that is being made has chapters. */
export function isOwnKey(card: PublishedCard): boolean {
  return card.card_id === null && card.chapters === 0 && card.kind === 'stream'
}

/** Which streams it plays. */
export function streamsOfCard({ stream, tracks }: PublishedCard): CardStreams {
  return { stream, ofTracks: tracks?.map(({ plays }) => ('stream' in plays ? plays.stream : null)) ?? null }
}

/** Whether it plays the stream, all of it or one of its tracks. */
export function playsStream(card: PublishedCard, stream: string): boolean {
  return streamsOn(streamsOfCard(card)).includes(stream)
}

/** Whether one of the cards, which may be in a child's hand, tells the story (`story/lighthouse`) or plays the stream (`stream/bedroom`). */
export function areCardsOf(of: string, cards: readonly PublishedCard[]): boolean {
  return cards.some(
    (card) =>
      card.card_id !== null &&
      (of === `story/${card.story?.id}` ||
        streamsOn(streamsOfCard(card)).some((name) => of === `stream/${name}`)),
  )
}

/** The record's key and all it had before. */
export function keysOf({ key, old_keys }: PublishedCard): string[] {
  return [key, ...old_keys.map((old) => old.key)]
}

function storyIn(value: unknown): StoryOnCard | null {
  if (!isJsonObject(value) || typeof value.id !== 'string') return null
  const version = textOrNull(value.version)
  // Chapters of nobody knows which version cannot be found.
  if (value.run !== 'card' || version === null) return { id: value.id, run: 'live', version }
  const { audio } = value
  const media = chapterMediaIn(value.media)
  return {
    id: value.id,
    run: 'card',
    version,
    ...(audio === 'uploaded' ? { audio } : {}),
    ...(media === null ? {} : { media }),
  }
}

/** Null where a part of it cannot be read: what is not known to lie in the account is brought there again. */
function chapterMediaIn(value: unknown): ChapterMedia | null {
  if (!isJsonObject(value)) return null
  const chapters = Object.entries(value).map(([key, sent]) => [key, sentMediaIn(sent)] as const)
  const known = chapters.flatMap(([key, sent]) => (sent === null ? [] : [[key, sent] as const]))
  return known.length === chapters.length ? Object.fromEntries(known) : null
}

function lookIn(value: unknown): CardLook | null {
  if (!isJsonObject(value)) return null
  const { cover, icon } = value
  return {
    ...(typeof cover === 'string' ? { cover } : {}),
    ...(typeof icon === 'string' ? { icon } : {}),
  }
}

function isOldKey(value: unknown, current: string): value is OldKey {
  if (!isJsonObject(value) || typeof value.ends_at !== 'string') return false
  return typeof value.key === 'string' && value.key !== current
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
