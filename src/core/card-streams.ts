import { trackNumber } from './card-plan.ts'

/** Which streams a card of ours plays. */
export interface CardStreams {
  /** The one that all of its chapters play; null where there is none such. */
  readonly stream: string | null
  /** Of a card of tracks, what each of them plays in turn, null for what is no stream; null of any other card. */
  readonly ofTracks: readonly (string | null)[] | null
}

/**
 * The stream that the card plays in that chapter, before others answer in its place; null where it plays none, where the
 * chapter is not known, and where the card has none of that key, as after it was given other tracks.
 */
export function streamAt({ stream, ofTracks }: CardStreams, chapter: string | null): string | null {
  return ofTracks === null ? stream : (ofTracks[placeOf(chapter, ofTracks)] ?? null)
}

/** The same where nothing may be missed: of a chapter that is not known, or not on the card, all that it may be. */
export function streamsPossibleAt(streams: CardStreams, chapter: string | null): readonly string[] {
  if (!isPlaceKnown(streams, chapter)) return streamsOn(streams)
  const stream = streamAt(streams, chapter)
  return stream === null ? [] : [stream]
}

/** Whether the chapter is one of the card's, so that nobody has to guess which of its streams it plays. */
export function isPlaceKnown({ ofTracks }: CardStreams, chapter: string | null): boolean {
  return ofTracks === null || placeOf(chapter, ofTracks) >= 0
}

/** Every stream that the card plays anywhere, each once. */
export function streamsOn({ stream, ofTracks }: CardStreams): readonly string[] {
  return [...new Set([stream, ...(ofTracks ?? [])])].filter((name) => name !== null)
}

/** -1 where it is none of the card's. */
function placeOf(chapter: string | null, ofTracks: readonly (string | null)[]): number {
  return ofTracks.findIndex((_, place) => trackNumber(place) === chapter)
}
