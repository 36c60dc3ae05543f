/**
 * What Yoto's cloud does to those who do not expect it. Each switch can be turned on its own; a section without
 * another source is of yoto-protocol.
 */
export interface Traps {
  /** Takes no connection with a token that has ended (§3.1); otherwise every token that it gave out will do for ever. */
  readonly refusesEndedToken: boolean
  /** Closes a connection when its token ends (§3.1); otherwise a token is looked at on connect only. */
  readonly closesWithToken: boolean
  /** Ends the older connection of a client id used twice (§3.1); otherwise each stands, with a session of its own. */
  readonly kicksSameClientId: boolean
  /** Answers a subscription with a wildcard by closing the connection (§3.1); otherwise by a failure code. */
  readonly closesOnWildcard: boolean
  /** A config write replaces the whole block (§2.3); otherwise what it does not name stays. */
  readonly replacesConfig: boolean
  /** After so many messages comes one that is not UTF-8, which MQTT allows (3.1.1 §3.3.3); 0: never. */
  readonly garbledEvery: number
  /** Of so many messages one is delivered again, after the next one and marked as a repetition, as QoS 1 allows (3.1.1 §4.3.2); 0: never. */
  readonly repeatedEvery: number
}

/** As the service was seen to be. */
export const usualTraps: Traps = {
  refusesEndedToken: true,
  closesWithToken: true,
  kicksSameClientId: true,
  closesOnWildcard: true,
  replacesConfig: true,
  garbledEvery: 0,
  repeatedEvery: 0,
}
