import { randomBytes } from 'node:crypto'
import type { Clock } from '../core/clock.ts'

interface Issued {
  readonly family: Family
  readonly scope: string
  usedAtMs: number | null
}

/** All that came from one sign-in. */
interface Family {
  revoked: boolean
}

/**
 * Refresh tokens as Auth0 gives them out. Where they rotate each works once and brings the next: whoever uses one
 * again, a thief or a client that lost the answer, ends all that came from the same sign-in.
 */
export class RefreshTokens {
  readonly #clock: Clock
  readonly #rotate: () => boolean
  readonly #reuseMs: () => number
  readonly #issued = new Map<string, Issued>()

  /** `reuseMs`: how long after its use a token that rotates works once more. */
  constructor(parts: { clock: Clock; rotate: () => boolean; reuseMs: () => number }) {
    this.#clock = parts.clock
    this.#rotate = parts.rotate
    this.#reuseMs = parts.reuseMs
  }

  /** The first token of a sign-in. */
  first(scope: string): string {
    return this.#issue(scope, { revoked: false })
  }

  /** What this token brings, its `next` undefined where it goes on itself; undefined where it does not work. */
  use(token: string): { readonly next: string | undefined; readonly scope: string } | undefined {
    const issued = this.#issued.get(token)
    if (issued === undefined || issued.family.revoked) return undefined
    if (!this.#rotate()) return { next: undefined, scope: issued.scope }
    const nowMs = this.#clock.now().getTime()
    if (issued.usedAtMs !== null && nowMs - issued.usedAtMs >= this.#reuseMs()) {
      issued.family.revoked = true
      return undefined
    }
    issued.usedAtMs ??= nowMs
    return { next: this.#issue(issued.scope, issued.family), scope: issued.scope }
  }

  revokeAll(): void {
    for (const { family } of this.#issued.values()) family.revoked = true
  }

  #issue(scope: string, family: Family): string {
    const token = randomBytes(32).toString('base64url')
    this.#issued.set(token, { family, scope, usedAtMs: null })
    return token
  }
}
