import type { Clock } from '../core/clock.ts'
import type { History } from './history.ts'

interface CloudConnection {
  readonly connected: boolean
  readonly account: 'signed_out' | 'pending' | 'signed_in' | 'sign_in_again'
  /** Why there is no connection. */
  readonly reason: string | null
}

// A start takes that long where the network is slow, and so does the way from a sign-in to a connection.
const settledMs = 30_000

/**
 * Keeps in the history when the connection to the cloud came and when it went. While it is away, each new reason is
 * no news; that somebody has to sign in, or no longer has to, is, where it stays so.
 */
export class Connection {
  readonly #history: History
  readonly #clock: Clock
  #state: CloudConnection | null = null
  #told: Standing | null = null
  /** What will be told, if it stays so. */
  #settling: { readonly standing: Standing; readonly cancel: () => void } | null = null

  constructor(options: { readonly history: History; readonly clock: Clock }) {
    this.#history = options.history
    this.#clock = options.clock
  }

  changed(state: CloudConnection): void {
    this.#state = state
    const standing = standingOf(state)
    if (standing === this.#settling?.standing) return
    this.stop()
    if (standing === this.#told) return
    if (state.connected || this.#told === 'connected') this.#tell(state)
    else this.#tellIfItStays(standing)
  }

  /** What has not settled by now is not told any more. */
  stop(): void {
    this.#settling?.cancel()
    this.#settling = null
  }

  #tellIfItStays(standing: Standing): void {
    const atMs = this.#clock.now().getTime() + settledMs
    const cancel = this.#clock.at(new Date(atMs), () => {
      this.#settling = null
      if (this.#state !== null) this.#tell(this.#state)
    })
    this.#settling = { standing, cancel }
  }

  #tell(state: CloudConnection): void {
    const { connected, account } = state
    this.#told = standingOf(state)
    const type = connected ? 'connected' : 'disconnected'
    const what = { type, account, reason: reasonOf(state) } as const
    this.#history.add({ kind: 'connection', player: null, stream: null, cause: null, what })
  }
}

type Standing = 'connected' | 'away' | 'nobody signed in'

function standingOf({ connected, account }: CloudConnection): Standing {
  if (connected) return 'connected'
  return account === 'signed_in' ? 'away' : 'nobody signed in'
}

/** Without a sign-in all other reasons follow from that. */
function reasonOf({ connected, account, reason }: CloudConnection): string | null {
  if (connected || account === 'signed_in') return reason
  return account === 'sign_in_again' ? 'Yoto asks for a new sign-in' : 'nobody is signed in to Yoto'
}
