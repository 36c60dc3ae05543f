/** What Yoto's cloud does to those who do not expect it. Each switch can be turned on its own. */
export interface Traps {
  /** Closes a connection when its token ends; otherwise a token is looked at on connect only. */
  readonly closesWithToken: boolean
  /** Answers a subscription with a wildcard by closing the connection; otherwise by a failure code. */
  readonly closesOnWildcard: boolean
  /** After so many messages comes one that is not UTF-8; 0: never. */
  readonly garbledEvery: number
  /** Of so many messages one is delivered again, after the next one and marked as a repetition; 0: never. */
  readonly repeatedEvery: number
}

/** As the service was seen to be. That a client id used twice ends the older connection is MQTT's own rule, without a switch. */
export const usualTraps: Traps = {
  closesWithToken: true,
  closesOnWildcard: true,
  garbledEvery: 0,
  repeatedEvery: 0,
}
