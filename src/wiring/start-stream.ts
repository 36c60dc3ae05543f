import type { PublishedCards } from '../cards/published.ts'
import type { PublishedCard } from '../cards/record.ts'
import { placeAddress, streamCardStart } from '../core/card-plan.ts'
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
 * stream's, else the player's own, else any.
 * @throws AppError `not_found` where the stream has no card that the player may play, or there is no such player.
 */
export function startOfStream(
  stream: string,
  playerId: string,
  { hub, cards, streamFor }: Ground,
): PlayerCommand {
  const player = hub.player(playerId)
  if (player === undefined) throw new AppError('not_found', `there is no player "${playerId.slice(0, 80)}"`)
  const fitting = cards
    .list()
    .filter(
      (card) =>
        (card.player ?? playerId) === playerId &&
        card.stream !== null &&
        streamFor(card.stream, playerId) === stream,
    )
  const card =
    fitting.find(({ card_id }) => card_id === player.card_id) ??
    fitting.find((one) => one.player === playerId) ??
    fitting.find(({ kind }) => kind === 'queue') ??
    fitting[0]
  if (card?.card_id == null)
    throw new AppError(
      'not_found',
      `stream "${stream}" has no card that player "${player.name}" may play: make one first, in the panel or with POST /api/cards`,
    )
  return { type: 'card', card_id: card.card_id, ...beginningOf(card, player) }
}

function beginningOf({ kind, slots, card_id }: PublishedCard, player: PlayerState) {
  if (kind === 'stream') return { ...streamCardStart, seconds_in: 0 }
  const from = player.card_id === card_id ? player.chapter_key : null
  return placeAddress(entrance({ from, slots, isAnother: true }))
}
