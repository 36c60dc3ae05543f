import { backoffMs } from '../core/backoff.ts'
import type { StoredTokens } from './token.ts'

// The share of its life a token must still have before it is handed out without asking for the next one.
const freshShare = 0.2
// On a machine whose clock is wrong every token looks old; it must not be renewed on every call for that.
const shortestUseMs = 60_000
// Between two tries to renew; once the token has ended nobody can connect, and they come sooner.
const [longestWaitMs, endedWaitMs] = [60_000, 10_000]
// What Yoto goes on refusing waits for somebody to change something.
const refusedRetryMs = 3_600_000

/** When the tokens should be replaced. All times in milliseconds since 1970. */
export function renewalDueMs(
  { issuedAtMs, expiresAtMs }: Pick<StoredTokens, 'issuedAtMs' | 'expiresAtMs'>,
  renewedAtMs: number,
): number {
  const dueMs = expiresAtMs - freshShare * (expiresAtMs - issuedAtMs)
  return Math.max(dueMs, renewedAtMs + shortestUseMs)
}

/** Whether tokens are too new to be renewed, whatever is said of them. */
export function isJustRenewed(renewedAtMs: number, nowMs: number): boolean {
  return nowMs < renewedAtMs + shortestUseMs
}

/**
 * Milliseconds to wait after so many failures in a row. `leftMs`: what is left of the token's life; `refused`: Yoto
 * goes on refusing for the same reason.
 */
export function renewalRetryMs(
  failures: number,
  { leftMs, refused, random }: { leftMs: number; refused: boolean; random: () => number },
): number {
  const longestMs = Math.min(longestWaitMs, Math.max(endedWaitMs, leftMs))
  return refused ? refusedRetryMs : backoffMs(failures, { longestMs, random })
}
