import { backoffMs } from '../core/backoff.ts'
import type { CardPlan } from '../core/card-plan.ts'
import { type Clock, every } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { PlayerCommand } from '../core/effect.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { PlayerState } from '../core/player.ts'
import { edgesFrom, isSlot } from '../core/slot.ts'
import type { CardFacts, Hub } from '../hub.ts'
import { Account, type AccountState } from '../yoto/account.ts'
import { type ListedCard, YotoApi } from '../yoto/api.ts'
import { cardJson, type YotoCard } from '../yoto/card.ts'
import { type ConnectionState, YotoClient } from '../yoto/client.ts'
import { messageFor } from '../yoto/command.ts'
import type { SignInPrompt } from '../yoto/device-code.ts'
import type { StoredTokens } from '../yoto/token.ts'
import { withTrackUrls } from '../yoto/track-urls.ts'

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
  readonly cloud: CloudAddresses
  readonly tokens: Collection<StoredTokens>
  readonly signIn: (prompt: SignInPrompt) => void
  /** Told of every token, so that it is masked wherever it would be said. */
  readonly hide: (secret: string) => void
  /** Called when the connection or the sign-in comes or goes. */
  readonly changed: (state: LinkState) => void
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

// A player that was added to the account is seen within this time; nothing in the cloud announces it.
const listAgainMs = 600_000

/** Joins the account, REST and live connection of one Yoto cloud to the hub. */
export class CloudLink {
  readonly #options: CloudLinkOptions
  readonly #account: Account
  readonly #api: YotoApi
  readonly #client: YotoClient
  #connection: ConnectionState = { connected: false, reason: 'not started' }
  #cancelList: () => void = () => undefined
  readonly #stopping = new AbortController()
  #listing: Promise<void> | undefined
  /** Why the players could not be read the last time; null when they could. */
  #unlisted: string | null = null
  #house: { readonly hub: Hub; readonly cardFacts: (cardId: string) => CardFacts } | undefined

