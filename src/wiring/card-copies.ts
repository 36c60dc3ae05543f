import { backoffMs } from '../core/backoff.ts'
import type { ArrivingAudio, CardCopy, TrackAudio } from '../core/card-audio.ts'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import { isJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { Recent } from '../core/recent.ts'
import { Turns } from '../core/turns.ts'
import type { UploadDesk } from '../http/api/uploads.ts'

interface CardCopiesInput {
  /** What the card plays that lies in the account. @throws AppError */
  readonly audio: (cardId: string) => Promise<{
    readonly title: string
    readonly tracks: readonly TrackAudio[]
    readonly leftOut: readonly string[]
  }>
  readonly fetch: (url: URL, options: { from: number; signal: AbortSignal }) => Promise<ArrivingAudio>
  readonly uploads: Pick<UploadDesk, 'begin' | 'receive'>
  /** What the files were copied from, by their names. */
  readonly records: Collection<unknown>
  /** What is being copied, by the card, for the next run of the program. */
  readonly underWay: Collection<CopyUnderWay>
  /** Whether the library has a file of that name. */
  readonly has: (file: string) => Promise<boolean>
  /** Makes these the queue of the stream. @throws AppError */
  readonly fill: (stream: string, files: readonly string[]) => Promise<void>
  readonly clock: Clock
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  readonly log: Log
}

/** A copy that was asked for and has not come to its end. */
export interface CopyUnderWay {
  readonly stream: string
  /** Milliseconds since 1970. */
  readonly askedAtMs: number
}

interface Copying {
  readonly cardId: string
  readonly stream: string
}

const attempts = 4
const keptCopies = 50
// Nobody waits for it any more, and the stream may hold something else by then.
const longestResumeMs = 24 * 60 * 60 * 1_000
// Names of files in the words of the cloud; what it is really made of is found out at import.
const endings: Readonly<Record<string, string>> = { aac: 'm4a', alac: 'm4a', 'x-m4a': 'm4a', mpeg: 'mp3' }
const known = ['mp3', 'opus', 'ogg', 'flac', 'wav', 'aiff']

/**
 * Brings the audio of cards that the account made itself into the library, and into a stream. What is there already is not
 * fetched again, and what broke off goes on where it was, also in the next run of the program.
 */
export class CardCopies {
  readonly #input: CardCopiesInput
  readonly #copies = new Recent<string, CardCopy>(keptCopies)
  /** One card at a time: they share the line to the house. */
  readonly #turns = new Turns<string>()
  readonly #stopping = new AbortController()

  constructor(input: CardCopiesInput) {
    this.#input = input
  }

  /** How it stands; undefined where nobody has asked for it since the program was started. */
  of(cardId: string): CardCopy | undefined {
    return this.#copies.get(cardId)
  }

  /**
   * Begins to copy the card, and goes on by itself.
   * @throws AppError of the account, `unprocessable` where nothing of the card can be copied
   */
  async begin(copying: Copying): Promise<CardCopy> {
    const { cardId, stream } = copying
    this.#checkFree(cardId)
    const { title, tracks, leftOut } = await this.#input.audio(cardId)
    if (tracks.length === 0)
      throw new AppError('unprocessable', `Yoto gives the audio of no track of the card "${title}"`)
    await this.#input.underWay.set(cardId, { stream, askedAtMs: this.#nowMs })
    this.#checkFree(cardId)
    const copy = this.#set({
      ...{ card_id: cardId, stream, state: 'copying', of: tracks.length, done: 0 },
      ...{ files: [], left_out: leftOut, problem: null },
    })
    void this.#turns.take('', () => this.#copy(copying, { title, tracks }))
    return copy
  }

  #checkFree(cardId: string): void {
    const before = this.of(cardId)
    if (before?.state !== 'copying') return
    throw new AppError('conflict', `card "${cardId}" is being copied into stream "${before.stream}" already`)
  }

  /** Goes on with what the last run of the program left, as soon as the account answers. Never rejects. */
  async resume(): Promise<void> {
    try {
      for (const [cardId, { stream, askedAtMs }] of await this.#input.underWay.entries())
        await this.#resume({ cardId, stream }, askedAtMs)
    } catch (error) {
      if (this.#stopping.signal.aborted) return
      this.#input.log.warn('copies of cards that were under way do not go on', { error: messageOf(error) })
    }
  }

  /** Ends what is under way; what has come of it stays. */
  async stop(): Promise<void> {
    this.#stopping.abort(new AppError('unavailable', 'the program is being ended'))
    await this.#turns.allSettled()
  }

  async #resume(copying: Copying, askedAtMs: number): Promise<void> {
    const { clock, log, random, underWay } = this.#input
    const { cardId: card, stream } = copying
    for (let tries = 1; ; tries++) {
      if (this.of(card) !== undefined) return
      const isTooOld = this.#nowMs - askedAtMs > longestResumeMs
      const fault = isTooOld
        ? new AppError('unavailable', 'it was asked for a day ago')
        : await this.#begun(copying)
      if (fault === null) return
      if (isTooOld || fault.code !== 'unavailable') {
        log.warn('a card that was being copied is not copied on', { card, stream, reason: fault.message })
        await underWay.delete(card)
        return
      }
      await clock.sleep(backoffMs(tries, { random }), this.#stopping.signal)
    }
  }

  /** Why it was not begun; null where it was. */
  async #begun(copying: Copying): Promise<AppError | null> {
    try {
      await this.begin(copying)
      return null
    } catch (error) {
      if (error instanceof AppError) return error
      throw error
    }
  }

  get #nowMs(): number {
    return this.#input.clock.now().getTime()
  }

  async #copy(
    { cardId, stream }: Copying,
    { title, tracks }: { title: string; tracks: readonly TrackAudio[] },
  ): Promise<void> {
    const { fill, log } = this.#input
    try {
      const files: string[] = []
      for (const place of tracks.keys()) {
        const file = fileName({ cardId, title, place, track: tracks[place] })
        await this.#bring(cardId, { file, place, track: tracks[place] })
        files.push(file)
        this.#change(cardId, { done: files.length, files: [...files] })
      }
      await fill(stream, files)
      this.#change(cardId, { state: 'done' })
      log.info('a card was copied into a stream', { card: cardId, stream, files: files.length })
    } catch (error) {
      this.#change(cardId, { state: 'failed', problem: messageOf(error) })
      log.warn('a card could not be copied', { card: cardId, stream, reason: messageOf(error) })
    }
    // What the end of the program broke off goes on with the next one.
    if (!this.#stopping.signal.aborted) await this.#forget(cardId)
  }

  async #forget(cardId: string): Promise<void> {
    const { underWay, log } = this.#input
    await underWay
      .delete(cardId)
      .catch((error) =>
        log.warn('a card that was copied may be copied again', { card: cardId, error: messageOf(error) }),
      )
  }

  async #bring(
    cardId: string,
    { file, place, track: first }: { file: string; place: number; track: TrackAudio | undefined },
  ): Promise<void> {
    const { has, clock, random } = this.#input
    const { signal } = this.#stopping
    for (let tries = 1; ; tries++) {
      signal.throwIfAborted()
      if ((await this.#isCopied(file, first?.id)) && (await has(file))) return
      try {
        // Signed addresses have their time: a second try asks for new ones.
        const track = tries === 1 ? first : (await this.#input.audio(cardId)).tracks[place]
        if (track === undefined || track.id !== first?.id)
          throw new AppError('conflict', 'the card was changed meanwhile: copy it again')
        await this.#fetch(track, file)
        await this.#input.records.set(file, { id: track.id })
        return
      } catch (error) {
        signal.throwIfAborted()
        const mayPass =
          error instanceof AppError && ['unavailable', 'refused', 'invalid', 'busy'].includes(error.code)
        if (!mayPass || tries >= attempts) throw error
        await clock.sleep(backoffMs(tries, { random }), signal)
      }
    }
  }

  async #fetch({ url }: TrackAudio, file: string): Promise<void> {
    const { fetch, uploads } = this.#input
    const { signal } = this.#stopping
    const first = await fetch(url, { from: 0, signal })
    // Of that name is what the card played before.
    const upload = await uploads
      .begin({ name: file, size: first.size, replace: true })
      .catch(async (error) => {
        await leave(first)
        throw error
      })
    let arriving = first
    if (upload.received > 0) {
      await leave(first)
      arriving = await fetch(url, { from: upload.received, signal })
    }
    const { from, size, bytes } = arriving
    await uploads.receive(upload.id, {
      from,
      length: size - from,
      bytes: (ended) => until(bytes, AbortSignal.any([ended, signal])),
    })
  }

  async #isCopied(file: string, id: string | undefined): Promise<boolean> {
    const record = await this.#input.records.get(file)
    return isJsonObject(record) && record.id === id
  }

  #set(copy: CardCopy): CardCopy {
    this.#copies.set(copy.card_id, copy)
    return copy
  }

  #change(cardId: string, change: Partial<CardCopy>): void {
    const copy = this.of(cardId)
    if (copy !== undefined) this.#set({ ...copy, ...change })
  }
}

