import type { Upload } from '../src/core/upload.ts'
import { segment } from './path.ts'
import { ask, RequestError, statusOf } from './request.ts'
import { ConnectionLost, sendSlice } from './sending.ts'
import { checkReadable, hasLanded, isShown, otherOf, type Transfer } from './transfer.ts'

interface Own extends Transfer {
  readonly file: File
  readonly id: string | null
  readonly replace: boolean
  /** How often in a row the connection broke. */
  readonly breaks: number
}

// Proxies before us take bodies of 16 MB, 100 MB or more; what holds bodies back still lets progress be seen.
const sliceBytes = 8 * 1024 * 1024
// The product receives four at once, from everybody.
const mostAtOnce = 2
const firstWaitMs = 1000
const longestWaitMs = 30_000
/** Longer than a page needs from one slice to the next. */
const betweenMs = 5000
/** Answers of a proxy before a product that starts, or of one that has too much to do. */
const passingStatus: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

/**
 * Sends files into the library, two at a time and in slices, and goes on where it broke off. It outlives the page it
 * is shown on, and knows what others send.
 */
export class Uploader {
  readonly #changed: () => void
  #own: readonly Own[] = []
  #others: readonly Upload[] = []
  #isActive = true
  #keys = 0
  readonly #senders = new Map<string, AbortController>()
  readonly #waits = new Map<string, ReturnType<typeof setTimeout>>()

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** Own ones in the order they were chosen, then those of others. */
  get transfers(): readonly Transfer[] {
    const own = new Set(this.#own.flatMap(({ id, name }) => [id, name]))
    const others = this.#others.filter(
      (upload) => !own.has(upload.id) && !own.has(upload.name) && isShown(upload),
    )
    return [...this.#own, ...others.map(otherOf)]
  }

  /** Whether something would break off if the page went. */
  get isBusy(): boolean {
    return this.#own.some(({ state }) => state === 'queued' || state === 'sending' || state === 'broken')
  }

  /** `folder`: of the library, where they go; the top where it is empty. */
  add(files: Iterable<File>, folder = ''): void {
    const added = [...files].map((file): Own => {
      const { size } = file
      const name = folder === '' ? file.name : `${folder}/${file.name}`
      const begun = {
        sent: 0,
        state: 'queued',
        progress: 0,
        fault: null,
        canReplace: false,
        again: false,
        isOwn: true,
      } as const
      return { key: `own-${++this.#keys}`, name, size, ...begun, file, id: null, replace: false, breaks: 0 }
    })
    this.#own = [...this.#own, ...added]
    this.#goOn()
  }

  /** Tries again at once, from where it was; with `replace` in the place of the file that has the name. */
  retry(key: string, replace = false): void {
    const known = this.#find(key)
    if (known === undefined) return
    this.#endWait(key)
    this.#set(key, {
      state: 'queued',
      fault: null,
      canReplace: false,
      breaks: 0,
      replace: replace || known.replace,
    })
    this.#goOn()
  }

  /** Gives it up, and what has come of it; what has ended leaves the list. @throws RequestError */
  async remove(key: string): Promise<void> {
    const own = this.#find(key)
    const id = own?.id ?? this.#others.find((other) => other.id === key)?.id ?? null
    const isOpen =
      own === undefined || (own.state !== 'ready' && own.state !== 'refused' && own.state !== 'importing')
    this.#endWait(key)
    this.#senders.get(key)?.abort(new Error('given up'))
    this.#own = this.#own.filter((other) => other.key !== key)
    this.#others = this.#others.filter((other) => other.id !== id)
    this.#goOn()
    if (id !== null && isOpen) await giveUp(id)
  }

  /** Takes those that are ready off the list. */
  clear(): void {
    this.#own = this.#own.filter(({ state }) => state !== 'ready')
    this.#changed()
  }

  /** Asks the product what is on its way, whoever sends it. @throws RequestError */
  async read(): Promise<void> {
    const { uploads } = await ask<{ uploads: readonly Upload[] }>('GET', 'library/uploads')
    this.#others = uploads
    for (const upload of uploads) this.#hear(upload)
    this.#changed()
  }

  /** The product has told of one. Between two slices an upload waits, and nobody needs to see that. */
  take(upload: Upload): void {
    const known = this.#others.find(({ id }) => id === upload.id)
    const isBetween = upload.state === 'waiting' && known?.state === 'receiving'
    this.#endWait(upload.id)
    if (isBetween)
      this.#waits.set(
        upload.id,
        setTimeout(() => this.#keep(upload), betweenMs),
      )
    this.#keep(isBetween ? { ...upload, state: 'receiving' } : upload)
  }

  removed(id: string): void {
    this.#endWait(id)
    this.#others = this.#others.filter((other) => other.id !== id)
    this.#changed()
  }

  /** While nobody is signed in nothing is sent. Whoever comes back goes on. */
  setActive(isActive: boolean): void {
    const wasActive = this.#isActive
    this.#isActive = isActive
    if (!isActive || wasActive) return
    for (const { key, state, fault } of this.#own)
      if (
        state === 'broken' ||
        (state === 'stopped' && fault instanceof RequestError && fault.status === 401)
      )
        this.retry(key)
    this.#goOn()
  }

  /** Ends all sending; what has come stays with the product for a day. */
  stop(): void {
    this.#isActive = false
    for (const sender of this.#senders.values()) sender.abort(new Error('the page has gone'))
    for (const key of this.#waits.keys()) this.#endWait(key)
  }

  #keep(upload: Upload): void {
    const isKnown = this.#others.some(({ id }) => id === upload.id)
    this.#others = isKnown
      ? this.#others.map((other) => (other.id === upload.id ? upload : other))
      : [...this.#others, upload]
    this.#hear(upload)
    this.#changed()
  }

  #goOn(): void {
    const isFree = () => this.#isActive && this.#senders.size < mostAtOnce
    for (const { key, state } of this.#own) if (state === 'queued' && isFree()) void this.#send(key)
    this.#changed()
  }

  async #send(key: string): Promise<void> {
    const sender = new AbortController()
    this.#senders.set(key, sender)
    this.#set(key, { state: 'sending' })
    try {
      await this.#sendAll(key, sender.signal)
    } catch (error) {
      if (!sender.signal.aborted) this.#failed(key, error)
    } finally {
      this.#senders.delete(key)
      this.#goOn()
    }
  }

  async #sendAll(key: string, signal: AbortSignal): Promise<void> {
    const own = this.#find(key)
    if (own === undefined) return
    const { file, name, size, replace } = own
    await checkReadable(file)
    const begun = await ask<Upload>('POST', 'library/uploads', { name, size, replace }).catch((error) => {
      throw new NotBegun(error)
    })
    // It was given up before it had an id.
    if (this.#find(key) === undefined) await giveUp(begun.id)
    signal.throwIfAborted()
    this.#set(key, { id: begun.id, sent: begun.received })
    let at = begun.received
    do {
      const from = at
      const bytes = file.slice(from, from + sliceBytes)
      const left = (bytes: number) => this.#set(key, { sent: from + bytes })
      const upload = await sendSlice(begun.id, bytes, { from, signal, left }).catch((error) =>
        rest(error, from),
      )
      at = typeof upload === 'number' ? upload : upload.received
      this.#set(key, { sent: at, breaks: 0 })
      if (typeof upload !== 'number' && at >= size) this.#arrived(key, upload)
    } while (at < size)
  }

  /** What others told meanwhile may be newer than this answer. */
  #arrived(key: string, upload: Upload): void {
    this.#set(key, { state: 'importing', progress: 0 })
    this.#hear(this.#others.find(({ id, state }) => id === upload.id && hasLanded(state)) ?? upload)
  }

  #hear({ id, state, progress = 0, reason, again }: Upload): void {
    const own = this.#own.find((other) => other.id === id)
    // Until all of it is there, this page knows better.
    if (own === undefined || !(own.state === 'importing' || own.again) || !hasLanded(state)) return
    this.#set(own.key, { state, progress, fault: reason ?? null, again: again === true })
  }

  #failed(key: string, thrown: unknown): void {
    const isNotBegun = thrown instanceof NotBegun
    const error = isNotBegun ? thrown.cause : thrown
    const status = error instanceof RequestError ? error.status : null
    const isPassing = status === null ? isConnection(error) : passingStatus.has(status)
    const breaks = (this.#find(key)?.breaks ?? 0) + 1
    if (!isPassing) {
      const isTaken = isNotBegun && status === 409 && (error as RequestError).details === undefined
      this.#set(key, { state: 'stopped', fault: error, canReplace: isTaken })
      return
    }
    this.#set(key, { state: 'broken', fault: error, breaks })
    const asked = error instanceof RequestError ? (error.retryAfterS ?? 0) * 1000 : 0
    const wait = Math.max(asked, Math.min(longestWaitMs, firstWaitMs * 2 ** (breaks - 1)))
    this.#waits.set(
      key,
      setTimeout(() => this.#again(key), wait),
    )
  }

  #again(key: string): void {
    this.#waits.delete(key)
    // Nobody is signed in: whoever comes back starts it again.
    if (!this.#isActive) return
    this.#set(key, { state: 'queued' })
    this.#goOn()
  }

  #endWait(key: string): void {
    clearTimeout(this.#waits.get(key))
    this.#waits.delete(key)
  }

  #find(key: string): Own | undefined {
    return this.#own.find((own) => own.key === key)
  }

  #set(key: string, change: Partial<Own>): void {
    this.#own = this.#own.map((own) => (own.key === key ? { ...own, ...change } : own))
    this.#changed()
  }
}

/** The product did not take the announcement. */
class NotBegun extends Error {
  constructor(cause: unknown) {
    super('the upload was not begun', { cause })
  }
}

/** From where to go on where less has come than was thought. @throws the error where it says nothing of that. */
function rest(error: unknown, from: number): number {
  const details = error instanceof RequestError && error.status === 409 ? error.details : null
  const received = (details as { received?: unknown } | null | undefined)?.received
  // The same place again would never end.
  if (typeof received === 'number' && received < from) return received
  throw error
}

/** `fetch` throws a TypeError where nobody answers. */
function isConnection(error: unknown): boolean {
  return error instanceof ConnectionLost || error instanceof TypeError
}

async function giveUp(id: string): Promise<void> {
  await ask('DELETE', `library/uploads/${segment(id)}`).catch((error) => {
    if (statusOf(error) !== 404) throw error
  })
}
