import { createHash } from 'node:crypto'
import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { memoryCollection } from '../core/memory-collection.ts'
import { publicIcons } from './icon-drawings.ts'

/** A picture that lies in the account, or that Yoto has for everybody. */
interface StoredPicture {
  readonly kind: 'icon' | 'cover'
  /** What cards name it by. */
  readonly mediaId: string
  /** Of the bytes that were sent, in hex. */
  readonly sha256: string
  readonly title: string
  readonly tags: readonly string[]
  readonly createdAt: string
  readonly bytes: Buffer
}

/** A picture as it came. */
export interface SentPicture {
  readonly sent: Buffer
  /** What it was made into. */
  readonly made: Buffer
  readonly filename: string
}

/** The icon that cards have where nobody has chosen one (yoto-protocol §2.8). */
const defaultIcon = 'aUm9i3ex3qqAMYBv-i-O-pYMKuMJGICtR3Vhf289u2Q'
const simulatedUser = 'auth0|simulated-family'
const drawnAt = '2020-01-01T00:00:00.000Z'

/** Icons and covers of the family, and the icons for everybody (yoto-protocol §2.8). */
export class PictureStore {
  /** How many pictures have come, those that were known among them. */
  received = 0
  readonly #records: Collection<unknown>
  readonly #url: string
  readonly #clock: Clock
  readonly #own = new Map<string, StoredPicture>()
  readonly #public: ReadonlyMap<string, StoredPicture>

  constructor(parts: { records: Collection<unknown> | undefined; url: string; clock: Clock }) {
    this.#records = parts.records ?? memoryCollection()
    this.#url = parts.url
    this.#clock = parts.clock
    this.#public = new Map(forEverybody().map((icon) => [icon.mediaId, icon]))
  }

  async start(): Promise<void> {
    for (const [key, stored] of await this.#records.entries()) {
      const picture = pictureIn(stored)
      if (picture !== undefined) this.#own.set(key, picture)
    }
  }

  /** As the lists have them. */
  icons(whose: 'yoto' | 'me'): JsonObject[] {
    const pictures = whose === 'yoto' ? this.#public : this.#own
    return [...pictures.values()]
      .filter(({ kind }) => kind === 'icon')
      .map((icon) => this.#listed(icon, whose))
  }

  /** The bytes of a picture; undefined where there is none of that id. */
  bytes(kind: StoredPicture['kind'], mediaId: string): Buffer | undefined {
    return (this.#own.get(`${kind}.${mediaId}`) ?? (kind === 'icon' ? this.#public.get(mediaId) : undefined))
      ?.bytes
  }

  /** The account loses them all, for whatever reason. */
  async loseAll(): Promise<void> {
    for (const key of this.#own.keys()) await this.#records.delete(key)
    this.#own.clear()
  }

  /** Keeps an icon; of one that came before it says less. */
  async putIcon(icon: SentPicture): Promise<JsonObject> {
    const { picture, isNew } = await this.#put('icon', icon)
    const { mediaId, createdAt } = picture
    const ids = { displayIconId: displayIconId(mediaId), mediaId, userId: simulatedUser }
    if (isNew) return { ...ids, url: this.#address(picture), new: true }
    return { _id: ids.displayIconId, ...ids, createdAt, url: {} }
  }

  async putCover(cover: SentPicture): Promise<JsonObject> {
    const { picture } = await this.#put('cover', cover)
    return { mediaId: picture.mediaId, mediaUrl: this.#address(picture) }
  }

  async #put(
    kind: StoredPicture['kind'],
    { sent, made, filename }: SentPicture,
  ): Promise<{ picture: StoredPicture; isNew: boolean }> {
    this.received++
    const mediaId = createHash('sha256').update(kind).update(made).digest('base64url')
    const key = `${kind}.${mediaId}`
    const known = this.#own.get(key)
    if (known !== undefined) return { picture: known, isNew: false }
    const picture: StoredPicture = {
      ...{ kind, mediaId, title: filename, tags: [], bytes: made },
      sha256: createHash('sha256').update(sent).digest('hex'),
      createdAt: isoOf(this.#clock.now()),
    }
    this.#own.set(key, picture)
    await this.#records.set(key, { ...picture, bytes: made.toString('base64') })
    return { picture, isNew: true }
  }

  #listed(icon: StoredPicture, whose: 'yoto' | 'me'): JsonObject {
    const isPublic = whose === 'yoto'
    return {
      displayIconId: displayIconId(icon.mediaId),
      mediaId: icon.mediaId,
      userId: isPublic ? 'yoto' : simulatedUser,
      createdAt: icon.createdAt,
      title: icon.title,
      url: this.#address(icon),
      public: isPublic,
      new: false,
      ...(isPublic ? { publicTags: icon.tags } : {}),
    }
  }

  #address({ kind, mediaId }: StoredPicture): string {
    return `${this.#url}/${kind}s/${mediaId}`
  }
}

/** 24 characters of hex, and another than what cards name it by. */
function displayIconId(mediaId: string): string {
  return createHash('sha256').update(mediaId).digest('hex').slice(0, 24)
}

function forEverybody(): StoredPicture[] {
  const drawn = publicIcons().map(({ title, tags, png }) => iconOf({ title, tags, png }))
  const [first] = drawn
  if (first === undefined) return []
  // How Yoto's default looks no source shows.
  return [{ ...first, mediaId: defaultIcon, title: 'Default', tags: ['default'] }, ...drawn]
}

function iconOf({
  title,
  tags,
  png,
}: {
  title: string
  tags: readonly string[]
  png: Buffer
}): StoredPicture {
  const sha256 = createHash('sha256').update(png).digest('hex')
  const mediaId = createHash('sha256').update('public').update(title).digest('base64url')
  return { kind: 'icon', mediaId, sha256, title, tags, createdAt: drawnAt, bytes: png }
}

function pictureIn(stored: unknown): StoredPicture | undefined {
  if (!isJsonObject(stored)) return undefined
  const { kind, mediaId, sha256, title, createdAt, bytes } = stored
  if ((kind !== 'icon' && kind !== 'cover') || typeof mediaId !== 'string' || typeof sha256 !== 'string')
    return undefined
  if (typeof title !== 'string' || typeof createdAt !== 'string' || typeof bytes !== 'string')
    return undefined
  return { kind, mediaId, sha256, title, tags: [], createdAt, bytes: Buffer.from(bytes, 'base64') }
}
