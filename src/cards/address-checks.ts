import {
  type AddressCheckView,
  type CheckAgent,
  type CheckFault,
  type CheckOrigin,
  checkAgentOf,
  type LeftTestCard,
} from '../core/address-check.ts'
import type { AudioAsked } from '../core/audio-asked.ts'
import { type Clock, isoOf } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { type NetworkKind, networkKind } from '../core/public-address.ts'
import { testCardTitle } from './test-card.ts'
import type { TestCards } from './test-cards.ts'

interface AddressChecksOptions {
  readonly cards: TestCards
  /** Where players fetch the audio of a key. */
  readonly urlOf: (key: string) => string
  readonly newKey: () => string
  readonly hideKey: (key: string) => void
  /** Fetches our own audio as anybody would; null where all of it came. Never rejects. */
  readonly fetchOwn: (url: string) => Promise<CheckFault | null>
  readonly isOnline: (player: string) => boolean | null
  readonly clock: Clock
  readonly log: Log
}

/** How a test card is to be played. */
interface Play {
  readonly player: string
  /** @throws AppError where the player refuses or cannot be told. */
  run(cardId: string): Promise<void>
}

interface Check {
  readonly id: string
  /** On the card. */
  readonly key: string
  /** For our own fetch, so that it is not taken for a player's. */
  readonly ownKey: string
  readonly cardId: string
  readonly player: string | null
  readonly startedAt: Date
  own: AddressCheckView['own_fetch']
  fetched: AddressCheckView['fetched']
  /** Why the player was not made to play. */
  playFault: string | null
  isLate: boolean
  isOver: boolean
}

/** How long a request is waited for before a cause is named. */
const waitMs = 30_000
// For whoever has to take the card to a player, or to find it in the app.
const cardLivesMs = 600_000
// By then a player has all of the clip.
const afterFetchMs = 60_000

/** Makes test cards, and tells whether anybody fetches what they play. */
export class AddressChecks {
  readonly #options: AddressChecksOptions
  #check: Check | null = null
  /** A test card is being made. */
  #isMaking = false
  #cancels: (() => void)[] = []

  constructor(options: AddressChecksOptions) {
    this.#options = options
  }

  /**
   * Puts a test card into the account and has it played where a player is named. One check is under way at a time: the
   * card of an earlier one, which has been judged, is deleted.
   * @throws AppError `conflict` while one waits for somebody to fetch its card, and those of the account
   */
  async start(play: Play | null): Promise<AddressCheckView> {
    this.#checkFree()
    this.#isMaking = true
    try {
      return await this.#start(play)
    } finally {
      this.#isMaking = false
    }
  }

