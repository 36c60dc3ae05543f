import { edgesFrom, numbers, type Place, type Slot, type SlotCut, slots } from './slot.ts'

/**
 * A card as the product thinks of it, free of any cloud's words: chapters of tracks in playing order.
 * `yoto/card` turns it into Yoto's JSON and back.
 */
export interface CardPlan {
  readonly title: string
  readonly chapters: readonly CardChapter[]
  /** Its maker has it begin again by itself after its last track. */
  readonly repeats?: true
  /** Address of its picture in the account; absent leaves what the card has, null takes it off. */
  readonly cover?: string | null
  /** It begins at its first track whenever it is put in: where somebody was is remembered here. */
  readonly beginsAnew?: true
}

export interface CardChapter {
  /** Unique on the card; a string always, with its zeros. */
  readonly key: string
  readonly title: string
  /** Picture of 16×16 that the player shows, by its id in the account; absent leaves what the card has, null takes it off. */
  readonly icon?: string | null
  readonly tracks: readonly CardTrack[]
}

export interface CardTrack {
  readonly key: string
  readonly title: string
  /** Address of a stream; absent when the audio lies at Yoto's. */
  readonly url?: string
  /** Audio of ours that lies there; absent where that is not known. */
  readonly media?: CardMedia
  /** Seconds, where known. */
  readonly duration_s?: number
  /**
   * Where the knobs and the end of the track lead. A card on which any track names one is interactive: there a
   * knob without a target does nothing, and a track without `end` ends the card.
   */
  readonly left?: TrackTarget
  readonly right?: TrackTarget
  readonly end?: TrackTarget
  /** Its maker hides it: who goes from track to track is led past it. */
  readonly hidden?: true
}

/** Audio that was uploaded, as the cloud speaks of what it has made of it. */
export interface CardMedia {
  /** What cards name it by. */
  readonly id: string
  /** Whole seconds. */
  readonly duration_s: number
  readonly bytes: number
  /** In the cloud's own word, which may be another than what was sent. */
  readonly format: string
  readonly channels: 'stereo' | 'mono'
}

export type TrackTarget = TrackAddress | 'stop'

export interface TrackAddress {
  readonly chapter_key: string
  readonly track_key: string
}

/** Where a track is, how long it is, and where its presses and its end lead on a card that says so itself. */
export interface TrackPlace
  extends TrackAddress,
    Pick<CardTrack, 'duration_s' | 'left' | 'right' | 'end' | 'hidden'> {}

/** Every track of the card in playing order. */
export function trackAddresses(plan: CardPlan): TrackPlace[] {
  return plan.chapters.flatMap((chapter) =>
    chapter.tracks.map(({ key, duration_s, left, right, end, hidden }) => ({
      chapter_key: chapter.key,
      track_key: key,
      ...(duration_s === undefined ? {} : { duration_s }),
      ...(left === undefined ? {} : { left }),
      ...(right === undefined ? {} : { right }),
      ...(end === undefined ? {} : { end }),
      ...(hidden === undefined ? {} : { hidden }),
    })),
  )
}

/** Place of a track in playing order, -1 where the card has no such track. */
export function trackIndex(addresses: readonly TrackAddress[], key: TrackAddress): number {
  return addresses.findIndex((address) => isSameTrack(address, key))
}

export function isSameTrack(one: TrackAddress, other: TrackAddress): boolean {
  return one.chapter_key === other.chapter_key && one.track_key === other.track_key
}

/** Whether the card itself says where presses lead. */
export function isInteractive(plan: CardPlan): boolean {
  return plan.chapters.some((chapter) =>
    chapter.tracks.some(({ left, right, end }) => (left ?? right ?? end) !== undefined),
  )
}

/**
 * A queue card: interactive with the seven slots, each of which names where its presses and its end lead, or
 * linear with as many numbered chapters as a card may have. Every chapter has an address of its own.
 */
export function queueCardPlan(options: {
  title: string
  slots: SlotCut
  urlOf: (place: Place) => string
}): CardPlan {
  const { title, urlOf } = options
  const chapter = (place: Place, targets: Pick<CardTrack, 'left' | 'right' | 'end'>) => ({
    key: place,
    title,
    tracks: [{ key: place, title, url: urlOf(place), ...targets }],
  })
  const chapters =
    options.slots === 'linear'
      ? numbers.map((number) => chapter(number, {}))
      : slots.map((slot) => chapter(slot, targetsFrom(slot)))
  return { title, chapters }
}

/** A place's chapter has one track, of the same key. */
export function placeAddress(place: Place): TrackAddress {
  return { chapter_key: place, track_key: place }
}

function targetsFrom(slot: Slot): Record<'left' | 'right' | 'end', TrackAddress> {
  const { left, right, end } = edgesFrom(slot)
  return { left: placeAddress(left), right: placeAddress(right), end: placeAddress(end) }
}

/** What the chapter of a place in a row is called: `01`, `02` … `100`. */
export function trackNumber(index: number): string {
  return String(index + 1).padStart(2, '0')
}

/** Where a stream card begins. */
export const streamCardStart: TrackAddress = { chapter_key: '01', track_key: '01' }

/** A stream card: an ordinary card of `count` one-track chapters (`01` …) that all play the same address. */
export function streamCardPlan(options: { title: string; url: string; count: number }): CardPlan {
  return {
    title: options.title,
    chapters: Array.from({ length: options.count }, (_, index) => {
      const key = trackNumber(index)
      const title = `${options.title} ${index + 1}`
      return { key, title, tracks: [{ key, title, url: options.url }] }
    }),
  }
}
