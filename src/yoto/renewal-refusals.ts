import { SignInRefused } from './token.ts'

// So many equal refusals in a row are no mishap: somebody has to change something.
const mostUntold = 3
// Yoto's words for a refresh token that will never work again (yoto-protocol §1.6).
const finalReasons: ReadonlySet<string> = new Set([
  'invalid_grant',
  'invalid_token',
  'expired_token',
  'token_expired',
  'refresh_token_expired',
])

/** Whether the tokens can never be renewed again. */
export function isFinal(thrown: unknown): thrown is SignInRefused {
  return thrown instanceof SignInRefused && finalReasons.has(thrown.reason)
}

/** Counts the refusals in a row that say the same, so that those that do not pass by themselves are told once. */
export class RenewalRefusals {
  readonly #tell: (refused: SignInRefused | null) => void
  #reason: string | null = null
  #times = 0

  /** `tell` is called with a refusal that has come often enough, and with null when a renewal works after that. */
  constructor(tell: (refused: SignInRefused | null) => void) {
    this.#tell = tell
  }

  /** Takes in why a renewal failed. Whether that is a refusal that has been told. */
  count(thrown: unknown): boolean {
    if (!(thrown instanceof SignInRefused)) return false
    this.#times = thrown.reason === this.#reason ? this.#times + 1 : 1
    this.#reason = thrown.reason
    if (this.#times === mostUntold) this.#tell(thrown)
    return this.#times >= mostUntold
  }

  /** Begins anew after a renewal that worked. */
  over(): void {
    const wasTold = this.#times >= mostUntold
    this.clear()
    if (wasTold) this.#tell(null)
  }

  /** Begins anew, and tells nobody. */
  clear(): void {
    this.#reason = null
    this.#times = 0
  }
}
