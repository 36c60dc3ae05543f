/**
 * What went wrong, in words the outer doors can translate: `http/` turns a code into a status,
 * `broker/` into a response. The message is for people and never holds a token or a path of this machine.
 */
export const errorCodes = [
  'invalid', // the request is not of the form it should have → 400
  'unprocessable', // well formed, but a value in it cannot be used → 422
  'not_found', // → 404
  'conflict', // → 409
  'stale', // what was to be changed is not as whoever asked had seen it → 412
  'unauthorized', // nobody is signed in, or not as they say → 401
  'forbidden', // → 403
  'disabled', // there is no such thing where this was asked → 403
  'too_many', // asked too often; `retry_after_s` in the details says when again → 429
  'busy', // as much is under way as may be, and this was not begun → 429
  'too_large', // → 413
  'no_space', // the disk has no room for it → 507
  'too_slow', // the request did not arrive in the time it has → 408
  'unsupported_type', // → 415
  'unavailable', // the cloud, a broker or a player cannot be reached now → 503
  'refused', // the player or the cloud was asked and said no → 502
  'unanswered', // the player was told and said nothing in its time; it may have obeyed all the same → 502
] as const

export type ErrorCode = (typeof errorCodes)[number]

/**
 * Why something cannot be done as it stands, in `details.fault`: what a parent can mend. The panel has words of its own for
 * each, with `player` or `stream` of the details in them.
 */
export const houseFaults = [
  'nothing-to-go-on', // the player stands still and names no card
  'no-card',
  'last-track',
  'tracks-unknown',
  'player-offline',
  'player-refused',
  'player-silent',
  'not-on-model',
  'stream-closed',
  'stream-empty',
] as const

export type HouseFault = (typeof houseFaults)[number]

export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.details = options.details
  }
}

// A cause may lead back to its error, and a chain that long helps nobody.
const deepestCause = 5

/** The message of anything that was thrown, with the messages of its causes behind it. */
export function messageOf(thrown: unknown, depth = 0): string {
  if (!(thrown instanceof Error)) return String(thrown)
  // A refused connection to a name with two addresses arrives as an AggregateError without a message.
  const own = thrown.message || (errnoOf(thrown) ?? thrown.name)
  if (thrown.cause === undefined || depth >= deepestCause) return own
  return `${own}: ${messageOf(thrown.cause, depth + 1)}`
}

/** The system's code for what went wrong: `ENOENT`, `EADDRINUSE`, `SQLITE_BUSY` …; undefined where it has none. */
export function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
