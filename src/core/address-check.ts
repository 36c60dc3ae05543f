import type { AudioAsked } from './audio-asked.ts'

/** Who asked for the audio of a test card. `probe`: a HEAD, which players send before they fetch. */
export type CheckAgent = 'player' | 'probe' | 'app' | 'unknown'

/** Where a request came from. Behind a proxy that is not in `trusted_proxies` it is where the proxy is. */
export type CheckOrigin = 'this machine' | 'home network' | 'internet' | 'unknown'

/** What is wrong between a player and us, as far as it can be told from here. */
export type CheckCause =
  | 'name_not_found'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'certificate'
  | 'redirect'
  | 'denied'
  | 'proxy'
  | 'other_content'
  | 'broken'
  | 'player_refused'
  | 'player_offline'
  | 'no_request'

export interface CheckFault {
  readonly cause: CheckCause
  /** For people: what happened, and what to do. */
  readonly words: string
}

/** A test card, and what has come of it. Times in ISO 8601. */
export interface AddressCheckView {
  readonly id: string
  readonly card_id: string
  /** As it stands in Yoto's app. */
  readonly title: string
  /** The player that was told to play it; null where somebody puts it in or plays it in the app. */
  readonly player: string | null
  readonly started_at: string
  /** `not_fetched` after 30 s; a request that comes later makes it `fetched` all the same. */
  readonly state: 'waiting' | 'fetched' | 'not_fetched'
  /** The request that says most: one of a player before a probe, that before the app's. */
  readonly fetched: { readonly at: string; readonly by: CheckAgent; readonly from: CheckOrigin } | null
  /** What became of our own fetch of the same audio from the public address. */
  readonly own_fetch: {
    readonly state: 'under_way' | 'ok' | 'failed'
    readonly fault: CheckFault | null
  }
  /** Why nobody has fetched it, most likely; null while that is not known, and where somebody has. */
  readonly likely_cause: CheckFault | null
  /** Whether the card is in the account still. */
  readonly card: 'in_account' | 'deleted' | 'to_be_deleted'
}

/** A test card that may be in the account still, from this run or an earlier one. */
export interface LeftTestCard {
  /** Null where Yoto's answer to its making was lost. */
  readonly card_id: string | null
  readonly created_at: string
}

/** Source of what players and the app say of themselves: yoto-protocol §5.3. */
export function checkAgentOf({ method, userAgent }: Pick<AudioAsked, 'method' | 'userAgent'>): CheckAgent {
  const isPlayer = /^ESP32 HTTP Client\//.test(userAgent) || /^Yoto .*FW/.test(userAgent)
  if (isPlayer) return method === 'HEAD' ? 'probe' : 'player'
  return /^Yoto\/.*CFNetwork\/|^Dalvik\//.test(userAgent) ? 'app' : 'unknown'
}
