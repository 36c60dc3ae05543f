/**
 * What nobody has measured on a real player (yoto-protocol §8). Each switch is one possible answer, so
 * that the product can be tried against all of them.
 */
export interface Doubts {
  /** Fetches the track that follows at the end of this one as soon as this one has arrived whole. */
  readonly lookAhead: boolean
  /** Sends a HEAD before each GET and ignores its answer, as production logs show for the v2. */
  readonly headBeforeGet: boolean
  /** Drops the transfer on pause and asks for the rest with a Range; likewise for a card put in again. */
  readonly rangeOnResume: boolean
  /** Fetches again when a transfer breaks, at most three times a track. */
  readonly retryAfterBreak: boolean
  /** Treats `events` on streamed tracks as if they were not there. */
  readonly ignoreEventsOnStreams: boolean
  /** When new chapter and track keys are told: with the change, three seconds later, or never. */
  readonly mqttKeys: 'prompt' | 'late' | 'missing'
  /** Answers only the first of two status requests that come within half a second. */
  readonly losesStatusReplies: boolean
  /** Leaves every fifth status request without an answer. */
  readonly losesSomeReplies: boolean
  /** Answers commands with FAIL and does nothing, but still says what it is asked. */
  readonly refusesCommands: boolean
  /** Answers every fourth command with FAIL and does nothing. */
  readonly refusesSomeCommands: boolean
  /** Answers commands six seconds after it has carried them out. */
  readonly answersLate: boolean
  /** Every other answer to a command comes 0.8 s later, after those to commands that came after it. */
  readonly answersInDisorder: boolean
  /** Starts without a word, except for what it plays. */
  readonly startsSilently: boolean
}

/** A player that gives no trouble. */
export const noDoubts: Doubts = {
  lookAhead: false,
  headBeforeGet: false,
  rangeOnResume: false,
  retryAfterBreak: false,
  ignoreEventsOnStreams: false,
  mqttKeys: 'prompt',
  losesStatusReplies: false,
  losesSomeReplies: false,
  refusesCommands: false,
  refusesSomeCommands: false,
  answersLate: false,
  answersInDisorder: false,
  startsSilently: false,
}