/** The bytes until the signal; a connection that breaks is a fault that may pass. */
async function* until(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of bytes) {
      signal.throwIfAborted()
      yield piece
    }
  } catch (cause) {
    signal.throwIfAborted()
    throw new AppError('unavailable', 'the audio broke off on its way from Yoto', { cause })
  }
}

async function leave({ bytes }: ArrivingAudio): Promise<void> {
  await bytes[Symbol.asyncIterator]().return?.()
}

interface Named {
  readonly cardId: string
  readonly title: string
  /** From 0. */
  readonly place: number
  readonly track: TrackAudio | undefined
}

/** In a folder of the card's own, in playing order: `cards/Forest songs (abc12)/03 The owl.m4a`. */
function fileName({ cardId, title, place, track }: Named): string {
  const number = String(place + 1).padStart(2, '0')
  const format = track?.format ?? ''
  const ending = endings[format] ?? (known.includes(format) ? format : 'm4a')
  return `cards/${inName(title)} (${cardId})/${number} ${inName(track?.title ?? '')}.${ending}`
}

/** A title as a part of a file's name: without what leads elsewhere, cannot be seen, or is not taken by some systems. */
function inName(title: string): string {
  const plain = title
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}/\\:*?"<>|%]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^\.+|[. ]+$/g, '')
  return [...plain].slice(0, longestTitle).join('').trim() || 'untitled'
}

// Each of up to four bytes, and all of it well below the 255 that file systems take.
const longestTitle = 50
