import { createHash } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError } from '../core/error.ts'
import { type Icon, type IconsRead, isIconId, type SentPicture } from '../core/icon.ts'
import type { Log } from '../core/log.ts'
import { type Picture, pictureTypeOf } from '../core/picture.ts'
import { SentOnce } from '../core/sent-once.ts'
import { type CoverType, makeCover } from './cover.ts'
import { type Draw, iconOfPicture } from './drawing.ts'
import { pictureFault } from './fault.ts'
import { readGif } from './gif.ts'
import { type DrawnPixel, drawIcon, type IconPixels, readIcon, writeIcon } from './icon.ts'
import { IconImages } from './icon-images.ts'
import { IconList } from './icon-list.ts'
import { IconSearch } from './icon-search.ts'
import { sentPictureIn } from './sent-picture.ts'

/** A picture on its way to the account. */
interface PictureToSend {
  readonly type: Picture['type']
  readonly bytes: Uint8Array<ArrayBuffer>
  /** What it is called there. */
  readonly name: string
}

/** The account that the pictures lie in. Each throws AppError where it refuses or is away. */
export interface PictureAccount {
  /** With `convert` the account makes a still or moving icon of it; otherwise it is one already. */
  uploadIcon(icon: PictureToSend & { readonly convert: boolean }): Promise<SentPicture>
  uploadCover(cover: PictureToSend & { readonly coverType: CoverType }): Promise<SentPicture>
  publicIcons(): Promise<readonly Icon[]>
  ownIcons(): Promise<readonly Icon[]>
  /** What lies at an address of those lists. */
  iconImage(url: string): Promise<Uint8Array>
}

interface PicturesOptions {
  readonly account: PictureAccount
  readonly draw: Draw
  /** What was sent, by kind and digest. */
  readonly uploaded: Collection<unknown>
  /** The last list of Yoto's icons. */
  readonly lists: Collection<unknown>
  readonly clock: Clock
  readonly log: Log
}

export interface IconQuery {
  readonly text: string
  readonly whose: 'own' | 'public'
}

const dayMs = 24 * 3_600_000
const minuteMs = 60_000
const longestName = 60

/** Icons and covers: what the account and Yoto have, and what people bring, checked and made to fit before it is sent. */
export class Pictures {
  readonly #options: PicturesOptions
  /** By kind and digest. */
  readonly #uploaded: SentOnce<SentPicture>
  readonly #public: IconList
  readonly #own: IconList
  readonly #images: IconImages
  readonly #search = new IconSearch()