  constructor(options: CloudLinkOptions) {
    this.#options = options
    const { cloud, tokens, clock, random, signIn, hide } = options
    const log = options.log.for('yoto')
    this.#account = new Account({ ...cloud, tokens, clock, log, signIn, hide, random })
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
      onConnection: (connection) => this.#connectionChanged(connection),
    })
  }

  /** Begins to connect and returns at once: a cloud that is away is waited for, not failed on. */
  async start(house: { hub: Hub; cardFacts: (cardId: string) => CardFacts }): Promise<void> {
    this.#house = house
    this.#account.onStateChange((state) => {
      this.#options.changed(this.state())
      if (state !== 'signed-in') return
      this.#client.connectNow()
      void this.listPlayers()
    })
    await this.#account.start()
    this.#client.start()
    this.#cancelList = every(this.#options.clock, listAgainMs, () => void this.listPlayers())
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#cancelList()
    await this.#client.stop()
    this.#account.stop()
  }

  state(): LinkState {
    return { account: this.#account.state(), ...this.#connection, unlisted: this.#unlisted }
  }

  /** Resolves when the account is signed in and its players are listed. */
  async signedIn(): Promise<void> {
    if (this.#account.state() !== 'signed-in')
      await new Promise<void>((resolve) => {
        const forget = this.#account.onStateChange((state) => {
          if (state !== 'signed-in') return
          forget()
          resolve()
        })
      })
    await this.listPlayers()
  }

  /** Reads the account's players and their settings, again and again until it succeeds or the link is stopped. */
  listPlayers(): Promise<void> {
    this.#listing ??= this.#listUntilDone().finally(() => {
      this.#listing = undefined
    })
    return this.#listing
  }

  async #listUntilDone(): Promise<void> {
    const { log, clock, random } = this.#options
    const { signal } = this.#stopping
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await this.#list()
        return this.#listed(null)
      } catch (error) {
        if (signal.aborted) return
        const reason = messageOf(error)
        if (reason !== this.#unlisted)
          log.warn('the players could not be read; tried again until it works', { reason })
        this.#listed(reason)
        await clock.sleep(backoffMs(failures, { random }), signal).catch(() => undefined)
      }
    }
  }

  async #list(): Promise<void> {
    const hub = this.#hub
    const listed = await this.#api.players()
    if (this.#stopping.signal.aborted) return
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
    for (const { id } of listed) await this.#readSettings(id)
  }

  #listed(fault: string | null): void {
    if (fault === this.#unlisted) return
    this.#unlisted = fault
    this.#options.changed(this.state())
  }

  /** @throws AppError when the player is away, or the cloud, or the player says no. */
  async command(playerId: string, command: PlayerCommand): Promise<void> {
    const hub = this.#hub
    const player = hub.player(playerId)
    if (player === undefined) throw new AppError('not_found', `there is no player "${playerId.slice(0, 80)}"`)
    if (command.type === 'refresh') return this.#client.refresh(playerId)
    const facts = player.card_id === null ? undefined : this.#house?.cardFacts(player.card_id)
    const wish = facts?.stream != null ? onQueueCard(command, player) : command
    const message = messageFor(wish, player, facts?.layout ?? null)
    const takeBack = message.expects === undefined ? undefined : hub.expect(playerId, message.expects)
    try {
      await this.#client.send(playerId, message)
    } catch (error) {
      takeBack?.()
      throw error
    }
  }

  card(cardId: string): Promise<YotoCard> {
    return this.#api.card(cardId)
  }

  /** Makes a card, or replaces one, keeping what the plan does not speak of. Resolves with its id. */
  async saveCard(plan: CardPlan, cardId: string | null): Promise<string> {
    const previous = cardId === null ? {} : (await this.#api.card(cardId)).json
    const saved = await this.#api.saveCard(cardJson(plan, previous))
    return saved.cardId
  }

  /** The account's own cards, whoever made them. */
  cards(): Promise<readonly ListedCard[]> {
    return this.#api.cards()
  }

  /** Passes each address of a card's tracks through `newUrl`, and saves the card where one changed. */
  async rewriteCard(cardId: string, newUrl: (url: string) => string): Promise<void> {
    const { json } = await this.#api.card(cardId)
    const rewritten = withTrackUrls(json, newUrl)
    if (rewritten !== json) await this.#api.saveCard(rewritten)
  }

  /** Calls `run` whenever the account was signed in, until the returned function is called. */
  onSignedIn(run: () => void): () => void {
    return this.#account.onStateChange((state) => {
      if (state === 'signed-in') run()
    })
  }

  get #hub(): Hub {
    if (this.#house === undefined) throw new AppError('unavailable', 'the link to the cloud is not started')
    return this.#house.hub
  }

  #connectionChanged(connection: ConnectionState): void {
    this.#connection = connection
    if (connection.connected) void this.listPlayers()
    else this.#house?.hub.loseTrack()
    this.#options.changed(this.state())
  }

  async #readSettings(id: string): Promise<void> {
    const hub = this.#hub
    const { settings, shadow } = await this.#api.config(id)
    const spoken = hub.player(id)?.last_seen_at !== null
    hub.amendPlayer(id, { ...(spoken ? {} : shadow), ...settings })
  }
}

/**
 * A queue card's chapters are questions, not tracks: the way its end would take is the next item, and no other way
 * can be taken without looking like somebody's press.
 */
function onQueueCard(command: PlayerCommand, player: PlayerState): PlayerCommand {
  const slot = player.chapter_key ?? ''
  if (player.card_id === null || !isSlot(slot)) return command
  if (command.type === 'next') {
    const { end } = edgesFrom(slot)
    return { type: 'card', card_id: player.card_id, chapter_key: end, track_key: end }
  }
  if (command.type === 'previous' || command.type === 'restart' || command.type === 'seek')
    throw new AppError(
      'conflict',
      `"${command.type}" cannot be asked of a queue card: change the stream's queue instead`,
    )
  return command
}
