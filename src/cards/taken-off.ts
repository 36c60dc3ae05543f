import type { CardLook, PublishedCard } from './record.ts'
import type { TrackOnCard } from './track-on-card.ts'

/** The card once the account has taken its pictures off: what others put there afterwards is theirs. */
export function withoutTakenOff(card: PublishedCard): PublishedCard {
  const { look, tracks } = card
  const isLookSettled = look === null || (look.cover !== null && look.icon !== null)
  const areTracksSettled = tracks === null || tracks.every(({ icon }) => icon !== null)
  if (isLookSettled && areTracksSettled) return card
  return {
    ...card,
    look: isLookSettled ? look : settledLook(look),
    tracks: areTracksSettled ? tracks : tracks.map(settledTrack),
  }
}

function settledLook({ cover, icon }: CardLook): CardLook | null {
  const given = { ...(cover == null ? {} : { cover }), ...(icon == null ? {} : { icon }) }
  return Object.keys(given).length === 0 ? null : given
}

function settledTrack(track: TrackOnCard): TrackOnCard {
  if (track.icon !== null) return track
  const { icon: _, ...rest } = track
  return rest
}
