import { AppError } from '../core/error.ts'
import { type Picture, pictureTypeOf } from '../core/picture.ts'
import { Places } from '../core/places.ts'
import { widestIcon } from './icon.ts'
import { sizeOf } from './picture-size.ts'

interface IconImagesOptions {
  /** Fetches from an address of the account's lists. @throws AppError where nothing comes */
  readonly fetch: (url: string) => Promise<Uint8Array>
}

/** Of all that are kept in memory. */
const mostBytes = 4 * 1024 * 1024
const mostOfOne = 128 * 1024
const atOnce = 6

/** The pictures of icons as the panel shows them, those that were asked for last kept in memory. */
export class IconImages {
  readonly #options: IconImagesOptions
  readonly #kept = new Map<string, Picture>()
  readonly #underWay = new Map<string, Promise<Picture>>()
  readonly #places = new Places(atOnce)
  #bytes = 0

  constructor(options: IconImagesOptions) {
    this.#options = options
  }

  /** Keeps the picture of an icon of ours. */
  keep(id: string, picture: Picture): void {
    this.#drop(id)
    this.#kept.set(id, picture)
    this.#bytes += picture.bytes.length
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= mostBytes) break
      this.#drop(oldest)
    }
  }

  /** The picture, where it is kept. */
  find(id: string): Picture | undefined {
    const found = this.#kept.get(id)
    if (found !== undefined) {
      // What was asked for last goes last.
      this.#kept.delete(id)
      this.#kept.set(id, found)
    }
    return found
  }

  /** The picture that lies at the address. @throws AppError `unavailable`, and `refused` where what lies there is no icon */
  async get(id: string, url: string): Promise<Picture> {
    const found = this.find(id) ?? this.#underWay.get(id)
    if (found !== undefined) return found
    const { signal } = new AbortController()
    const fetching = this.#places
      .take(signal, async () => checkedImage(await this.#options.fetch(url)))
      .finally(() => this.#underWay.delete(id))
    this.#underWay.set(id, fetching)
    const picture = await fetching
    this.keep(id, picture)
    return picture
  }

  #drop(id: string): void {
    this.#bytes -= this.#kept.get(id)?.bytes.length ?? 0
    this.#kept.delete(id)
  }
}

/** @throws AppError `refused` for anything but a small PNG or GIF: it goes out under our own name */
function checkedImage(bytes: Uint8Array): Picture {
  const type = pictureTypeOf(bytes)
  const size = type === null ? null : sizeOf({ type, bytes })
  const isIcon = type === 'image/png' || type === 'image/gif'
  if (
    !isIcon ||
    size === null ||
    bytes.length > mostOfOne ||
    size.width > widestIcon ||
    size.height > widestIcon
  )
    throw new AppError('refused', 'what Yoto has for this icon is no small PNG or GIF')
  return { type, bytes }
}
