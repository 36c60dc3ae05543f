/** Who somebody is in the household, from the one who may do the most. */
export const roles = ['admin', 'member', 'child'] as const
export type Role = (typeof roles)[number]

/** How far somebody may go, or a program that acts for them. Each includes those before it. */
export const scopes = ['kid', 'house', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** What a call needs of whoever asks. */
export type Need = 'anyone' | Scope

/** Whoever is behind a request, after they have shown that they are it. */
export interface Caller {
  readonly user: {
    readonly id: string
    readonly username: string
    readonly role: Role
    /** What a child may play on, and play. */
    readonly players: readonly string[]
    readonly cards: readonly string[]
  }
  /** That of the role, or less with a token. */
  readonly scope: Scope
  readonly via: 'session' | 'token' | 'ingress' | 'this machine'
  /** Tells the session from others of the same user; null where there is none. */
  readonly session: string | null
}

const scopeOfRole: Readonly<Record<Role, Scope>> = { child: 'kid', member: 'house', admin: 'admin' }

/** How far a role reaches: children their own page, members the house, admins everything. */
export function scopeOf(role: Role): Scope {
  return scopeOfRole[role]
}

export function reaches(scope: Scope, need: Need): boolean {
  return need === 'anyone' || scopes.indexOf(scope) >= scopes.indexOf(need)
}

/** The narrower of two. */
export function narrower(one: Scope, other: Scope): Scope {
  return reaches(one, other) ? other : one
}

/** The one that includes all the others of a list; null for an empty one. */
export function widest(list: readonly Scope[]): Scope | null {
  return scopes.findLast((scope) => list.includes(scope)) ?? null
}
