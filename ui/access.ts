export const roles = ['admin', 'member', 'child'] as const
export type Role = (typeof roles)[number]

export interface User {
  readonly id: string
  readonly username: string
  readonly role: Role
}

/** Who is before the page, as the product sees it. */
export interface Session {
  /** What guards the door this page came through. */
  readonly auth: 'ingress' | 'password' | 'none'
  /** False until there is a first user. */
  readonly set_up: boolean
  readonly signed_in: boolean
  readonly user: User | null
}

/** Somebody who may come in. */
export interface Person extends User {
  /** The ids of what a child may play on, and play. */
  readonly players: readonly string[]
  readonly cards: readonly string[]
  readonly signs_in_with: 'password' | 'ingress'
  /** ISO 8601. */
  readonly created_at: string
}

export const scopes = ['kid', 'house', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** What lets a program in. */
export interface Token {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Who made it. */
  readonly username: string
  /** ISO 8601. */
  readonly created_at: string
  readonly last_used_at: string | null
}

/** The only answer that ever holds the secret itself. */
export interface MadeToken {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly token: string
}

/** A player a child may use, and what it does now. */
export interface KidPlayer {
  readonly id: string
  readonly name: string
  readonly online: boolean
  readonly playback: 'playing' | 'paused' | 'stopped' | 'loading' | null
  readonly card_id: string | null
  readonly card_title: string | null
  readonly cover_url: string | null
}

export interface KidCard {
  readonly card_id: string
  readonly title: string
  readonly cover_url: string | null
}

/** Everything a child's page shows. */
export interface KidView {
  readonly players: readonly KidPlayer[]
  readonly cards: readonly KidCard[]
}
