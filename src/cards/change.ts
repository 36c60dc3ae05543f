import { AppError } from '../core/error.ts'
import type { SlotCut } from '../core/slot.ts'
import type { CardKind, CardLook, Confirmation, PublishedCard, StoryOnCard } from './record.ts'
import type { TrackOnCard } from './track-on-card.ts'

/** What people may say of a card; absent leaves it as it is. */
export interface CardChange {
  readonly title?: string
  /** The title of its story, where the card takes that for its own. */
  readonly story_title?: string
  /** Of queue cards only, as `confirm` is. */
  readonly slots?: SlotCut
  readonly confirm?: Confirmation
  /** The player the card belongs to; null for none. */
  readonly player?: string | null
  /** Another version of its story, or another way to run it. */
  readonly story?: StoryOnCard
  /** Other tracks of a card of tracks, all of them. */
  readonly tracks?: readonly TrackOnCard[]
  /** Pictures, each in place of what it had; null takes it off. */
  readonly look?: CardLook
}

/** Of what is played exactly one is not null. */
export interface CardRequest extends CardChange {
  readonly stream: string | null
  readonly title: string
  readonly kind: CardKind
  /** Number of chapters of a stream card; a queue card has its slots. */
  readonly chapters: number
}

/** @throws AppError `unprocessable` for what a card of that kind cannot have. */
export function checkWish(
  { kind, story }: { readonly kind: CardKind; readonly story?: StoryOnCard | null },
  { slots, confirm }: CardChange,
): void {
  const wished = Object.entries({ slots, confirm }).flatMap(([name, value]) =>
    value === undefined ? [] : name,
  )
  if (kind === 'queue' || story?.run === 'live' || wished.length === 0) return
  const why = {
    story: 'a story that the card plays by itself has its scenes as chapters (run: card)',
    tracks: 'a card of tracks has a chapter for each of them',
    stream: 'a stream card plays its stream as one file, in ordinary chapters',
  }[kind]
  throw new AppError('unprocessable', `${wished.join(' and ')}: only a queue card has this; ${why}`)
}

/** Whether the card in the account has to be another after the change. */
export function isNewOnCard(card: PublishedCard, { title, slots, story, tracks, look }: CardChange): boolean {
  if ((title ?? card.title) !== card.title || (slots ?? card.slots) !== card.slots) return true
  if (tracks !== undefined || look !== undefined) return true
  if (story === undefined) return false
  const { run, version, media } = card.story ?? {}
  return story.run !== run || story.version !== version || story.media !== media
}

/** A person who says how presses are confirmed knows better than the product, whatever that had seen. */
export function changed(card: PublishedCard, change: CardChange): PublishedCard {
  const { title = card.title, slots = card.slots, confirm, player = card.player, story = card.story } = change
  const { tracks = card.tracks, look, story_title } = change
  const trust = confirm === undefined ? {} : { confirm, distrusted: null }
  return {
    ...card,
    title,
    slots,
    player,
    story,
    tracks,
    look: look === undefined ? card.look : { ...card.look, ...look },
    ...(story_title === undefined ? {} : { story_title }),
    ...trust,
  }
}
