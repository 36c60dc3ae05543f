import { Type } from 'typebox'
import type { PlayerCommand } from '../../core/effect.ts'
import { AppError } from '../../core/error.ts'
import type { PlayerState } from '../../core/player.ts'
import type { Caller } from '../../core/role.ts'
import type { CardsHouse } from './cards.ts'
import { existingPlayer, type PlayersHouse } from './players.ts'
import { callerIn, type Route, route } from './route.ts'

/** What a child's page needs of the house. */
export interface KidHouse extends PlayersHouse, Pick<CardsHouse, 'cards'> {
  /** How a card looks, as far as that is known by now. */
  cardLook(cardId: string): CardLook | null
}

export interface CardLook {
  readonly title: string
  readonly cover_url: string | null
}

const id = Type.String({ minLength: 1, maxLength: 200 })
const closed = { additionalProperties: false }

/** What children may see and do: their own players and cards. Grown-ups see all players and all published cards. */
export function kidRoutes(house: KidHouse): Route[] {
  return [
    lookRoute(house),
    playRoute(house),
    actRoute(house, { type: 'pause', summary: 'Pauses.' }),
    actRoute(house, { type: 'next', summary: 'Goes to the next track of the card.' }),
    actRoute(house, { type: 'previous', summary: 'Goes to the track before.' }),
  ]
}

function lookRoute(house: KidHouse): Route {
  return route({
    method: 'get',
    path: '/kid',
    summary: 'The players and cards of a child; for others all players and the published cards.',
    needs: 'kid',
    async handle(request) {
      const caller = callerIn(request)
      const players = house.players().filter((player) => isOwn(caller, { list: 'players', id: player.id }))
      return { players: players.map(playerView), cards: await cardsFor(house, caller) }
    },
  })
}

function playRoute(house: KidHouse): Route {
  return route({
    method: 'post',
    path: '/kid/play',
    summary: 'Goes on, or plays the given card from its beginning.',
    needs: 'kid',
    body: Type.Object({ player: id, card_id: Type.Optional(id) }, closed),
    handle(request) {
      const caller = callerIn(request)
      const { player, card_id } = request.body
      if (card_id === undefined) return command(house, { caller, player, act: { type: 'play' } })
      if (!isOwn(caller, { list: 'cards', id: card_id }))
        throw new AppError('forbidden', 'this card is not one of yours')
      return command(house, { caller, player, act: { type: 'card', card_id } })
    },
  })
}

function actRoute(
  house: KidHouse,
  { type, summary }: { type: 'pause' | 'next' | 'previous'; summary: string },
): Route {
  return route({
    method: 'post',
    path: `/kid/${type}`,
    summary,
    needs: 'kid',
    body: Type.Object({ player: id }, closed),
    handle: (request) =>
      command(house, { caller: callerIn(request), player: request.body.player, act: { type } }),
  })
}

async function command(
  house: KidHouse,
  { caller, player, act }: { caller: Caller; player: string; act: PlayerCommand },
) {
  if (!isOwn(caller, { list: 'players', id: player }))
    throw new AppError('forbidden', 'this player is not one of yours')
  const { id, card_id } = existingPlayer(house, player)
  const isForeign = card_id !== null && !isOwn(caller, { list: 'cards', id: card_id })
  // Whatever plays may be paused.
  if (isForeign && act.type !== 'card' && act.type !== 'pause')
    throw new AppError('forbidden', 'the card in this player is not one of yours')
  await house.perform({ kind: 'command', player: id, command: act }, `REST, ${caller.user.username}`)
  return { success: true }
}

function isOwn({ user }: Caller, { list, id }: { list: 'players' | 'cards'; id: string }): boolean {
  return user.role !== 'child' || user[list].includes(id)
}

function playerView({ id, name, online, playback, card_id, card_title, cover_url }: PlayerState) {
  return { id, name, online, playback, card_id, card_title, cover_url }
}

async function cardsFor(house: KidHouse, { user }: Caller) {
  const ids = user.role === 'child' ? user.cards : (await house.cards()).map(({ card_id }) => card_id)
  return ids.map((card_id) => {
    const { title, cover_url } = house.cardLook(card_id) ?? { title: card_id, cover_url: null }
    return { card_id, title, cover_url }
  })
}
