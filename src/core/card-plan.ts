import { edgesFrom, type Slot, slots } from './slot.ts'

/**
 * A card as the product thinks of it, free of any cloud's words: chapters of tracks in playing order.
 * `yoto/card` turns it into Yoto's JSON and back.
 */
export interface CardPlan {
  readonly title: string
  readonly chapters: readonly CardChapter[]
}

export interface CardChapter {
  /** Unique on the card; a string always, with its zeros. */
  readonly key: string
  readonly title: string
  readonly tracks: readonly CardTrack[]
}

export interface CardTrack {
  readonly key: string
  readonly title: string
  /** Address of a stream; absent when the audio lies at Yoto's. */
  readonly url?: string
  /** Seconds, where known. */
  readonly duration_s?: number
  /**
   * Where the knobs and the end of the track lead. A card on which any track names one is interactive: there a
   * knob without a target does nothing, and a track without `end` ends the card.
   */
  readonly left?: TrackTarget
  readonly right?: TrackTarget
  readonly end?: TrackTarget
}

export type TrackTarget = TrackAddress | 'stop'

export interface TrackAddress {
  readonly chapter_key: string
  readonly track_key: string
}

/** Every track of the card in playing order. */
export function trackAddresses(plan: CardPlan): TrackAddress[] {
  return plan.chapters.flatMap((chapter) =>
    chapter.tracks.map((track) => ({ chapter_key: chapter.key, track_key: track.key })),
  )
}

/** Place of a track in playing order, -1 where the card has no such track. */
export function trackIndex(addresses: readonly TrackAddress[], key: TrackAddress): number {
  return addresses.findIndex(
    (address) => address.chapter_key === key.chapter_key && address.track_key === key.track_key,
  )
}

/** Whether the card itself says where presses lead. */
export function isInteractive(plan: CardPlan): boolean {
  return plan.chapters.some((chapter) =>
    chapter.tracks.some(({ left, right, end }) => (left ?? right ?? end) !== undefined),
  )
}

/** An interactive card of the seven slots, each of which names where its presses and its end lead. */
export function queueCardPlan(options: { title: string; urlOf: (slot: Slot) => string }): CardPlan {
  return {
    title: options.title,
    chapters: slots.map((slot) => {
      const { left, right, end } = edgesFrom(slot)
      const track = {
        key: slot,
        title: options.title,
        url: options.urlOf(slot),
        left: slotAddress(left),
        right: slotAddress(right),
        end: slotAddress(end),
      }
      return { key: slot, title: options.title, tracks: [track] }
    }),
  }
}

/** A slot's chapter has one track, of the same key. */
export function slotAddress(slot: Slot): TrackAddress {
  return { chapter_key: slot, track_key: slot }
}

/** A linear card of `count` one-track chapters (`01` …) that all play the same address. */
export function linearStreamPlan(options: { title: string; url: string; count: number }): CardPlan {
  return {
    title: options.title,
    chapters: Array.from({ length: options.count }, (_, index) => {
      const key = String(index + 1).padStart(2, '0')
      const title = `${options.title} ${index + 1}`
      return { key, title, tracks: [{ key, title, url: options.url }] }
    }),
  }
}
