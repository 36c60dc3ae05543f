import type { Readable } from 'node:stream'
import type { CardMedia } from '../core/card-plan.ts'
import type { AudioToUpload } from '../core/card-upload.ts'
import type { PlayerSettings } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { modelName } from '../core/models.ts'
import type { PlayerPatch } from '../core/player.ts'
import { cardFrom, coverOf, type YotoCard } from './card.ts'
import { repeatsAllIn } from './fields.ts'
import { objectOf, textOf, textOfUtf8 } from './json.ts'
import { parseSettings, parseShadow } from './parse.ts'
import { Pictures } from './pictures.ts'
import { type Call, type Limits, type Try, unexpected, YotoRest, type YotoRestOptions } from './rest.ts'
import { SettingChanges, type WrittenChange } from './setting-changes.ts'
import { editedConfig } from './settings.ts'
import { type CardAudio, cardAudioIn } from './track-audio.ts'
import { AudioUploads, type UploadOptions } from './upload.ts'

export type YotoApiOptions = YotoRestOptions

/** A player as the account's list has it. */
export interface ListedPlayer {
  readonly id: string
  readonly name: string
  /** For people: `Yoto Mini`; Yoto's own code for models we do not know. */
  readonly model: string | null
  /** Slow to change; the cloud connection knows better. */
  readonly online: boolean
}

/** A card as a list of the account has it, without what it plays. */
export interface ListedCard {
  readonly cardId: string
  readonly title: string
  readonly author: string | null
  readonly coverUrl: string | null
  /** When the card was last changed, in Yoto's words; null where the list does not say. */
  readonly updatedAt: string | null
}

export interface PlayerConfig {
  /** Caps and lights of day and night. */
  readonly settings: PlayerPatch
  /** Whether the player begins its card again after the last track; absent where nobody says. */
  readonly repeatsAll?: boolean
  /** What the cloud remembers of the player; to be used only until the player itself has spoken. */
  readonly shadow: PlayerPatch
}

// What was written is told by then, or not at all: the next change waits for it.
const readBackWithinMs = 10_000

/**
 * Players and cards over REST. Every call throws AppError: `unavailable` when Yoto cannot be reached now or
 * nobody is signed in, `not_found` for what is not there, `refused` with Yoto's own code and words otherwise.
 */
export class YotoApi {
  readonly #rest: YotoRest
  readonly #apiUrl: string
  readonly #log: Log
  readonly #changes: SettingChanges
  readonly #uploads: AudioUploads
  /** Icons and covers. */
  readonly pictures: Pictures

