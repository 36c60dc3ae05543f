import { backoffMs } from '../core/backoff.ts'
import type { CardPlan } from '../core/card-plan.ts'
import { type Clock, every } from '../core/clock.ts'
import type { PlayerCommand } from '../core/effect.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Turns } from '../core/turns.ts'
import type { Hub } from '../hub.ts'
import type { Account, AccountState } from '../yoto/account.ts'
import { type ListedCard, YotoApi } from '../yoto/api.ts'
import { cardJson, type YotoCard } from '../yoto/card.ts'
import { type ConnectionState, YotoClient } from '../yoto/client.ts'
import { withTrackUrls } from '../yoto/track-urls.ts'
import { commandPlayer, type LinkHouse } from './player-commands.ts'

export interface CloudAddresses {
  readonly apiUrl: string
  readonly authUrl: string
  readonly mqttUrl: string
  readonly clientId: string
}

export interface LinkState extends ConnectionState {
  readonly account: AccountState
  /** Why the account's players could not be read; null when they could. */
  readonly unlisted: string | null
}

interface CloudLinkOptions {
  readonly cloud: Pick<CloudAddresses, 'apiUrl' | 'mqttUrl'>
  /** The household's sign-in; started and stopped with the link. */
  readonly account: Account
  /** Called when the connection or the sign-in comes or goes. */
  readonly changed: (state: LinkState) => void
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

// A player that was added to the account is seen within this time; nothing in the cloud announces it.
const listAgainMs = 600_000
// A try to list that is older than this when the network comes back was begun without it, and may hang.
const freshTryMs = 1_000

/** Joins the account, REST and live connection of one Yoto cloud to the hub. */
export class CloudLink {
  readonly #options: CloudLinkOptions
  readonly #account: Account
  readonly #api: YotoApi
  readonly #client: YotoClient
  #connection: ConnectionState = { connected: false, reason: 'not started' }
  #accountState: AccountState = 'signed-out'
  #cancelList: () => void = () => undefined
  readonly #stopping = new AbortController()
  #listing: Promise<void> | undefined
  /** The try to list that is under way, or was the last, and how many failed in a row. */
  #listTry = { at: new Date(0), failures: 0, cut: new AbortController() }
  #connecting: Promise<void> = Promise.resolve()
  readonly #trackTurns = new Turns<string>()
  /** Why the players could not be read the last time; null when they could. */
  #unlisted: string | null = null
  #house: LinkHouse | undefined