  async #start(play: Play | null): Promise<AddressCheckView> {
    const { cards, urlOf, newKey, hideKey, clock } = this.#options
    const [key, ownKey, id] = [newKey(), newKey(), newKey().slice(0, 12)]
    for (const secret of [key, ownKey]) hideKey(secret)
    const cardId = await cards.make(key, urlOf(key))
    this.#cancelAll()
    const check: Check = {
      ...{ id, key, ownKey, cardId, startedAt: clock.now() },
      player: play?.player ?? null,
      own: { state: 'under_way', fault: null },
      ...{ fetched: null, playFault: null, isLate: false, isOver: false },
    }
    this.#check = check
    void this.tidy()
    this.#after(waitMs, () => this.#judge(check))
    this.#after(cardLivesMs, () => this.#end(check))
    void this.#fetchOwn(check)
    play?.run(cardId).catch((error) => {
      check.playFault = messageOf(error)
    })
    return this.#viewOf(check)
  }

  /** The newest; null where there was none since the start. */
  latest(): AddressCheckView | null {
    return this.#check === null ? null : this.#viewOf(this.#check)
  }

  /** @throws AppError `not_found` for one that is not the newest. */
  find(id: string): AddressCheckView {
    if (this.#check?.id === id) return this.#viewOf(this.#check)
    throw new AppError(
      'not_found',
      `there is no check "${id.slice(0, 80)}" (any more); the newest is kept until the program ends`,
    )
  }

  left(): readonly LeftTestCard[] {
    return this.#options.cards.left()
  }

  /** The card that plays the audio of a key, null for our own fetch; undefined where nothing is to be heard. */
  opened(key: string): { readonly card_id: string | null } | undefined {
    const check = this.#check
    if (check?.ownKey === key) return { card_id: null }
    return check?.key === key ? { card_id: check.cardId } : undefined
  }

  /** Somebody asks for the audio of a key. */
  asked(key: string, request: Pick<AudioAsked, 'method' | 'address' | 'userAgent'>): void {
    const { clock, log } = this.#options
    const check = this.#check
    if (check?.key !== key) return
    const by = checkAgentOf(request)
    const from = originOf(request.address)
    log.info('the test card is fetched', { card: check.cardId, by, from, method: request.method })
    if (check.fetched === null && !check.isOver) this.#after(afterFetchMs, () => this.#end(check))
    if (check.fetched === null || rank[by] > rank[check.fetched.by])
      check.fetched = { at: isoOf(clock.now()), by, from }
  }

  /** Deletes test cards that nobody waits for any more. Never rejects. */
  tidy(): Promise<void> {
    return this.#options.cards.tidy((key) => this.#check?.key === key && !this.#check.isOver)
  }

  /** What is in the account then is deleted by the next run. */
  stop(): void {
    this.#cancelAll()
  }

  /** @throws AppError `conflict` */
  #checkFree(): void {
    const check = this.#check
    const waits = check !== null && check.fetched === null && !check.isLate
    if (!waits && !this.#isMaking) return
    const where = waits && !this.#isMaking ? `/${check.id}` : ''
    throw new AppError(
      'conflict',
      `a test card is waited for already, for ${waitMs / 1000} s at most: GET /api/address-check${where} says what comes of it; begin the next one then`,
    )
  }

  async #fetchOwn(check: Check): Promise<void> {
    const { fetchOwn, urlOf, log } = this.#options
    const fault = await fetchOwn(urlOf(check.ownKey))
    check.own = { state: fault === null ? 'ok' : 'failed', fault }
    if (fault !== null) log.warn('our own audio could not be fetched from the public address', { ...fault })
  }

  #judge(check: Check): void {
    check.isLate = true
    const cause = this.#causeOf(check)
    if (check.fetched === null)
      this.#options.log.warn('nobody has fetched the test card', { card: check.cardId, ...cause })
  }

  #end(check: Check): void {
    check.isOver = true
    void this.tidy()
  }

  #causeOf({ own, playFault, player }: Check): CheckFault {
    if (own.fault !== null) return own.fault
    if (player !== null && this.#options.isOnline(player) === false) return playerOffline
    if (playFault !== null)
      return { cause: 'player_refused', words: `the player was not made to play the card: ${playFault}` }
    return noRequest
  }

  #viewOf(check: Check): AddressCheckView {
    const { id, cardId, player, startedAt, fetched, own, isLate, isOver } = check
    const isThere = this.#options.cards.has(check.key)
    return {
      ...{ id, card_id: cardId, title: testCardTitle, player, started_at: isoOf(startedAt) },
      state: fetched !== null ? 'fetched' : isLate ? 'not_fetched' : 'waiting',
      ...{ fetched, own_fetch: own },
      likely_cause: fetched === null && isLate && own.state !== 'under_way' ? this.#causeOf(check) : null,
      card: isThere ? (isOver ? 'to_be_deleted' : 'in_account') : 'deleted',
    }
  }

  #after(ms: number, run: () => void): void {
    const { clock } = this.#options
    this.#cancels.push(clock.at(new Date(clock.now().getTime() + ms), run))
  }

  #cancelAll(): void {
    for (const cancel of this.#cancels.splice(0)) cancel()
  }
}

const rank: Readonly<Record<CheckAgent, number>> = { player: 3, probe: 2, app: 1, unknown: 0 }

const playerOffline: CheckFault = {
  cause: 'player_offline',
  words:
    'our own fetch of the address succeeds, and Yoto says that the player is offline: switch it on, see that it is in the WLAN, and check again',
}

const noRequest: CheckFault = {
  cause: 'no_request',
  words:
    'our own fetch of the address succeeds, but nobody else has asked for it: either the card was not played, or the player cannot get here. Look whether the player is on and in the network of the house (a guest network often keeps its machines apart), whether that network resolves the name as this machine does, and, with https, whether the server sends the certificates between its own and the authority',
}

const origins: Readonly<Partial<Record<NetworkKind, CheckOrigin>>> = {
  loopback: 'this machine',
  private: 'home network',
  container: 'home network',
  link_local: 'home network',
  public: 'internet',
  carrier_nat: 'internet',
}

function originOf(address: string): CheckOrigin {
  const kind = networkKind(address)
  return (kind === null ? undefined : origins[kind]) ?? 'unknown'
}
