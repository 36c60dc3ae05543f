import type { PlayerState } from '../src/core/player.ts'
import type { Role, Scope } from '../src/core/role.ts'
import type { CardLook } from '../src/http/api/kid.ts'
import type { TokenView } from '../src/http/api/tokens.ts'
import type { UserView } from '../src/http/api/users.ts'
import type { DoorAuth } from '../src/http/guard.ts'

export type { Role, Scope }

/** Somebody who may come in. */
export type Person = UserView

/** What lets a program in. */
export type Token = TokenView

export const roles = ['admin', 'member', 'child'] as const satisfies readonly Role[]
export const scopes = ['kid', 'house', 'admin'] as const satisfies readonly Scope[]

export type User = Pick<Person, 'id' | 'username' | 'role'>

/** Who is before the page, as the product sees it. */
export interface Session {
  /** What guards the door this page came through. */
  readonly auth: DoorAuth
  /** False while nobody can sign in with a password, at a door that asks for one. */
  readonly set_up: boolean
  readonly signed_in: boolean
  readonly user: User | null
}

/** The only answer that ever holds the secret itself. */
export interface MadeToken extends Pick<Token, 'id' | 'name' | 'scopes'> {
  readonly token: string
}

/** A player a child may use, and what it does now. */
export type KidPlayer = Pick<
  PlayerState,
  'id' | 'name' | 'online' | 'playback' | 'card_id' | 'card_title' | 'cover_url'
>

export interface KidCard extends CardLook {
  readonly card_id: string
}

/** Everything a child's page shows. */
export interface KidView {
  readonly players: readonly KidPlayer[]
  readonly cards: readonly KidCard[]
}
