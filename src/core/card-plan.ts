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
}

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
