import { isIP } from 'node:net'
import { isLoopback } from '../core/address.ts'
import type { AudioAsked, OpenRequest } from '../core/audio-asked.ts'
import type { Clock } from '../core/clock.ts'
import { Recent } from '../core/recent.ts'
import type { Agent, Listener, RequestFacts } from './entry.ts'
import type { History } from './history.ts'

interface Press {
  /** The one that goes on by it; null where none does. */
  readonly stream: string | null
  readonly player: string | null
  readonly card_id: string | null
  /** Where on the card it has led to. */
  readonly place: string | null
  readonly via: 'http' | 'mqtt'
}

interface Request extends Pick<AudioAsked, 'stream' | 'player' | 'card_id' | 'place'> {
  readonly id: string
  readonly atMs: number
  /** The press that has led to it, or was read from it. */
  press: string | null
}

interface ToldPress extends Press {
  readonly atMs: number
}

// A press that a player's own words tell of moves the queue at once.
const followsWithinMs = 2_000
// A player asks for a place about when it says that it is there; what is further apart is something else.
const togetherMs = 5_000
const streamsKept = 200
const requestsKept = 200

/** Keeps in the history what is asked for and what is answered, and tells what followed from it. */
export class Requests {
  readonly #history: History
  readonly #clock: Clock
  /** Those that are being answered, the oldest first. */
  readonly #open = new Set<Request>()
  /** The last ones that may be what a press has led to, by id; the oldest first. */
  readonly #heard = new Recent<string, Request>(requestsKept)
  /** Presses that players told of, and whose requests are still to come, by id; the oldest first. */
  readonly #told = new Recent<string, ToldPress>(requestsKept)
  /** By stream. */
  readonly #lastPress = new Recent<string, { readonly id: string; readonly atMs: number }>(streamsKept)

  constructor(options: { readonly history: History; readonly clock: Clock }) {
    this.#history = options.history
    this.#clock = options.clock
  }

  /** Returns its id and what is to be told of its answer. */
  asked(asked: AudioAsked): OpenRequest {
    const { stream, player, card_id, place, method } = asked
    // A HEAD only asks what there is: the audio is asked for behind it.
    const press = method === 'GET' ? this.#pressBefore(asked) : null
    const id = this.#history.add({ kind: 'request', player, stream, cause: press, what: factsOf(asked) })
    const request: Request = { id, stream, player, card_id, place, press, atMs: this.#nowMs }
    this.#open.add(request)
    if (method === 'GET') this.#heard.set(id, request)
    return {
      id,
      answered: (answer) => {
        this.#open.delete(request)
        // Nobody has to press anything for a player to go on where it was.
        if (answer.from_start === false) this.#heard.delete(id)
        this.#history.amend(id, { ...answer })
      },
    }
  }

  /**
   * The request that a press is read from; of one that is read from a player's words the request it has led to, where
   * that came first.
   */
  behindPress(press: Press): string | null {
    return this.#requestOf(press)?.id ?? null
  }

  /** Notes under which id a press was kept. */
  pressed(press: Press, id: string): void {
    if (press.stream !== null) this.#lastPress.set(press.stream, { id, atMs: this.#nowMs })
    const request = this.#requestOf(press)
    if (request !== undefined) request.press = id
    else if (press.via === 'mqtt') this.#told.set(id, { ...press, atMs: this.#nowMs })
  }

  /** What made a queue go on by itself: a press, or a request that was none. */
  behindStep(stream: string): string | null {
    const open = [...this.#open].find((one) => one.stream === stream && one.place !== null)
    if (open !== undefined) return open.press ?? open.id
    const press = this.#lastPress.get(stream)
    return press !== undefined && this.#nowMs - press.atMs <= followsWithinMs ? press.id : null
  }

  #requestOf(press: Press): Request | undefined {
    // Requests of one listener are answered one after the other, the oldest first.
    if (press.via === 'http')
      return [...this.#open].find(
        (request) =>
          request.stream === press.stream &&
          request.player === press.player &&
          request.card_id === press.card_id &&
          request.place === press.place &&
          request.press === null,
      )
    return [...this.#heard.values()].findLast(
      (request) => this.#isRecent(request) && isOf(request, press) && request.press === null,
    )
  }

  /** The press that a player has told of and that this request follows from. */
  #pressBefore(asked: AudioAsked): string | null {
    const told = [...this.#told].findLast(([, press]) => this.#isRecent(press) && isOf(asked, press))
    if (told === undefined) return null
    const [id] = told
    this.#told.delete(id)
    return id
  }

  #isRecent({ atMs }: { readonly atMs: number }): boolean {
    return this.#nowMs - atMs <= togetherMs
  }

  get #nowMs(): number {
    return this.#clock.now().getTime()
  }
}

function factsOf({ place, method, card_id, address, userAgent }: AudioAsked): RequestFacts {
  return {
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
  }
}

/** Whether the press may have led to what is asked for. Nobody need know whose request it is. */
function isOf(asked: Pick<AudioAsked, 'player' | 'card_id' | 'place'>, press: Press): boolean {
  const { player, card_id, place } = asked
  if (card_id === null || card_id !== press.card_id) return false
  return (player ?? press.player) === press.player && (place ?? press.place) === press.place
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
