import type { Readable } from 'node:stream'
import type { CardDifference } from '../core/card-difference.ts'
import type { CardMedia, CardPlan } from '../core/card-plan.ts'
import type { AudioToUpload } from '../core/card-upload.ts'
import { type Clock, every } from '../core/clock.ts'
import type { PlayerCommand } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { abilityOf, type HasAbility } from '../core/models.ts'
import type { Hub } from '../hub.ts'
import type { Account, AccountState } from '../yoto/account.ts'
import { type ListedCard, YotoApi } from '../yoto/api.ts'
import type { YotoCard } from '../yoto/card.ts'
import { differencesBetween } from '../yoto/card-differences.ts'
import { cardJson } from '../yoto/card-json.ts'
import { type ConnectionState, YotoClient } from '../yoto/client.ts'
import { OwnCards } from '../yoto/own-cards.ts'
import type { CardAudio } from '../yoto/track-audio.ts'
import type { UploadOptions } from '../yoto/upload.ts'
import { commandPlayer, type LinkHouse } from './player-commands.ts'
import { PlayerList } from './player-list.ts'
import { Steps } from './steps.ts'

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
  /** @throws AppError where no card is to carry that address. Absent: any may. */
  readonly checkAddress?: (url: string) => void
  /** Whether a player has what only some models have. Absent: as its model has it. */
  readonly has?: HasAbility
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

// A player that was added to the account is seen within this time; nothing in the cloud announces it.
const listAgainMs = 600_000

/** A card of the account, or of its family alone. */
export interface FamilyCard extends ListedCard {
  readonly whose: 'own' | 'family'
}

/** Joins the account, REST and live connection of one Yoto cloud to the hub. */
export class CloudLink {
  /** The account's own cards, as documents. */
  readonly ownCards: OwnCards
  readonly #options: CloudLinkOptions
  readonly #account: Account
  readonly #api: YotoApi
  readonly #client: YotoClient
  readonly #players: PlayerList
  #connection: ConnectionState = { connected: false, reason: 'not started' }
  #accountState: AccountState = 'signed_out'
  #cancelList: () => void = () => undefined
  readonly #stopping = new AbortController()
  #connecting: Promise<void> = Promise.resolve()
  readonly #steps: Steps
  #house: LinkHouse | undefined

