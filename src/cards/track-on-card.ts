import { type CardPlan, type CardTrack, type TrackAddress, trackNumber } from '../core/card-plan.ts'
import { isJsonObject } from '../core/json.ts'
import { type SentMedia, sentMediaIn } from './sent-media.ts'

/** What a track of a card plays that was put together track by track; one of its names is there. */
export type TrackPlays =
  /** A file of the library, or of another source of audio. */
  | { readonly file: string }
  /** What the stream plays when the track is heard. */
  | { readonly stream: string }
  /** An address of somebody else. */
  | { readonly url: string }

/** A track of a card that was put together track by track. Each is a chapter of its own. */
export interface TrackOnCard {
  readonly title: string
  /** Somebody gave it its title; absent where it has that of what it plays. */
  readonly isNamed?: true
  /** Picture of 16×16 by its id in the account; absent where it has that of the card, null as in `CardLook`. */
  readonly icon?: string | null
  readonly plays: TrackPlays
  /** `uploaded`: its file is to lie in the account, so that it plays without us; absent: it is fetched when it is played. */
  readonly audio?: 'uploaded'
  /** What it plays in the account; absent while it is fetched from here. */
  readonly media?: SentMedia
}

/** Whether its file is to lie in the account. */
export function isUploaded(track: TrackOnCard): track is TrackOnCard & { plays: { file: string } } {
  return track.audio === 'uploaded' && 'file' in track.plays
}

/** The track of that number, as the addresses of a card name it: `01`, `02` …; undefined where there is none. */
export function trackAt(tracks: readonly TrackOnCard[], number: string): TrackOnCard | undefined {
  return tracks.find((_, index) => trackNumber(index) === number)
}

/** Where a card of tracks begins. */
export const trackCardStart: TrackAddress = { chapter_key: trackNumber(0), track_key: trackNumber(0) }

/** What such a card holds. `urlOf`: where the track of a number is fetched from here. */
export function trackCardPlan({
  title,
  tracks,
  urlOf,
}: {
  readonly title: string
  readonly tracks: readonly TrackOnCard[]
  readonly urlOf: (number: string) => string
}): CardPlan {
  const chapters = tracks.map((track, index) => {
    const key = trackNumber(index)
    const { icon } = track
    const name = { key, title: track.title }
    const played = playedBy(track, () => urlOf(key))
    return { ...name, ...(icon === undefined ? {} : { icon }), tracks: [{ ...name, ...played }] }
  })
  return { title, chapters }
}

function playedBy({ plays, media }: TrackOnCard, ownUrl: () => string): Partial<CardTrack> {
  if (media !== undefined) {
    const { etag: _, ...sent } = media
    return { media: sent, duration_s: media.duration_s }
  }
  return { url: 'url' in plays ? plays.url : ownUrl() }
}

/**
 * The tracks of a stored record; null where it has none. One that cannot be read keeps its place, and something is heard in
 * place of it: the key of the card must not be lost with it.
 */
export function tracksIn(value: unknown): readonly TrackOnCard[] | null {
  return Array.isArray(value) && value.length > 0 ? value.map(trackIn) : null
}

function trackIn(value: unknown): TrackOnCard {
  const plays = isJsonObject(value) ? playsIn(value.plays) : null
  if (!isJsonObject(value) || typeof value.title !== 'string' || plays === null)
    return { title: 'Track', plays: { file: '' } }
  const { title, isNamed, icon, audio } = value
  const media = sentMediaIn(value.media)
  return {
    title,
    plays,
    ...(isNamed === true ? { isNamed } : {}),
    ...(typeof icon === 'string' ? { icon } : {}),
    ...(audio === 'uploaded' ? { audio } : {}),
    ...(media === null ? {} : { media }),
  }
}

function playsIn(value: unknown): TrackPlays | null {
  if (!isJsonObject(value)) return null
  const { file, stream, url } = value
  if (typeof file === 'string') return { file }
  if (typeof stream === 'string') return { stream }
  return typeof url === 'string' ? { url } : null
}
