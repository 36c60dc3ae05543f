import { every, isoOf } from '../../core/clock.ts'
import { AppError, messageOf } from '../../core/error.ts'
import { Turns } from '../../core/turns.ts'
import type { Sending, Upload, UploadWish } from '../../core/upload.ts'
import { replacingFault } from './upload-check.ts'
import { ended, gap, reached, stopping, taken, tooLong, unknownUpload, writeFault } from './upload-faults.ts'
import { UploadList, type UploadListOptions } from './upload-list.ts'
import { uploadName } from './upload-name.ts'
import { partPath, receivePart, removeStrays } from './upload-part.ts'
import { land, placeFor } from './upload-place.ts'
import { type KnownUpload, viewOf } from './upload-record.ts'
import { checkRoom, checkSize } from './upload-room.ts'

interface UploadsOptions extends UploadListOptions {
  /** The largest file, in megabytes of 1,048,576 bytes. */
  readonly limitMb: number
  /** Called when another file is in the folder. */
  readonly landed: () => void
  readonly newId: () => string
  /** Another `ffmpeg` than that of the machine's path. */
  readonly ffmpeg?: string
}

const mostOpen = 100
// Each holds a file and a share of the disk's speed, which those who listen need too.
const mostAtOnce = 4
const keptMs = 24 * 3_600_000
const sweepMs = 600_000

/**
 * Files on their way into the library. What comes is written to a hidden place in it, and is put under its name when all
 * of it is there; from then on it is a file like any other. What has come outlives the request that brought it, and the
 * product, so that sending can go on where it broke off.
 */
export class Uploads {
  readonly #options: UploadsOptions
  readonly #list: UploadList
  /** By id, so that never two requests write one file. The empty name: one begins after the other. */
  readonly #turns = new Turns<string>()
  #isStopped = false
  #stopSweeping: () => void = () => undefined

  constructor(options: UploadsOptions) {
    this.#options = options
    this.#list = new UploadList(options)
  }

  /** Goes on with what earlier runs have begun. @throws AppError where the store cannot be read */
  async open(): Promise<void> {
    await this.#list.open()
    await this.#sweep()
    this.#stopSweeping = every(this.#options.clock, sweepMs, () => void this.#sweep())
  }

  /** Ends what is being received; the next run goes on with it. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#stopSweeping()
    for (const { sender } of this.#list.all()) sender?.abort(stopping())
    await this.#turns.allSettled()
  }

  /** All that are open, and those that have ended within a day. */
  async list(): Promise<readonly Upload[]> {
    await this.libraryChanged()
    return this.#list.all().map(viewOf)
  }

  /** @throws AppError `not_found` */
  async find(id: string): Promise<Upload> {
    const upload = this.#list.get(id)
    await this.#list.look(upload)
    return viewOf(upload)
  }

  /**
   * Begins an upload, or goes on with one of the same name and size that is open.
   * @throws AppError where it would not be taken: `unprocessable` for its name, `too_large`, `conflict` where a file or
   * another upload has the name, `no_space`, `busy` where too many are open, `unavailable` where the folder cannot be
   * used.
   */
  begin(wish: UploadWish): Promise<Upload> {
    return this.#turns.take('', () => this.#begin(wish))
  }

  /**
   * Takes bytes of an upload; when it is whole, it lands in the library. A request that is still bringing it is ended
   * before the first of these bytes is written.
   * @throws AppError; `conflict` with `received` in its details where the bytes begin behind that, or the name is taken
   * by now. What has come is kept, except where there are too many bytes (`too_large`, `unprocessable`) or no room
   * (`no_space`), and where it is `refused`: what was to replace a file and can never be played.
   */
  async receive(id: string, sending: Sending): Promise<Upload> {
    const upload = this.#list.get(id)
    this.#check(upload, sending)
    upload.sender?.abort(
      new AppError('conflict', 'this upload is being sent anew: the newer sending goes on'),
    )
    const sender = new AbortController()
    upload.sender = sender
    try {
      await this.#turns.take(id, () => this.#receive(upload, sending, sender.signal))
    } finally {
      if (upload.sender === sender) upload.sender = null
      this.#list.tell(upload)
    }
    return viewOf(upload)
  }

  /** Forgets an upload and what has come of it; a file that has landed stays. @throws AppError `not_found` */
  async giveUp(id: string): Promise<Upload> {
    const upload = this.#list.get(id)
    upload.sender?.abort(new AppError('conflict', 'this upload was given up'))
    await this.#turns.take(id, () => this.#list.remove(upload))
    return viewOf(upload)
  }