  constructor(options: CloudLinkOptions) {
    this.#options = options
    const { cloud, account, clock, random } = options
    const log = options.log.for('yoto')
    this.#account = account
    this.#steps = new Steps(clock)
    const accessToken = (refused?: string) => this.#account.accessToken(refused)
    this.#api = new YotoApi({ apiUrl: cloud.apiUrl, accessToken, clock, log, random })
    this.ownCards = new OwnCards(this.#api)
    this.#client = new YotoClient({
      mqttUrl: cloud.mqttUrl,
      accessToken,
      playerIds: () => this.#hub.players().map((player) => player.id),
      clock,
      random,
      log,
      onRepeatsAll: (id, repeats) => this.#hub.setRepeats(id, repeats),
      onPatch: (id, patch, at) => this.#hub.patchPlayer(id, patch, at),
      onCardUpdatedAt: (id, updatedAt) => this.#cardIsFrom(id, updatedAt),
      onConnection: (connection) => this.#connectionChanged(connection),
    })
    this.#players = new PlayerList({
      api: this.#api,
      hub: () => this.#hub,
      mayRead: () => this.#mayList,
      read: () => this.#client.playersChanged(),
      faultChanged: () => options.changed(this.state()),
      clock,
      random,
      log: options.log,
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
    this.#players.cut()
    await this.#connecting
    await this.#client.stop()
    await this.#account.stop()
  }

  state(): LinkState {
    return { account: this.#account.state(), ...this.#connection, unlisted: this.#players.fault }
  }

  /** Resolves when the account is signed in and its players are listed. */
  async signedIn(): Promise<void> {
    if (this.#account.state() !== 'signed_in')
      await new Promise<void>((resolve) => {
        const forget = this.#account.onChange((state) => {
          if (state !== 'signed_in') return
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
    return this.#players.read()
  }

  get #mayList(): boolean {
    const state = this.#account.state()
    return !this.#stopping.signal.aborted && (state === 'signed_in' || state === 'sign_in_again')
  }

  /** @throws AppError as `commandPlayer` does. */
  async command(playerId: string, command: PlayerCommand): Promise<void> {
    const parts = {
      house: this.#started,
      api: this.#api,
      client: this.#client,
      readSettings: (id: string) => this.#players.readSettings(id),
      steps: this.#steps,
      has: this.#options.has ?? abilityOf({ everything: false }),
      clock: this.#options.clock,
    }
    await commandPlayer(parts, { playerId, command })
  }

  /** Any card, also one that was bought. */
  card(cardId: string): Promise<YotoCard> {
    return this.#api.card(cardId)
  }

  /** A card as the family has it, bought or its own. */
  familyCard(cardId: string): Promise<YotoCard> {
    return this.#api.familyCard(cardId)
  }

  /** One of the account's own cards. */
  ownCard(cardId: string): Promise<YotoCard> {
    return this.#api.ownCard(cardId)
  }

  /**
   * Makes a card, or replaces one, keeping what the plan does not speak of. Resolves with its id.
   * @throws AppError `unprocessable`, with nothing sent, where it would carry an address that players cannot use.
   */
  async saveCard(plan: CardPlan, cardId: string | null): Promise<string> {
    for (const { tracks } of plan.chapters) for (const { url } of tracks) if (url) this.#checkAddress(url)
    return this.ownCards.save(plan, cardId)
  }

  /** How the card in the account differs from what the plan would make of it; null where the account has no such card. */
  async differences(plan: CardPlan, cardId: string): Promise<readonly CardDifference[] | null> {
    try {
      const { json } = await this.#api.ownCard(cardId)
      return differencesBetween(json, cardJson(plan, json))
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return null
      throw error
    }
  }

  /** @throws AppError as `YotoApi.cardAudio` does. */
  cardAudio(cardId: string): Promise<CardAudio> {
    return this.#api.cardAudio(cardId)
  }

  /** Deletes one of the account's own cards. @throws AppError `not_found` where there is none (any more). */
  deleteCard(cardId: string): Promise<void> {
    return this.#api.deleteCard(cardId)
  }

  /** Brings audio to the account. @throws AppError as `AudioUploads.upload` does. */
  uploadAudio(audio: AudioToUpload<Readable>, options: UploadOptions): Promise<CardMedia> {
    return this.#api.uploadAudio(audio, options)
  }

  /** Icons and covers of the account, and Yoto's own. */
  get pictures(): YotoApi['pictures'] {
    return this.#api.pictures
  }

  /** The account's own cards, whoever made them. */
  cards(): Promise<readonly ListedCard[]> {
    return this.#api.cards()
  }

  /**
   * The account's own cards and those of its family, each once. `incomplete` says why Yoto does not give those of the
   * family; null where it does.
   */
  async allCards(): Promise<{ cards: readonly FamilyCard[]; incomplete: string | null }> {
    const [own, family] = await Promise.all([this.#api.cards(), this.#familyLibrary()])
    const ownIds = new Set(own.map(({ cardId }) => cardId))
    const others = family.cards.filter(({ cardId }) => !ownIds.has(cardId))
    const cards = [
      ...own.map((card) => ({ ...card, whose: 'own' as const })),
      ...others.map((card) => ({ ...card, whose: 'family' as const })),
    ]
    return { ...family, cards }
  }

  /**
   * Passes each address of a card's tracks through `newUrl`, and saves the card where one changed.
   * @throws AppError as `saveCard` does.
   */
  rewriteCard(cardId: string, newUrl: (url: string) => string): Promise<void> {
    return this.ownCards.rewrite(cardId, (url) => {
      const next = newUrl(url)
      if (next !== url) this.#checkAddress(next)
      return next
    })
  }

  /** Calls `run` whenever the account was signed in, until the returned function is called. */
  onSignedIn(run: () => void): () => void {
    return this.#account.onChange((state) => {
      if (state === 'signed_in') run()
    })
  }

  /** Calls `run` whenever the account was signed out, until the returned function is called. */
  onSignedOut(run: () => void): () => void {
    return this.#account.onChange((state) => {
      if (state === 'signed_out') run()
    })
  }

  async #familyLibrary(): Promise<{ cards: readonly ListedCard[]; incomplete: string | null }> {
    try {
      return { cards: await this.#api.familyLibrary(), incomplete: null }
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'unavailable') throw error
      this.#options.log.debug('the library of the family is not given', { reason: error.message })
      return { cards: [], incomplete: error.message }
    }
  }

  #checkAddress(url: string): void {
    this.#options.checkAddress?.(url)
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
    this.#players.cut()
    // A connection must not outlive the sign-in that it was made with.
    if (state === 'signed_out' || before === 'sign_in_again') void this.#connectAnew()
    if (state !== 'signed_in') return
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
    if (connection.connected) this.#players.readNow()
    else this.#house?.hub.loseTrack()
    this.#options.changed(this.state())
  }
}