  constructor(options: PicturesOptions) {
    const { account, uploaded, lists, clock, log } = options
    this.#options = options
    this.#uploaded = new SentOnce({ records: uploaded, field: 'picture', valueIn: sentPictureIn, clock })
    const list = { clock, log }
    this.#public = new IconList({
      ...{ ...list, name: 'public', freshMs: dayMs, store: lists },
      list: () => account.publicIcons(),
    })
    this.#own = new IconList({ ...list, name: 'own', freshMs: minuteMs, list: () => account.ownIcons() })
    this.#images = new IconImages({ fetch: (url) => account.iconImage(url) })
  }

  /** Takes up what earlier runs have kept. Rejects as the store does. */
  async start(): Promise<void> {
    await this.#uploaded.start()
    await this.#public.start()
  }

  /** The account's own icons, at most a minute old. @throws AppError as the account does where it has told of none before */
  ownIcons(): Promise<IconsRead> {
    return this.#own.read()
  }

  /** Those that have all the words. @throws AppError as the account does where it has told of none before */
  async search({ text, whose }: IconQuery): Promise<IconsRead> {
    const read = await (whose === 'own' ? this.#own : this.#public).read()
    return { ...read, icons: this.#search.find(read.icons, text) }
  }

  /** How an icon looks, a small PNG or GIF. @throws AppError `not_found` for one that no list has */
  async image(id: string): Promise<Picture> {
    if (!isIconId(id)) throw unknownIcon()
    const kept = this.#images.find(id)
    if (kept !== undefined) return kept
    const url = this.#addressOf(id) ?? (await this.#addressAnew(id))
    if (url === null) throw unknownIcon()
    return this.#images.get(id, url).catch((error) => this.#imageElsewhere(id, { url, error }))
  }

  /**
   * Brings an icon of 16×16 to the account: a PNG as it is, a GIF if Yoto takes it. JPEG and WebP are made one.
   * @throws AppError `unprocessable` for what is none, and as the account does
   */
  addIcon(bytes: Uint8Array): Promise<SentPicture> {
    if (bytes.length === 0) throw pictureFault('empty', 'no picture came: send its bytes as they are')
    const type = pictureTypeOf(bytes)
    if (type === 'image/jpeg' || type === 'image/webp') return this.addIconOf(bytes)
    if (type === 'image/gif') return this.#sendGif(readGif(bytes))
    return this.#sendIcon(readIcon(bytes), 'icon')
  }

  /** Brings an icon to the account that was drawn pixel by pixel. @throws as `addIcon` does */
  async addDrawn({ title, pixels }: { title: string; pixels: readonly DrawnPixel[] }): Promise<SentPicture> {
    return this.#sendIcon(drawIcon(pixels), nameOf(title))
  }

  /** Brings an icon to the account that is made of a larger picture. @throws as `addIcon` does, and `unavailable` without ffmpeg */
  async addIconOf(picture: Uint8Array): Promise<SentPicture> {
    return this.#sendIcon(await iconOfPicture(picture, this.#options.draw), 'icon')
  }

  /** Brings a picture to the account as the cover of a card. @throws as `addIconOf` does */
  async addCover(picture: Uint8Array, coverType: CoverType = 'myo'): Promise<SentPicture> {
    const { account, draw } = this.#options
    const bytes = await makeCover(picture, { type: coverType, draw })
    return this.#uploaded.ensure(`cover-${coverType}.${digestOf(bytes)}`, () =>
      account.uploadCover({ type: 'image/jpeg', bytes, name: 'cover', coverType }),
    )
  }

  /** Another account may be signed in next. Rejects as the store does. */
  forgetAccount(): Promise<void> {
    this.#own.forget()
    return this.#uploaded.forgetAll()
  }

  /** Somebody has signed in: what was refused before may be given now. */
  askAgain(): void {
    this.#own.askAgain()
    this.#public.askAgain()
  }

  async #sendIcon(pixels: IconPixels, name: string): Promise<SentPicture> {
    const bytes = writeIcon(pixels)
    const icon = { type: 'image/png', bytes, name, convert: false } as const
    const sent = await this.#uploaded.ensure(`icon.${digestOf(pixels)}`, () => this.#send(icon))
    this.#images.keep(sent.id, icon)
    return sent
  }

  /** What becomes of it is for Yoto to say: its picture is asked for there. */
  #sendGif(bytes: Uint8Array<ArrayBuffer>): Promise<SentPicture> {
    const icon = { type: 'image/gif', bytes, name: 'icon', convert: true } as const
    return this.#uploaded.ensure(`icon-gif.${digestOf(bytes)}`, () => this.#send(icon))
  }

  async #send(icon: Parameters<PictureAccount['uploadIcon']>[0]): Promise<SentPicture> {
    const sent = await this.#options.account.uploadIcon(icon)
    this.#own.outdate()
    return sent
  }

  #addressOf(id: string): string | null {
    const sent = this.#uploaded.values().find((picture) => picture.id === id)
    return this.#public.find(id)?.url ?? this.#own.find(id)?.url ?? sent?.url ?? null
  }

  /** An address may hold for a while only. @throws the error where there is no other address */
  async #imageElsewhere(id: string, { url, error }: { url: string; error: unknown }): Promise<Picture> {
    if (!(error instanceof AppError) || error.code === 'unavailable') throw error
    this.#public.outdateAddresses()
    this.#own.outdateAddresses()
    const other = await this.#addressAnew(id).catch(() => null)
    if (other === null || other === url) throw error
    return this.#images.get(id, other)
  }

  /** Where nobody has asked for the lists yet. */
  async #addressAnew(id: string): Promise<string | null> {
    const lists = await Promise.allSettled([this.#own.read(), this.#public.read()])
    const url = this.#addressOf(id)
    if (url !== null) return url
    for (const list of lists) if (list.status === 'rejected') throw list.reason
    return null
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What Yoto calls it; no name is no title of nothing. */
function nameOf(title: string): string {
  const name = title.replace(/[\p{C}\s]+/gu, ' ').trim()
  return [...name].slice(0, longestName).join('') || 'icon'
}

function unknownIcon(): AppError {
  return new AppError('not_found', 'neither Yoto nor the account has an icon of that id')
}
