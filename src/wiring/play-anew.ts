import type { PlayedAnew } from '../broker/stream-desk.ts'
import type { PublishedCard } from '../cards/record.ts'
import { placeAddress } from '../core/card-plan.ts'
import type { Effect, PlayerCommand } from '../core/effect.ts'
import type { PlayerState } from '../core/player.ts'
import type { Hub } from '../hub.ts'
import { entrance } from './entrance.ts'
import { type HearingGround, heardStream } from './heard-stream.ts'
import { asExpected } from './player-place.ts'

interface Ground extends HearingGround {
  readonly hub: Pick<Hub, 'players' | 'expectedTrack'>
  /** Cards of the other kind are left in peace. */
  readonly onlyKind?: PublishedCard['kind']
}

/** The same, where it is told how streams are heard. */
export interface AnewGround extends Ground {
  readonly hub: Pick<Hub, 'players' | 'expectedTrack' | 'queue'>
}

/**
 * What has the players that play the stream now ask for it anew. On a queue card they then get the current item. A
 * stream card plays the whole queue as one file, and so does a track of a card of tracks; that can only be begun again: of
 * another item nothing is heard.
 * Who has paused, or is off, is left in peace.
 */
export function playAnew(stream: string, anew: PlayedAnew, ground: Ground): Effect[] {
  return listenersOn(stream, ground).flatMap(({ player, card }): Effect[] => {
    const command = commandFor(player, card, anew)
    return command === null ? [] : [{ kind: 'command', player: player.id, command }]
  })
}

/** The players that play the stream now, with the card by which they do. */
export function listenersOn(
  stream: string,
  { hub, onlyKind, ...ground }: Ground,
): { readonly player: PlayerState; readonly card: PublishedCard }[] {
  return hub.players().flatMap((told) => {
    const player = asExpected(hub, told)
    const heard = isPlaying(player) ? heardStream(player, ground) : null
    if (heard?.stream !== stream) return []
    const { card } = heard
    return onlyKind === undefined || card.kind === onlyKind ? [{ player, card }] : []
  })
}

/** Whether it plays, as far as is known. */
export function isPlaying({ online, playback }: PlayerState): boolean {
  return online && (playback === 'playing' || playback === 'loading')
}

function commandFor(
  { chapter_key: from }: PlayerState,
  { card_id, kind, slots }: PublishedCard,
  { what, isAnother }: PlayedAnew,
): PlayerCommand | null {
  if (card_id === null) return null
  if (kind === 'stream') return what === 'item' ? null : { type: 'restart' }
  if (kind === 'tracks')
    return what === 'item' || from === null
      ? null
      : { type: 'card', card_id, chapter_key: from, track_key: from, seconds_in: 0 }
  return { type: 'card', card_id, ...placeAddress(entrance({ from, slots, isAnother })) }
}
