/**
 * How a player may behave: what is known to trouble its clients, and what nobody has measured on a real one
 * (§8). Each switch is one possible answer, so that the product can be tried against all of them. Sections
 * are of yoto-protocol; of a switch that names none nothing is on record.
 */
export interface Doubts {
  /** Tells changes for five minutes after each `events/request` (§3.5); otherwise for ever after the first. */
  readonly pushEnds: boolean
  /** Fetches the track that follows at the end of this one as soon as this one has arrived whole (§8.2). */
  readonly lookAhead: boolean
  /** Sends a HEAD before each GET and ignores its answer, as production logs show for the v2 (§5.3). */
  readonly headBeforeGet: boolean
  /** Drops the transfer on pause and asks for the rest with a Range; likewise for a card put in again (§8.6). */
  readonly rangeOnResume: boolean
  /** Fetches again when a transfer breaks, at most three times a track. */
  readonly retryAfterBreak: boolean
  /** Treats `events` on streamed tracks as if they were not there (§8.1). */
  readonly ignoreEventsOnStreams: boolean
  /** When new chapter and track keys are told: with the change, three seconds later, or never (§4.3). */
  readonly mqttKeys: 'prompt' | 'late' | 'missing'
  /** Answers only the first of two status requests that come within half a second (§3.7). */
  readonly losesStatusReplies: boolean
  /** Leaves every fifth status request without an answer. */
  readonly losesSomeReplies: boolean
  /** Answers commands with FAIL (§3.4) and does nothing, but still says what it is asked. */
  readonly refusesCommands: boolean
  /** Answers every fourth command with FAIL (§3.4) and does nothing. */
  readonly refusesSomeCommands: boolean
  /** Answers commands six seconds after it has carried them out. */
  readonly answersLate: boolean
  /** Every other answer to a command comes 0.8 s later, after those to commands that came after it. */
  readonly answersInDisorder: boolean
  /** Starts without a word, except for what it plays. */
  readonly startsSilently: boolean
}

/** As players were seen to be, and otherwise without trouble. */
export const usualDoubts: Doubts = {
  pushEnds: true,
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