  /** Looks how far imports of what has landed are, and tells. Never rejects. */
  async libraryChanged(): Promise<void> {
    for (const upload of this.#list.all()) await this.#list.look(upload)
  }

  async #begin(wish: UploadWish): Promise<Upload> {
    const { folder, library, limitMb, newId, clock } = this.#options
    const { size, replace } = wish
    if (this.#isStopped) throw stopping()
    const asked = uploadName(wish.name)
    checkSize(asked, size, limitMb)
    const { name, isTaken } = await reached(() => placeFor(folder, asked))
    if (!replace && (isTaken || (await library.find(name)).state !== 'missing')) throw taken(name)
    const open = this.#list.allOpen()
    const same = open.find(({ record }) => record.name === name)
    if (same !== undefined) return this.#goOn(same, wish)
    if (open.length >= mostOpen)
      throw new AppError('busy', `${mostOpen} uploads are open already: send their rest, or give some up`)
    await checkRoom(folder, size)
    const at = isoOf(clock.now())
    const record = { id: newId(), name, size, replace, synced: 0, begun_at: at, touched_at: at, end: null }
    return viewOf(await this.#list.add(record))
  }

  async #goOn(upload: KnownUpload, { size, replace }: UploadWish): Promise<Upload> {
    await this.#list.recount(upload)
    const { received, record } = upload
    if (record.size !== size)
      throw new AppError(
        'conflict',
        `an upload of "${record.name}" with ${record.size} bytes is open: give that one up first, or send its rest`,
        { details: { id: record.id, size: record.size, received } },
      )
    if (record.replace !== replace) await this.#list.save(upload, { replace })
    return viewOf(upload)
  }

  #check({ record, received, sender }: KnownUpload, { from, length }: Sending): void {
    if (this.#isStopped) throw stopping()
    if (record.end !== null) throw ended(record)
    if (from + (length ?? 0) > record.size) throw tooLong({ from, size: record.size })
    if (from > received) throw gap({ from, received })
    const senders = this.#list.all().filter((upload) => upload.sender !== null)
    if (sender === null && senders.length >= mostAtOnce)
      throw new AppError(
        'busy',
        `${mostAtOnce} uploads are being received already: send this one a little later`,
      )
  }

  async #receive(upload: KnownUpload, sending: Sending, signal: AbortSignal): Promise<void> {
    const { folder, clock } = this.#options
    const { id, size } = upload.record
    const { from } = sending
    signal.throwIfAborted()
    // While this one waited for its turn, the one before may have ended it.
    if (this.#list.get(id) !== upload) throw unknownUpload()
    if (upload.record.end !== null) throw ended(upload.record)
    if (from > upload.received) throw gap({ from, received: upload.received })
    await checkRoom(folder, size - upload.received)
    // What follows is written anew: after a crash none of it may be taken for what was there.
    if (from < upload.record.synced) await this.#list.save(upload, { synced: from })
    try {
      await receivePart(sending, {
        library: folder,
        id,
        size,
        signal,
        clock,
        came: (received) => this.#list.came(upload, received),
        synced: (synced) => this.#list.save(upload, { synced, touched_at: isoOf(upload.touchedAt) }),
      })
      if (upload.received === size) await this.#land(upload, signal)
    } catch (error) {
      throw await this.#broken(upload, error)
    }
  }

  async #land(upload: KnownUpload, signal: AbortSignal): Promise<void> {
    const { folder, library, landed, clock, ffmpeg, log } = this.#options
    const { id, name: wished, size, replace } = upload.record
    const part = partPath(folder, id)
    const reason = replace ? await replacingFault(part, { clock, ffmpeg, signal }) : null
    if (reason !== null) {
      log.warn('an upload cannot be played, and has replaced nothing', { file: wished, reason })
      return this.#list.end(upload, { kind: 'refused', reason })
    }
    const name = await land(part, { library: folder, name: wished, replace })
    upload.record = { ...upload.record, name }
    log.info('a file was uploaded', { file: name, bytes: size })
    await library.landed(name)
    await this.#list.end(upload, { kind: 'landed' })
    void this.#list.look(upload)
    landed()
  }

  /** What is said of it. A disk that is full is not kept full by what cannot become whole on it. */
  async #broken(upload: KnownUpload, error: unknown): Promise<AppError> {
    const fault = writeFault(error)
    const { name, synced } = upload.record
    if (fault.code !== 'no_space') {
      if (!(error instanceof AppError)) upload.received = Math.min(upload.received, synced)
      return fault
    }
    const reason = `${fault.message}, and what had come was removed`
    this.#options.log.warn('an upload was given up', { file: name, reason })
    await this.#list.end(upload, { kind: 'failed', reason })
    return new AppError('no_space', `"${name}" was given up: ${reason}`, { cause: error })
  }

  /** Removes what nobody came back to. Never rejects. */
  async #sweep(): Promise<void> {
    const { folder, clock, log } = this.#options
    const before = new Date(clock.now().getTime() - keptMs)
    try {
      for (const upload of this.#list.outdated(before)) {
        const { id, name: file, end, size } = upload.record
        const { received } = upload
        if (end === null)
          log.info('an upload was given up: nothing of it has come for a day', { file, received, size })
        await this.#turns.take(id, () => this.#list.remove(upload))
      }
      const known = new Set(this.#list.all().map(({ record }) => partPath(folder, record.id)))
      await removeStrays(folder, { known, before })
    } catch (error) {
      log.warn('old uploads could not be removed; tried again', { reason: messageOf(writeFault(error)) })
    }
  }
}
