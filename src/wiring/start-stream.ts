import type { PublishedCards } from '../cards/published.ts'
import { type PublishedCard, streamsOfCard } from '../cards/record.ts'
import { placeAddress, streamCardStart, trackNumber } from '../core/card-plan.ts'
import { streamAt, streamsOn } from '../core/card-streams.ts'
import type { PlayerCommand } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import type { PlayerState } from '../core/player.ts'
import type { Hub } from '../hub.ts'
import { entrance } from './entrance.ts'

interface Ground {
  readonly hub: Pick<Hub, 'player'>
  readonly cards: Pick<PublishedCards, 'list'>
  readonly streamFor: (stream: string, player: string) => string
}

/**
 * What has a player play a stream from the beginning of what is due there: the card that it has, where that is one of the
 * stream's, else the player's own, else any. A card of tracks only where the stream has no other, for that goes on to its
 * other tracks: the chapter that plays the stream, the one it is at before the first.
 * @throws AppError `not_found` where the stream has no card that the player may play, or there is no such player.
 */
export function startOfStream(
  stream: string,
  playerId: string,
  { hub, cards, streamFor }: Ground,
): PlayerCommand {
  const player = hub.player(playerId)
  if (player === undefined) throw new AppError('not_found', `there is no player "${playerId.slice(0, 80)}"`)
  const plays = (asked: string | null) => asked !== null && streamFor(asked, playerId) === stream
  const best = (all: readonly PublishedCard[]) =>
    all.find(({ card_id }) => card_id === player.card_id) ??
    all.find((one) => one.player === playerId) ??
    all.find(({ kind }) => kind === 'queue') ??
    all[0]
  const fitting = cards
    .list()
    .filter((card) => (card.player ?? playerId) === playerId && streamsOn(streamsOfCard(card)).some(plays))
  const card =
    best(fitting.filter(({ kind }) => kind !== 'tracks')) ??
    best(fitting.filter(({ kind }) => kind === 'tracks'))
  if (card?.card_id == null)
    throw new AppError(
      'not_found',
      `stream "${stream}" has no card that player "${player.name}" may play: make one first, in the panel or with POST /api/cards`,
    )
  return { type: 'card', card_id: card.card_id, ...beginningOf(card, player, plays) }
}

function beginningOf(
  card: PublishedCard,
  player: PlayerState,
  plays: (asked: string | null) => boolean,
): Pick<Extract<PlayerCommand, { type: 'card' }>, 'chapter_key' | 'track_key' | 'seconds_in'> {
  const { kind, slots, card_id } = card
  if (kind === 'stream') return { ...streamCardStart, seconds_in: 0 }
  const from = player.card_id === card_id ? player.chapter_key : null
  if (kind === 'tracks') {
    const streams = streamsOfCard(card)
    const isHere = from !== null && plays(streamAt(streams, from))
    const key = isHere ? from : trackNumber((streams.ofTracks ?? []).findIndex(plays))
    return { chapter_key: key, track_key: key, seconds_in: 0 }
  }
  return placeAddress(entrance({ from, slots, isAnother: true }))
}