  constructor(options: YotoApiOptions) {
    const { apiUrl, clock, random, log } = options
    this.#rest = new YotoRest(options)
    this.#apiUrl = apiUrl
    this.pictures = new Pictures({ rest: this.#rest, apiUrl, clock, log, fetch: options.fetch })
    this.#uploads = new AudioUploads({ rest: this.#rest, apiUrl, clock, random, log })
    this.#log = options.log
    this.#changes = new SettingChanges({
      write: (change) => this.#write(change),
      read: async (playerId) => (await this.#config(playerId, { withinMs: readBackWithinMs })).settings,
      clock: options.clock,
    })
  }

  /** The signal ends it at once. */
  async players(signal?: AbortSignal): Promise<readonly ListedPlayer[]> {
    const call: Call = { method: 'GET', path: '/device-v2/devices/mine' }
    const { devices } = await this.#read(call, { signal })
    if (!Array.isArray(devices)) throw unexpected(call)
    return devices.flatMap(playerFrom)
  }

  /**
   * Waits for changes of the settings, and reads again where one was asked for meanwhile, so that nothing older is
   * told after it; no change waits for this. The signal ends it at once.
   */
  async config(playerId: string, signal?: AbortSignal): Promise<PlayerConfig> {
    for (;;) {
      await this.#changes.settled(playerId)
      const changes = this.#changes.count(playerId)
      const config = await this.#config(playerId, { signal })
      if (this.#changes.count(playerId) === changes) return config
    }
  }

  /**
   * Changes settings of a player, which need not be on, and resolves with its settings as they are then. All that
   * was not asked for stays byte for byte. What is wished otherwise before it is written has the outcome of the newer
   * wish.
   * @throws AppError `unprocessable` for a value that cannot be, `refused` naming the settings that were not taken,
   * `unavailable` when it could not be written within ten seconds; it is not written later then.
   */
  changeSettings(playerId: string, change: PlayerSettings): Promise<PlayerPatch> {
    return this.#changes.add(playerId, change)
  }

  /** The account's own cards, whoever made them; not those that were bought. */
  async cards(): Promise<readonly ListedCard[]> {
    const call: Call = { method: 'GET', path: '/content/mine' }
    const { cards } = await this.#read(call)
    if (!Array.isArray(cards)) throw unexpected(call)
    return cards.flatMap(listedCardFrom)
  }

  /** Every card of the family: those that were bought, and those of its own that lie on a card. */
  async familyLibrary(): Promise<readonly ListedCard[]> {
    const call: Call = { method: 'GET', path: '/card/family/library' }
    const { cards } = await this.#read(call)
    if (!Array.isArray(cards)) throw unexpected(call)
    return cards.flatMap((entry) => listedCardFrom(objectOf(entry).card))
  }

  /** One of the account's own cards. */
  async ownCard(cardId: string): Promise<YotoCard> {
    return this.#card(`/content/${cardIdIn(cardId)}`)
  }

  /** A card as the family has it, bought or its own. */
  async familyCard(cardId: string): Promise<YotoCard> {
    return this.#card(`/card/${cardIdIn(cardId)}`)
  }

  /** Any card, also one that was bought. */
  async card(cardId: string): Promise<YotoCard> {
    try {
      return await this.ownCard(cardId)
    } catch (error) {
      if (!(error instanceof AppError) || !mayBeBought(error)) throw error
      return this.familyCard(cardId)
    }
  }

  /** Creates a card, or replaces the one whose `cardId` is in the document. `text` is the document as it is to be sent. */
  async saveCard(json: JsonObject, text = JSON.stringify(json)): Promise<{ cardId: string }> {
    const call: Call = { method: 'POST', path: '/content', body: text }
    const replaces = textOf(json.cardId) !== undefined
    const { body } = replaces ? await this.#rest.repeatable(call) : await this.#rest.once(call)
    const saved = objectOf(body)
    const cardId = textOf(objectOf(saved.card).cardId) ?? textOf(saved.cardId)
    if (cardId === undefined) throw unexpected(call)
    return { cardId }
  }

  /**
   * What one of the account's own cards plays that lies at Yoto, with addresses that are signed for a while.
   * @throws AppError `refused` for a card that was bought: its audio is not ours to take
   */
  async cardAudio(cardId: string): Promise<CardAudio> {
    const query = new URLSearchParams({ playable: 'true', signingType: 's3', timezone: 'UTC' })
    const call: Call = { method: 'GET', path: `/content/${cardIdIn(cardId)}?${query}` }
    try {
      const card = cardFrom(await this.#read(call))
      if (card === undefined) throw unexpected(call)
      if (card.json.userId === 'yoto')
        throw new AppError('refused', 'the card was bought: its audio is not ours to copy', {
          details: { status: 403 },
        })
      return cardAudioIn(card.json, this.#apiUrl)
    } catch (error) {
      if (!(error instanceof AppError) || !mayBeBought(error)) throw error
      const { code, details } = error
      const message = 'Yoto gives the audio of cards alone that the account has made itself'
      throw new AppError(code, message, { cause: error, ...(details === undefined ? {} : { details }) })
    }
  }

  /**
   * Deletes one of the account's own cards. Where an answer was lost, a card that is not there any more was deleted.
   * @throws AppError `not_found` for a card that was not there to begin with.
   */
  async deleteCard(cardId: string): Promise<void> {
    const call: Call = { method: 'DELETE', path: `/content/${cardIdIn(cardId)}` }
    let isInDoubt = false
    const run = async (attempt: Try): Promise<void> => {
      try {
        const { body, bytes } = await attempt(call)
        if (body !== undefined || bytes.length === 0) return
        // Something stood in the way of the answer, so it says nothing; the card itself does.
        isInDoubt = true
        const { body: card } = await attempt({ method: 'GET', path: call.path })
        if (cardFrom(card)?.json.deleted === true) return
      } catch (error) {
        if (isInDoubt && isNotFound(error)) return
        isInDoubt = true
        throw error
      }
      throw unexpected(call)
    }
    await this.#rest.repeat({ name: `DELETE ${call.path}`, run })
  }

  /** Brings audio to Yoto. @throws AppError as `AudioUploads.upload` does. */
  async uploadAudio(audio: AudioToUpload<Readable>, options: UploadOptions = {}): Promise<CardMedia> {
    return this.#uploads.upload(audio, options)
  }

  async #read(call: Call, limits: Limits = {}): Promise<JsonObject> {
    return objectOf((await this.#rest.repeatable(call, limits)).body)
  }

  async #write({ playerId, written, withinMs }: WrittenChange): Promise<void> {
    // What is written again after a fault is what the player has by then.
    const run = (attempt: Try) => writeConfig(playerId, { written, attempt })
    await this.#rest.repeat({ name: `PUT ${configPath(playerId)}`, run, withinMs })
  }

  async #config(playerId: string, limits: Limits): Promise<PlayerConfig> {
    const call = readConfig(playerId)
    const { device } = await this.#read(call, limits)
    if (!isJsonObject(device)) throw unexpected(call)
    const config = objectOf(device.config)
    const settings = parseSettings(config)
    const repeatsAll = repeatsAllIn(config)
    const shadow = parseShadow(objectOf(device.status))
    for (const { field, value } of [...settings.unreadable, ...shadow.unreadable])
      this.#log.debug('a setting of a player cannot be read', { player: playerId, field, value })
    return {
      settings: settings.patch,
      shadow: shadow.patch,
      ...(repeatsAll === undefined ? {} : { repeatsAll }),
    }
  }

  async #card(path: string): Promise<YotoCard> {
    const call: Call = { method: 'GET', path }
    const { body, bytes } = await this.#rest.repeatable(call)
    const text = textOfUtf8(bytes)
    const card = text === undefined ? undefined : cardFrom(body, text)
    if (card === undefined) throw unexpected(call)
    return card
  }
}

function configPath(playerId: string): string {
  return `/device-v2/${encodeURIComponent(playerId)}/config`
}

function readConfig(playerId: string): Call {
  return { method: 'GET', path: configPath(playerId) }
}

/** The PUT replaces the whole block, so it is read, edited as the text it is, and written whole (yoto-protocol §2.3). */
async function writeConfig(
  playerId: string,
  { written, attempt }: { written: ReadonlyMap<string, string>; attempt: Try },
): Promise<void> {
  const read = readConfig(playerId)
  const config = editedConfig((await attempt(read)).bytes, written)
  if (config === undefined) throw unexpected(read)
  const body = `{"deviceId":${JSON.stringify(playerId)},"config":${config}}`
  await attempt({ method: 'PUT', path: read.path, body })
}

// Names of other calls in the place of an id.
const noCardIds: readonly string[] = ['mine', 'bulk', 'family']

/** An id becomes a part of a path, so one with a path's own signs can be no card's. @throws AppError `not_found`. */
function cardIdIn(cardId: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(cardId) && !noCardIds.includes(cardId)) return cardId
  throw new AppError('not_found', `"${cardId.slice(0, 80)}" is no id of a card`)
}

function isNotFound(error: unknown): boolean {
  return error instanceof AppError && error.code === 'not_found'
}

/** Cards of other makers are not among the account's own content. */
export function mayBeBought({ code, details }: AppError): boolean {
  return code === 'not_found' || details?.status === 403
}

function playerFrom(device: unknown): ListedPlayer[] {
  const { deviceId, name, deviceFamily, deviceType, online } = objectOf(device)
  const id = textOf(deviceId)
  // Ids become topics, so one with a topic's own signs can be no player's.
  if (id === undefined || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) return []
  const code = textOf(deviceFamily) ?? textOf(deviceType)
  const model = code === undefined ? null : modelName(code)
  return [{ id, name: textOf(name) ?? id, model, online: online === true }]
}

function listedCardFrom(value: unknown): ListedCard[] {
  const card = objectOf(value)
  const cardId = textOf(card.cardId)
  if (cardId === undefined || card.deleted === true) return []
  const title = textOf(card.title) ?? cardId
  const author = textOf(objectOf(card.metadata).author) ?? null
  const updatedAt = textOf(card.updatedAt) ?? null
  return [{ cardId, title, author, coverUrl: coverOf(card), updatedAt }]
}
