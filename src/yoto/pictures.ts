import { isIP } from 'node:net'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { type Icon, isIconId, type SentPicture } from '../core/icon.ts'
import type { Log } from '../core/log.ts'
import { type HttpAnswer, request } from './http.ts'
import { listOf, objectOf, textOf } from './json.ts'
import { type Call, unexpected, type YotoRest } from './rest.ts'
import { trustedAddress } from './trusted-address.ts'

interface PicturesOptions {
  readonly rest: Pick<YotoRest, 'repeatable'>
  readonly apiUrl: string
  readonly clock: Clock
  readonly log: Log
  readonly fetch?: typeof fetch | undefined
}

/** A picture as it is sent. */
interface PictureToSend {
  /** MIME type: `image/png`. */
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** What Yoto's lists call it. */
  readonly name: string
}

// Yoto's public icons are some thousands; what is behind these is left out.
const mostIcons = 20_000
const mostTags = 20
const longestText = 100
const mostImageBytes = 256 * 1024
const mostRedirects = 3

/** Icons and covers (yoto-protocol §2.8). Each call throws AppError as `YotoRest` does, and `refused` in words for people. */
export class Pictures {
  readonly #options: PicturesOptions

  constructor(options: PicturesOptions) {
    this.#options = options
  }

  /**
   * Brings an icon to the account. With `convert` Yoto makes 16×16 of it, and dims what is brighter than two thirds;
   * without, it has to be 16×16 and stays as it is. The same icon once more has the same id, without an address.
   */
  async uploadIcon({
    type,
    bytes,
    name,
    convert,
  }: PictureToSend & { convert: boolean }): Promise<SentPicture> {
    const query = new URLSearchParams({ autoConvert: String(convert), filename: name })
    const call: Call = {
      ...{ method: 'POST', path: `/media/displayIcons/user/me/upload?${query}` },
      bytes: { type, data: bytes },
    }
    const icon = objectOf(objectOf(await this.#send(call, 'icon')).displayIcon)
    const id = textOf(icon.mediaId)
    if (id === undefined || !isIconId(id)) throw unexpected(call)
    return { id, url: this.#addressIn(icon.url) }
  }

  /** Brings a cover to the account; the address is what cards name it by. */
  async uploadCover({
    type,
    bytes,
    name,
    coverType,
  }: PictureToSend & { coverType: string }): Promise<SentPicture & { readonly url: string }> {
    const query = new URLSearchParams({ coverType, autoconvert: 'true', filename: name })
    const call: Call = {
      ...{ method: 'POST', path: `/media/coverImage/user/me/upload?${query}` },
      bytes: { type, data: bytes },
    }
    const { mediaId, mediaUrl } = objectOf(objectOf(await this.#send(call, 'cover')).coverImage)
    const id = textOf(mediaId)
    if (id === undefined || !isIconId(id) || typeof mediaUrl !== 'string') throw unexpected(call)
    const url = this.#addressIn(mediaUrl)
    if (url === null)
      throw new AppError('refused', 'Yoto named an address for the cover that is not https: it is not used')
    return { id, url }
  }

  /** Those that Yoto has for everybody. */
  publicIcons(): Promise<readonly Icon[]> {
    return this.#icons('/media/displayIcons/user/yoto')
  }

  /** Those of the account. */
  ownIcons(): Promise<readonly Icon[]> {
    return this.#icons('/media/displayIcons/user/me')
  }

  /**
   * What lies at an address of an icon; nobody is told the token, and no address is gone to that is not https.
   * @throws AppError `unavailable` where nothing comes, `refused` where it leads elsewhere, `not_found`
   */
  async iconImage(address: string): Promise<Uint8Array> {
    for (let url = this.#fetchable(address), turns = 0; ; turns++) {
      const answer = await this.#fetch(url)
      if (answer.ok) return answer.bytes
      const { status, location } = answer
      if (status >= 300 && status < 400 && location !== null && turns < mostRedirects) {
        url = this.#fetchable(URL.canParse(location, url) ? new URL(location, url).href : '')
        continue
      }
      // A signed address has its time, and is forbidden after it.
      if ([403, 404, 410].includes(status))
        throw new AppError('not_found', 'Yoto does not have this icon any more')
      throw new AppError('unavailable', `Yoto does not give the picture of this icon now (status ${status})`)
    }
  }

  async #fetch(url: string): Promise<HttpAnswer> {
    const { clock, fetch } = this.#options
    const init = { redirect: 'manual', credentials: 'omit' } as const
    return request({ what: 'the picture of an icon', url, init, clock, fetch, mostBytes: mostImageBytes })
  }

  /** No machine of the house is asked for an icon, whoever names it. @throws AppError `refused` */
  #fetchable(address: string): string {
    const { apiUrl } = this.#options
    const url = trustedAddress(address, apiUrl)
    const isOfWeb =
      url !== undefined && url.port === '' && url.hostname.includes('.') && !isAddress(url.hostname)
    const isStandIn = url !== undefined && url.origin === new URL(apiUrl).origin
    if (isOfWeb || isStandIn) return address
    throw new AppError('refused', 'Yoto names an address for this icon that is not one of the web')
  }

  async #send(call: Call, what: 'icon' | 'cover'): Promise<unknown> {
    try {
      // What Yoto has by then it does not keep twice.
      return (await this.#options.rest.repeatable(call)).body
    } catch (error) {
      throw error instanceof AppError ? inWords(error, what) : error
    }
  }

  async #icons(path: string): Promise<readonly Icon[]> {
    const call: Call = { method: 'GET', path }
    const { displayIcons } = objectOf((await this.#options.rest.repeatable(call)).body)
    if (!Array.isArray(displayIcons)) throw unexpected(call)
    const icons = new Map<string, Icon>()
    for (const each of displayIcons) {
      if (icons.size >= mostIcons) break
      const icon = this.#iconIn(each)
      if (icon !== undefined) icons.set(icon.id, icon)
    }
    const left = displayIcons.length - icons.size
    if (left > 0) this.#options.log.debug('icons that are not listed', { of: path, count: left })
    return [...icons.values()]
  }

  #iconIn(value: unknown): Icon | undefined {
    const { mediaId, title, url, publicTags, tags } = objectOf(value)
    const id = textOf(mediaId)
    if (id === undefined || !isIconId(id)) return undefined
    const named = [...listOf(publicTags), ...listOf(tags)].slice(0, mostTags).map(shortText).filter(Boolean)
    return { id, title: shortText(title), tags: named, url: this.#addressIn(url) }
  }

  /** Of a picture that was sent before it is an empty object. */
  #addressIn(value: unknown): string | null {
    return trustedAddress(value, this.#options.apiUrl)?.href ?? null
  }
}

function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0
}

function shortText(value: unknown): string {
  const text = (textOf(value) ?? '').replace(/[\p{C}\s]+/gu, ' ').trim()
  return text.length <= longestText ? text : [...text.slice(0, longestText)].slice(0, -1).join('')
}

// yoto-protocol §1.5
const scopes = { icon: 'user:icons:manage', cover: 'user:content:manage' } as const

/** What is to be done about it, where that is known. */
function inWords(error: AppError, what: 'icon' | 'cover'): AppError {
  const status = error.details?.status
  const words = (text: string) =>
    new AppError('refused', text, { cause: error, ...(error.details ? { details: error.details } : {}) })
  if (status === 403)
    return words(
      `Yoto does not let this program bring pictures to the account: allow your app the scope ${scopes[what]} at dashboard.yoto.dev, sign out and sign in again`,
    )
  if (status === 413) return words(`Yoto takes no ${what} of that size: make its picture smaller`)
  // Nobody here has asked for anything by name.
  return error.code === 'not_found' ? words(error.message) : error
}
