import { checkAgentOf } from '../core/address-check.ts'
import type { AudioAsked } from '../core/audio-asked.ts'
import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { messageOf } from '../core/error.ts'
import type { FirstHeardCard, HeardSoFar } from '../core/first-heard.ts'
import { isJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import type { PlayerState } from '../core/player.ts'

interface FirstHeardOptions {
  readonly records: Collection<unknown>
  /** The beginning of all addresses that cards carry now. */
  readonly address: string
  /** Undefined for a card that we did not publish. */
  readonly cardOf: (
    cardId: string,
  ) => { readonly title: string; readonly audio: 'streamed' | 'uploaded' } | undefined
  /** The card in that player; null where there is none, or nobody knows. */
  readonly cardIn: (player: string) => string | null
  readonly clock: Clock
  readonly log: Log
}

interface Reached {
  readonly address: string
  readonly at: string
}

// Players tell of themselves within seconds; whoever tells later may be another.
const toldWithinMs = 15_000

/** Keeps the first time that a player came for what our cards play: afterwards people know that the way works. */
export class FirstHeard {
  readonly #options: FirstHeardOptions
  #card: FirstHeardCard | null = null
  #reached: Reached | null = null

  constructor(options: FirstHeardOptions) {
    this.#options = options
  }

  /** Reads what earlier runs have kept. */
  async start(): Promise<void> {
    const { records } = this.#options
    this.#card = cardKeptIn(await records.get('card'))
    this.#reached = reachedKeptIn(await records.get('reached'))
  }

  soFar(): HeardSoFar {
    const reached = this.#reached
    return {
      card: this.#card,
      reached_at: reached?.address === this.#options.address ? reached.at : null,
    }
  }

  /** Somebody asks for the audio of a card of ours, or of a test card. */
  asked(request: Pick<AudioAsked, 'card_id' | 'player' | 'method' | 'userAgent'>): void {
    const { card_id, player } = request
    if (card_id === null || !this.#isPlayer(request)) return
    if (this.#isWayOf(card_id)) this.#keepReached()
    this.#heard(card_id, player)
  }

  /** A player says how it is. Of audio that lies in the account nobody asks us, so the player's word has to do. */
  told({ id, playback, card_id }: Pick<PlayerState, 'id' | 'playback' | 'card_id'>): void {
    if (playback !== 'playing' || card_id === null) return
    if (this.#card !== null) this.#recognise(this.#card, { card_id, player: id })
    else if (this.#options.cardOf(card_id)?.audio === 'uploaded') this.#heard(card_id, id)
  }

  /** A request may come before anybody knows who has put the card in. */
  #recognise(
    card: FirstHeardCard,
    { card_id, player }: { readonly card_id: string; readonly player: string },
  ): void {
    const silentMs = this.#options.clock.now().getTime() - Date.parse(card.at)
    if (card.player !== null || card.card_id !== card_id || silentMs > toldWithinMs) return
    this.#card = { ...card, player }
    this.#keep('card', this.#card)
  }

  /**
   * Whether a request for that card shows a way that was not known. Where the address has changed, players may still have
   * a card with the old one in it; a test card has that of now.
   */
  #isWayOf(cardId: string): boolean {
    if (this.#reached === null) return true
    return this.#reached.address !== this.#options.address && this.#options.cardOf(cardId) === undefined
  }

  /** One that says nothing we know of itself is taken for the player that has the card in it. */
  #isPlayer(request: Pick<AudioAsked, 'card_id' | 'player' | 'method' | 'userAgent'>): boolean {
    if (request.method !== 'GET') return false
    const agent = checkAgentOf(request)
    if (agent !== 'unknown') return agent === 'player'
    return request.player !== null && this.#options.cardIn(request.player) === request.card_id
  }

  #heard(cardId: string, player: string | null): void {
    const { cardOf, clock, log } = this.#options
    const card = cardOf(cardId)
    if (this.#card !== null || card === undefined) return
    this.#card = { card_id: cardId, title: card.title, player, at: isoOf(clock.now()) }
    log.info('a card is heard for the first time', { card: cardId, player })
    this.#keep('card', this.#card)
  }

  #keepReached(): void {
    const { address, clock } = this.#options
    this.#reached = { address, at: isoOf(clock.now()) }
    this.#keep('reached', this.#reached)
  }

  /** It is found out again by the next that comes. */
  #keep(key: string, value: object): void {
    const { records, log } = this.#options
    records.set(key, value).catch((error) => {
      log.warn('what was heard for the first time could not be kept', { error: messageOf(error) })
    })
  }
}

function cardKeptIn(value: unknown): FirstHeardCard | null {
  if (!isJsonObject(value)) return null
  const { card_id, title, player, at } = value
  if (typeof card_id !== 'string' || typeof title !== 'string' || typeof at !== 'string') return null
  return { card_id, title, player: typeof player === 'string' ? player : null, at }
}

function reachedKeptIn(value: unknown): Reached | null {
  if (!isJsonObject(value)) return null
  const { address, at } = value
  return typeof address === 'string' && typeof at === 'string' ? { address, at } : null
}
