import { isIP } from 'node:net'
import { isLoopback } from '../core/address.ts'
import type { Clock } from '../core/clock.ts'
import { Recent } from '../core/recent.ts'
import type { Place } from '../core/slot.ts'
import type { Agent, Listener, RequestFacts } from './entry.ts'
import type { History } from './history.ts'

/** Audio that somebody asks for. */
export interface AudioAsked {
  readonly stream: string
  readonly player: string | null
  readonly card_id: string | null
  /** null for the whole queue as one file. */
  readonly place: Place | null
  readonly method: 'GET' | 'HEAD'
  /** Of the client; it is not kept. */
  readonly address: string
  /** As the client sent it; it is not kept. */
  readonly userAgent: string
}

/** What it was answered. */
export type AudioAnswered = Pick<RequestFacts, 'status' | 'from_start' | 'bytes' | 'range' | 'item'>

interface Press {
  readonly stream: string
  readonly player: string | null
  readonly card_id: string | null
  readonly place: Place
  readonly via: 'http' | 'mqtt'
}

interface Open extends Pick<AudioAsked, 'stream' | 'player' | 'card_id' | 'place'> {
  readonly id: string
  /** The press that was read from it. */
  press: string | null
}

// A press that a player's own words tell of moves the queue at once.
const followsWithinMs = 2_000
const streamsKept = 200

/** Keeps in the history what is asked for and what is answered, and tells what followed from it. */
export class Requests {
  readonly #history: History
  readonly #clock: Clock
  /** Those that are being answered, the oldest first. */
  readonly #open = new Set<Open>()
  /** By stream. */
  readonly #lastPress = new Recent<string, { readonly id: string; readonly atMs: number }>(streamsKept)

  constructor(options: { readonly history: History; readonly clock: Clock }) {
    this.#history = options.history
    this.#clock = options.clock
  }

  /** Returns its id and what is to be told of its answer. */
  asked(request: AudioAsked): { readonly id: string; answered(answer: AudioAnswered): void } {
    const { stream, player, card_id, place, method, address, userAgent } = request
    const id = this.#history.add({
      kind: 'request',
      player,
      stream,
      cause: null,
      what: {
        type: place === null ? 'whole' : 'place',
        place,
        method,
        card_id,
        listener: listenerAt(address),
        agent: agentOf(userAgent),
        status: null,
        from_start: null,
        bytes: null,
        range: null,
        item: null,
      },
    })
    const open = { id, stream, player, card_id, place, press: null }
    this.#open.add(open)
    return {
      id,
      answered: (answer) => {
        this.#open.delete(open)
        this.#history.amend(id, { ...answer })
      },
    }
  }

  /** The request that a press is read from; null for one that is read from a player's words. */
  behindPress({ via, ...press }: Press): string | null {
    return via === 'http' ? (this.#openAs(press)?.id ?? null) : null
  }

  /** Notes under which id a press was kept. */
  pressed({ via, ...press }: Press, id: string): void {
    this.#lastPress.set(press.stream, { id, atMs: this.#nowMs })
    const open = via === 'http' ? this.#openAs(press) : undefined
    if (open !== undefined) open.press = id
  }

  /** What made a queue go on by itself: a press, or a request that was none. */
  behindStep(stream: string): string | null {
    const open = [...this.#open].find((one) => one.stream === stream && one.place !== null)
    if (open !== undefined) return open.press ?? open.id
    const press = this.#lastPress.get(stream)
    return press !== undefined && this.#nowMs - press.atMs <= followsWithinMs ? press.id : null
  }

  /** Requests of one listener are answered one after the other, the oldest first. */
  #openAs({ stream, player, card_id, place }: Omit<Press, 'via'>): Open | undefined {
    return [...this.#open].find(
      (open) =>
        open.stream === stream &&
        open.player === player &&
        open.card_id === card_id &&
        open.place === place &&
        open.press === null,
    )
  }

  get #nowMs(): number {
    return this.#clock.now().getTime()
  }
}

// RFC 1918, 3927, 4193, 4291 and 6598.
const homeNetworks =
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|fe[89ab])/i

function listenerAt(address: string): Listener {
  if (isIP(address) === 0) return 'unknown'
  if (isLoopback(address)) return 'this machine'
  return homeNetworks.test(address) ? 'home network' : 'internet'
}

/** Source of what players say: yoto-protocol §5. */
function agentOf(userAgent: string): Agent {
  if (userAgent === '') return 'none'
  if (/^(Yoto |ESP32 HTTP Client\/)/.test(userAgent)) return 'yoto player'
  return userAgent.startsWith('Mozilla/') ? 'browser' : 'other'
}
