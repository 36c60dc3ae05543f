import type { FileHandle } from 'node:fs/promises'
import type { parseFromTokenizer } from 'music-metadata'

type Tokenizer = Parameters<typeof parseFromTokenizer>[0]
interface Token<T> {
  readonly len: number
  get(bytes: Uint8Array, offset: number): T
}
interface ReadOptions {
  readonly length?: number
  readonly position?: number
  readonly mayBeLess?: boolean
}

/**
 * How music-metadata reads a file: at most so many bytes in all, and none after the time is over. Its own reader of
 * files takes whatever a tag says it has.
 */
export class LimitedTokenizer implements Tokenizer {
  readonly fileInfo: { readonly size: number; readonly mimeType: string }
  position = 0
  readonly #file: FileHandle
  readonly #isOver: () => boolean
  #bytesLeft: number

  constructor(options: {
    file: FileHandle
    size: number
    mimeType: string
    bytes: number
    isOver: () => boolean
  }) {
    this.fileInfo = { size: options.size, mimeType: options.mimeType }
    this.#file = options.file
    this.#isOver = options.isOver
    this.#bytesLeft = options.bytes
  }

  async peekBuffer(bytes: Uint8Array, options: ReadOptions = {}): Promise<number> {
    const length = options.length ?? bytes.length
    this.#requireLeft(length)
    this.#bytesLeft -= length
    const position = options.position ?? this.position
    const { bytesRead } = await this.#file.read(bytes, 0, length, position)
    if (bytesRead < length && options.mayBeLess !== true) throw new Error('the file ends within a tag')
    return bytesRead
  }

  async readBuffer(bytes: Uint8Array, options: ReadOptions = {}): Promise<number> {
    if (options.position !== undefined) this.position = options.position
    const bytesRead = await this.peekBuffer(bytes, options)
    this.position += bytesRead
    return bytesRead
  }

  async peekToken<T>(token: Token<T>, position?: number | null, mayBeLess = false): Promise<T> {
    return token.get(await this.#bytesOf(token, position ?? this.position, mayBeLess), 0)
  }

  async readToken<T>(token: Token<T>, position = this.position): Promise<T> {
    const bytes = await this.#bytesOf(token, position, false)
    this.position = position + token.len
    return token.get(bytes, 0)
  }

  peekNumber(token: Token<number>): Promise<number> {
    return this.peekToken(token)
  }

  readNumber(token: Token<number>): Promise<number> {
    return this.readToken(token)
  }

  async ignore(length: number): Promise<number> {
    const ignored = Math.max(0, Math.min(length, this.fileInfo.size - this.position))
    this.position += ignored
    return ignored
  }

  setPosition(position: number): void {
    this.position = position
  }

  supportsRandomAccess(): boolean {
    return true
  }

  /** The file belongs to whoever opened it. */
  async close(): Promise<void> {}
  async abort(): Promise<void> {}

  async #bytesOf<T>(token: Token<T>, position: number, mayBeLess: boolean): Promise<Uint8Array> {
    // Before the memory for it is taken.
    this.#requireLeft(token.len)
    const bytes = new Uint8Array(token.len)
    await this.peekBuffer(bytes, { position, mayBeLess })
    return bytes
  }

  #requireLeft(length: number): void {
    if (this.#isOver()) throw new Error('reading the tags takes too long')
    if (length > this.#bytesLeft) throw new Error('the tags are too large')
  }
}
