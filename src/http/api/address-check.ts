import { Type } from 'typebox'
import type { AddressCheckView, LeftTestCard } from '../../core/address-check.ts'
import { existingPlayer, type PlayersHouse } from './players.ts'
import { type Route, route } from './route.ts'

/** What the calls about our address need of the house. */
export interface AddressCheckHouse extends Pick<PlayersHouse, 'player'> {
  readonly addressCheck: {
    address(): AddressView
    /** @throws AppError `unprocessable` for an address that no card may carry, and those of the account. */
    start(player: string | null): Promise<AddressCheckView>
    /** @throws AppError `not_found`. */
    find(id: string): AddressCheckView
    /** Null where there was none since the start. */
    latest(): AddressCheckView | null
    left(): readonly LeftTestCard[]
  }
}

/** What cards are told of where to fetch audio, and what is to be said of that. */
export interface AddressView {
  readonly address: string
  /** `public_url`: the option says it; `guessed`: from the network of this machine. */
  readonly from: 'public_url' | 'guessed'
  /** Whether cards are published with it. */
  readonly publishable: boolean
  /** Why not, or why not in a real account where this one is simulated; null: they are. */
  readonly fault: { readonly kind: string; readonly words: string } | null
  readonly notes: readonly string[]
  /** Whose account the cards are in. */
  readonly account: 'yoto' | 'simulated' | 'none'
}

export function addressCheckRoutes(house: AddressCheckHouse): Route[] {
  const { addressCheck } = house
  return [
    route({
      method: 'get',
      path: '/address-check',
      summary:
        'The address that cards are told, whether players can use it as far as it says so itself, the newest check of it, and test cards that may be in the account still.',
      needs: 'house',
      handle: () => ({
        ...addressCheck.address(),
        check: addressCheck.latest(),
        left: addressCheck.left(),
      }),
    }),
    route({
      method: 'post',
      path: '/address-check',
      summary:
        'Publishes a test card of one track and waits for somebody to fetch it: `player` is told to play it, otherwise somebody puts it in. It is deleted by itself.',
      needs: 'house',
      body: Type.Object(
        { player: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })) },
        { additionalProperties: false },
      ),
      handle: ({ body: { player } }) =>
        addressCheck.start(player === undefined ? null : existingPlayer(house, player).id),
    }),
    route({
      method: 'get',
      path: '/address-check/{id}',
      summary:
        'What has come of a check: `waiting`, `fetched`, or after 30 s `not_fetched` with the likely cause.',
      needs: 'house',
      handle: ({ param }) => addressCheck.find(param('id')),
    }),
  ]
}
