import type { EventFields } from './event-reports.ts'
import type { Playback } from './playback.ts'
import { roundingSeconds } from './track-audio.ts'

/** What plays, and what was fetched for it. */
export function playbackSnapshot(playback: Playback) {
  const { track, deck } = playback
  return {
    card: track === undefined ? null : (playback.card?.cardId ?? null),
    source: track === undefined ? null : (playback.source ?? null),
    chapterKey: track?.chapterKey ?? null,
    trackKey: track?.trackKey ?? null,
    playback: playback.status,
    playing: playback.status === 'playing',
    stalled: playback.stalled,
    positionSeconds: track === undefined ? 0 : playback.positionSeconds,
    lengthSeconds: deck.audio?.lengthSeconds ?? null,
    arrivedSeconds: deck.audio?.arrivedSeconds ?? 0,
    bytesReceived: deck.lastFetched?.bytesReceived ?? 0,
    sha256: deck.lastFetched?.sha256() ?? null,
    lastRequest: deck.lastRequest ?? null,
    problem: playback.problem ?? null,
  }
}

/** The fields of `data/events` that speak of the card and its track, in Yoto's names. */
export function playbackFields(playback: Playback): EventFields {
  const { card, source, track, status } = playback
  const always = { cardId: 'none', playbackStatus: status, playbackWait: false, streaming: false }
  if (track === undefined || card === undefined || source === undefined) return always
  const length = playback.deck.audio?.lengthSeconds
  return {
    ...always,
    ...(length === undefined ? {} : { trackLength: Math.round(length) }),
    position: Math.floor(playback.positionSeconds + roundingSeconds),
    source,
    cardId: card.cardId,
    cardUpdatedAt: card.updatedAt,
    chapterTitle: track.chapterTitle,
    chapterKey: track.chapterKey,
    trackTitle: track.trackTitle,
    trackKey: track.trackKey,
    streaming: track.audio.kind === 'stream',
  }
}
