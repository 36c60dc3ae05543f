import { backoffMs } from '../core/backoff.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import type { PlayerPatch } from '../core/player.ts'
import { cardFrom, type YotoCard } from './card.ts'
import { type HttpAnswer, request } from './http.ts'
import { objectOf, textOf } from './json.ts'
import { parseSettings, parseShadow } from './parse.ts'

export interface YotoApiOptions {
  readonly apiUrl: string
  /** A token that works; `refused` names one that Yoto has just turned down. */
  readonly accessToken: (refused?: string) => Promise<string>
  readonly clock: Clock
  readonly log: Log
  readonly fetch?: typeof fetch
  /** 0 to 1, for the jitter of retries. */
  readonly random?: () => number
}

/** A player as the account's list has it. */
export interface ListedPlayer {
  readonly id: string
  readonly name: string
  /** For people: `Yoto Mini`; Yoto's own code for models we do not know. */
  readonly model: string | null
  /** Slow to change; the cloud connection knows better. */
  readonly online: boolean
}

/** A card of the account as the list has it, without what it plays. */
export interface ListedCard {
  readonly cardId: string
  readonly title: string
}

export interface PlayerConfig {
  /** Caps and lights of day and night. */
  readonly settings: PlayerPatch
  /** What the cloud remembers of the player; to be used only until the player itself has spoken. */
  readonly shadow: PlayerPatch
}

interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: JsonObject
  /** Doing it twice is the same as doing it once. */
  readonly repeatable: boolean
}

const attempts = 4
// A server that asks for a longer wait than this is told to people instead.
const longestWaitMs = 60_000

const models: ReadonlyMap<string, string> = new Map([
  ['v1', 'Yoto Player (1st generation)'],
  ['v2', 'Yoto Player (2nd generation)'],
  ['v3', 'Yoto Player (3rd generation)'],
  ['mini', 'Yoto Mini'],
])

/**
 * Players and cards over REST. Every call throws AppError: `unavailable` when Yoto cannot be reached now or
 * nobody is signed in, `not_found` for what is not there, `refused` with Yoto's own code and words otherwise.
 */
export class YotoApi {
  readonly #options: YotoApiOptions

  constructor(options: YotoApiOptions) {
    this.#options = options
  }

  async players(): Promise<readonly ListedPlayer[]> {
    const path = '/device-v2/devices/mine'
    const answer = await this.#call({ method: 'GET', path, repeatable: true })
    const devices = objectOf(answer).devices
    if (!Array.isArray(devices)) throw unexpected('GET', path)
    return devices.flatMap(playerFrom)
  }