  constructor(options: CloudLinkOptions) {
    this.#options = options
    const { cloud, account, clock, random } = options
    const log = options.log.for('yoto')
    this.#account = account
    const accessToken = (refused?: string) => this.#account.accessToken(refused)
    this.#api = new YotoApi({ apiUrl: cloud.apiUrl, accessToken, clock, log, random })
    this.#client = new YotoClient({
      mqttUrl: cloud.mqttUrl,
      accessToken,
      playerIds: () => this.#hub.players().map((player) => player.id),
      clock,
      random,
      log,
      onPatch: (id, patch, at) => this.#hub.patchPlayer(id, patch, at),
      onCardUpdatedAt: (id, updatedAt) => this.#cardIsFrom(id, updatedAt),
      onConnection: (connection) => this.#connectionChanged(connection),
    })
  }

  /** Begins to connect and returns at once: a cloud that is away is waited for, not failed on. */
  async start(house: LinkHouse): Promise<void> {
    this.#house = house
    this.#account.onChange((state) => this.#accountChanged(state))
    await this.#account.start()
    await this.#connectAnew()
    this.#cancelList = every(this.#options.clock, listAgainMs, () => void this.listPlayers())
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#cancelList()
    this.#listTry.cut.abort()
    await this.#connecting
    await this.#client.stop()
    await this.#account.stop()
  }

  state(): LinkState {
    return { account: this.#account.state(), ...this.#connection, unlisted: this.#unlisted }
  }

  /** Resolves when the account is signed in and its players are listed. */
  async signedIn(): Promise<void> {
    if (this.#account.state() !== 'signed-in')
      await new Promise<void>((resolve) => {
        const forget = this.#account.onChange((state) => {
          if (state !== 'signed-in') return
          forget()
          resolve()
        })
      })
    await this.listPlayers()
  }

  /**
   * Reads the account's players and their settings, again and again until it succeeds, the link is stopped or nobody
   * is signed in any more. Does nothing while nobody is.
   */
  listPlayers(): Promise<void> {
    if (!this.#mayList) return Promise.resolve()
    this.#listing ??= this.#listUntilDone()
    return this.#listing
  }

  get #mayList(): boolean {
    const state = this.#account.state()
    return !this.#stopping.signal.aborted && (state === 'signed-in' || state === 'sign-in-again')
  }

  async #listUntilDone(): Promise<void> {
    const { log, clock, random } = this.#options
    for (let failures = 0; this.#mayList; ) {
      const listTry = { at: clock.now(), failures, cut: new AbortController() }
      this.#listTry = listTry
      const { signal } = listTry.cut
      const reason = await this.#list(signal).then(() => null, messageOf)
      if (!signal.aborted) {
        if (reason !== null && reason !== this.#unlisted)
          log.warn('the players could not be read; tried again until it works', { reason })
        this.#listed(reason)
        if (reason === null) break
        listTry.failures++
        await clock.sleep(backoffMs(listTry.failures, { random }), signal).catch(() => undefined)
      }
      failures = signal.aborted ? 0 : listTry.failures
    }
    // Before anybody who waits hears of the end, or the next to ask would be given this one.
    this.#listing = undefined
  }

  /** Lists the players now, whatever the last tries came to. A first try that has just begun goes on. */
  #listNow(): void {
    const { at, failures, cut } = this.#listTry
    if (failures > 0 || this.#options.clock.now().getTime() - at.getTime() >= freshTryMs) cut.abort()
    void this.listPlayers()
  }

  /** @throws AppError as the reading of the list does. What comes after the signal is left alone. */
  async #list(signal: AbortSignal): Promise<void> {
    const hub = this.#hub
    const listed = await this.#api.players(signal)
    if (signal.aborted) return
    hub.setPlayers(
      listed.map(({ id, name, model, online }) => ({
        id,
        name,
        model,
        // The list lags behind; it is only better than nothing.
        ...(hub.player(id) === undefined ? { online } : {}),
      })),
    )
    this.#client.playersChanged()
    for (const { id } of listed) await this.#readSettingsIfGiven(id, signal)
  }

  #listed(fault: string | null): void {
    if (fault === this.#unlisted) return
    this.#unlisted = fault
    this.#options.changed(this.state())
  }

  /** @throws AppError as `commandPlayer` does. */
  async command(playerId: string, command: PlayerCommand): Promise<void> {
    const parts = {
      house: this.#started,
      api: this.#api,
      client: this.#client,
      readSettings: (id: string) => this.#readSettings(id),
      trackTurns: this.#trackTurns,
      clock: this.#options.clock,
    }
    await commandPlayer(parts, { playerId, command })
  }

  /** Any card, also one that was bought. */
  card(cardId: string): Promise<YotoCard> {
    return this.#api.card(cardId)
  }

  /** One of the account's own cards. */
  ownCard(cardId: string): Promise<YotoCard> {
    return this.#api.ownCard(cardId)
  }

  /** Makes a card, or replaces one, keeping what the plan does not speak of. Resolves with its id. */
  async saveCard(plan: CardPlan, cardId: string | null): Promise<string> {
    const previous = cardId === null ? {} : (await this.#api.ownCard(cardId)).json
    const saved = await this.#api.saveCard(cardJson(plan, previous))
    return saved.cardId
  }

  /** The account's own cards, whoever made them. */
  cards(): Promise<readonly ListedCard[]> {
    return this.#api.cards()
  }

  /** The account's own cards and those of its family, each once. */
  async allCards(): Promise<readonly ListedCard[]> {
    const [own, family] = await Promise.all([
      this.#api.cards(),
      this.#api.familyLibrary().catch((error: unknown) => {
        this.#options.log.debug('the library of the family cannot be read', { reason: messageOf(error) })
        return []
      }),
    ])
    const ownIds = new Set(own.map(({ cardId }) => cardId))
    return [...own, ...family.filter(({ cardId }) => !ownIds.has(cardId))]
  }

  /** Passes each address of a card's tracks through `newUrl`, and saves the card where one changed. */
  async rewriteCard(cardId: string, newUrl: (url: string) => string): Promise<void> {
    const { json } = await this.#api.ownCard(cardId)
    const rewritten = withTrackUrls(json, newUrl)
    if (rewritten !== json) await this.#api.saveCard(rewritten)
  }

  /** Calls `run` whenever the account was signed in, until the returned function is called. */
  onSignedIn(run: () => void): () => void {
    return this.#account.onChange((state) => {
      if (state === 'signed-in') run()
    })
  }

  get #started(): LinkHouse {
    if (this.#house === undefined) throw new AppError('unavailable', 'the link to the cloud is not started')
    return this.#house
  }

  get #hub(): Hub {
    return this.#started.hub
  }

  #cardIsFrom(playerId: string, updatedAt: string): void {
    const cardId = this.#hub.player(playerId)?.card_id
    if (cardId) this.#house?.knownCards?.heardOf(cardId, updatedAt)
  }

  #accountChanged(state: AccountState): void {
    const before = this.#accountState
    this.#accountState = state
    this.#options.changed(this.state())
    if (state === before) return
    // What one sign-in has begun to list is not listed for the next.
    this.#listTry.cut.abort()
    // A connection must not outlive the sign-in that it was made with.
    if (state === 'signed-out' || before === 'sign-in-again') void this.#connectAnew()
    if (state !== 'signed-in') return
    this.#client.connectNow()
    void this.listPlayers()
  }

  /** One after the other: two that begin at once would leave two connections behind. */
  #connectAnew(): Promise<void> {
    this.#connecting = this.#connecting.then(async () => {
      await this.#client.stop()
      if (!this.#stopping.signal.aborted) this.#client.start()
    })
    return this.#connecting
  }

  #connectionChanged(connection: ConnectionState): void {
    this.#connection = connection
    if (connection.connected) this.#listNow()
    else this.#house?.hub.loseTrack()
    this.#options.changed(this.state())
  }

  async #readSettings(id: string, signal?: AbortSignal): Promise<void> {
    const hub = this.#hub
    const { settings, shadow } = await this.#api.config(id, signal)
    if (signal?.aborted) return
    const spoken = hub.player(id)?.last_seen_at !== null
    hub.amendPlayer(id, { ...(spoken ? {} : shadow), ...settings })
  }

  /** A player whose settings Yoto does not give must not keep those of the others from being read. */
  async #readSettingsIfGiven(id: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#readSettings(id, signal)
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'unavailable') throw error
      this.#options.log.debug('the settings of a player are not given', { player: id, reason: error.message })
    }
  }
}