  async config(playerId: string): Promise<PlayerConfig> {
    const path = `/device-v2/${encodeURIComponent(playerId)}/config`
    const device = objectOf(await this.#call({ method: 'GET', path, repeatable: true })).device
    if (!isJsonObject(device)) throw unexpected('GET', path)
    const settings = parseSettings(objectOf(device.config))
    const shadow = parseShadow(objectOf(device.status))
    for (const { field, value } of [...settings.unreadable, ...shadow.unreadable])
      this.#options.log.debug('a setting of a player cannot be read', { player: playerId, field, value })
    return { settings: settings.patch, shadow: shadow.patch }
  }

  /** The account's own cards, whoever made them; not those that were bought. */
  async cards(): Promise<readonly ListedCard[]> {
    const path = '/content/mine'
    const { cards } = objectOf(await this.#call({ method: 'GET', path, repeatable: true }))
    if (!Array.isArray(cards)) throw unexpected('GET', path)
    return cards.flatMap(listedCardFrom)
  }

  async card(cardId: string): Promise<YotoCard> {
    const path = `/content/${encodeURIComponent(cardId)}`
    const card = cardFrom(await this.#call({ method: 'GET', path, repeatable: true }))
    if (card === undefined) throw unexpected('GET', path)
    return card
  }

  /** Creates a card, or replaces the one whose `cardId` is in the document. */
  async saveCard(json: JsonObject): Promise<{ cardId: string }> {
    const repeatable = textOf(json.cardId) !== undefined
    const answer = await this.#call({ method: 'POST', path: '/content', body: json, repeatable })
    const saved = objectOf(answer)
    const cardId = textOf(objectOf(saved.card).cardId) ?? textOf(saved.cardId)
    if (cardId === undefined) throw unexpected('POST', '/content')
    return { cardId }
  }

  async #call(call: Call): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#authorized(call)
      if (!(outcome instanceof AppError) && outcome.ok) return outcome.body
      const waitMs = this.#waitMsBeforeRetry(outcome, attempt)
      if (!call.repeatable || waitMs === undefined || attempt >= attempts)
        throw outcome instanceof AppError ? outcome : errorFor(call, outcome)
      this.#options.log.debug('asking Yoto again', { call: what(call), waitMs })
      await this.#options.clock.sleep(waitMs)
    }
  }

  /** Undefined where asking again would not help, or not soon. */
  #waitMsBeforeRetry(outcome: HttpAnswer | AppError, attempt: number): number | undefined {
    const usual = backoffMs(attempt, { random: this.#options.random ?? Math.random })
    if (outcome instanceof AppError) return usual
    if (outcome.status !== 429 && outcome.status < 500) return undefined
    const waitMs = outcome.retryAfterMs ?? usual
    return waitMs <= longestWaitMs ? waitMs : undefined
  }

  /** One request, with one more try under a new token when Yoto does not accept the one at hand. */
  async #authorized(call: Call): Promise<HttpAnswer | AppError> {
    const token = await this.#options.accessToken()
    const answer = await this.#send(call, token)
    if (answer instanceof AppError || answer.status !== 401) return answer
    return this.#send(call, await this.#options.accessToken(token))
  }

  async #send(call: Call, token: string): Promise<HttpAnswer | AppError> {
    const { apiUrl, clock, fetch } = this.#options
    const headers = { Authorization: `Bearer ${token}`, Accept: 'application/json' }
    const init: RequestInit =
      call.body === undefined
        ? { method: call.method, headers }
        : {
            method: call.method,
            headers: { ...headers, 'Content-Type': 'application/json' },
            body: JSON.stringify(call.body),
          }
    const url = `${apiUrl.replace(/\/+$/, '')}${call.path}`
    try {
      return await request({ what: what(call), url, init, clock, fetch })
    } catch (thrown) {
      if (thrown instanceof AppError) return thrown
      throw thrown
    }
  }
}

function what(call: Call): string {
  return `${call.method} ${call.path}`
}

function playerFrom(device: unknown): ListedPlayer[] {
  const { deviceId, name, deviceFamily, deviceType, online } = objectOf(device)
  const id = textOf(deviceId)
  // Ids become topics, so one with a topic's own signs can be no player's.
  if (id === undefined || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) return []
  const code = textOf(deviceFamily) ?? textOf(deviceType)
  const model = code === undefined ? null : (models.get(code) ?? code)
  return [{ id, name: textOf(name) ?? id, model, online: online === true }]
}

function listedCardFrom(card: unknown): ListedCard[] {
  const { cardId, title, deleted } = objectOf(card)
  const id = textOf(cardId)
  return id === undefined || deleted === true ? [] : [{ cardId: id, title: textOf(title) ?? id }]
}

function unexpected(method: string, path: string): AppError {
  return new AppError('unavailable', `Yoto answered ${method} ${path} with something else than was asked for`)
}

function errorFor(call: Call, { status, body }: HttpAnswer): AppError {
  const error = objectOf(objectOf(body).error)
  const code = textOf(error.code) ?? null
  const words = textOf(error.message)?.slice(0, 300)
  const said = words === undefined ? `status ${status}` : `status ${status}, ${words}`
  const details = { status, code }
  if (status === 404)
    return new AppError('not_found', `Yoto has nothing for ${what(call)} (${said})`, { details })
  if (status === 429 || status >= 500)
    return new AppError('unavailable', `Yoto cannot do ${what(call)} now (${said})`, { details })
  const hint = status === 403 ? '; the sign-in may lack a scope' : ''
  return new AppError('refused', `Yoto refused ${what(call)} (${said}${hint})`, { details })
}
