import { Readable } from 'node:stream'
import type { Context } from 'koa'
import { type Clock, every, isoOf } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { type Outlooks, toldQueue } from '../core/queue-outlook.ts'
import type {
  Health,
  LiveCatchUp,
  LiveChange,
  LiveMessage,
  LiveSnapshot,
  NumberedMessage,
} from './live-event.ts'

/** What there is to look at, and who tells when it changes. */
export interface LiveHouse {
  players(): LiveSnapshot['players']
  queues(): LiveSnapshot['queues']
  readonly outlooks: Pick<Outlooks, 'of'>
  health(): Health
  /** `name` tells a log who listens. Returns what ends it. */
  subscribe(name: string, receive: (change: LiveChange) => void): () => void
}

interface LiveOptions {
  readonly house: LiveHouse
  /** Parts the messages of this run from those of an earlier one; letters and digits. */
  readonly run: string
  readonly clock: Clock
  readonly log: Log
}

const beatMs = 15_000
const retryMs = 2000
// Some minutes of a lively house; who was away for longer gets a snapshot.
const remembered = 200
// More than a snapshot of a large house; who lets so much pile up does not read.
const mostWaitingBytes = 1024 * 1024
// A browser opens six connections to one origin; this is a household of open tabs.
const mostListeners = 100

/**
 * Server-sent events of what changes, and the same by asking. Remembers the last changes, so that a listener
 * that was away for a moment gets just those.
 */
export class Live {
  readonly #options: LiveOptions
  readonly #listeners = new Set<Readable>()
  /** Those of them that hear what is for admins. */
  readonly #deciders = new WeakSet<Readable>()
  readonly #past: NumberedMessage[] = []
  #count = 0
  #health = ''
  #stops: (() => void)[] = []
  #isHealthDue = false

  constructor(options: LiveOptions) {
    this.#options = options
  }

  start(): void {
    const { house, clock } = this.#options
    this.#health = JSON.stringify(house.health())
    this.#stops = [
      house.subscribe('live events', (change) => this.#changed(change)),
      every(clock, beatMs, () => this.#beat()),
    ]
  }

  /** Every listener is hung up on; it will come again to whoever answers then. */
  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
    for (const listener of [...this.#listeners]) listener.destroy()
  }

  /** Health has no single place where it changes: it is compared when somebody says so, with every other change, and at each beat. */
  healthChanged(): void {
    const health = this.#options.house.health()
    const text = JSON.stringify(health)
    if (text === this.#health) return
    this.#health = text
    this.#tell({ event: 'health', data: health })
  }

  /** How many listen now. */
  get listeners(): number {
    return this.#listeners.size
  }

  /** What a listener that has come as far as `since` has missed; null stands for one that is new. */
  catchUp(since: string | null): LiveCatchUp {
    const messages = this.#after(since) ?? [this.#snapshot()]
    return { id: this.#id(), messages }
  }

  /**
   * Answers with a stream of events that ends when the listener leaves; null for a question without one. `decides`: the
   * listener hears what is for admins, too.
   * @throws AppError `unavailable` when too many listen already.
   */
  listen(ctx: Context, { decides = false } = {}): Readable | null {
    if (this.#listeners.size >= mostListeners)
      throw new AppError('unavailable', `${mostListeners} pages look on already: close some of them`)
    ctx.set('Cache-Control', 'no-store')
    ctx.set('X-Accel-Buffering', 'no')
    ctx.type = 'text/event-stream'
    ctx.status = 200
    if (ctx.method === 'HEAD') return null
    const listener = new Readable({ read: () => undefined })
    this.#listeners.add(listener)
    if (decides) this.#deciders.add(listener)
    listener.once('close', () => this.#listeners.delete(listener))
    listener.push(`retry: ${retryMs}\n\n`)
    for (const message of this.catchUp(ctx.get('last-event-id') || null).messages)
      listener.push(textOf(message))
    ctx.body = listener
    return listener
  }

  #changed(change: LiveChange): void {
    // Whoever is away misses nothing by it, and what is remembered has better uses.
    if ((change.kind === 'upload' || change.kind === 'card') && change.passing) {
      this.#send(textOf(messageOf(change, this.#options.house)))
      return
    }
    if (change.kind === 'rule-traces') {
      const deciders = [...this.#listeners].filter((listener) => this.#deciders.has(listener))
      this.#send(textOf(messageOf(change, this.#options.house)), deciders)
      return
    }
    this.#tell(messageOf(change, this.#options.house))
    this.#healthSoon()
  }

  /** Once behind all changes of the moment: what makes the health up is asked for in many places. */
  #healthSoon(): void {
    if (this.#isHealthDue) return
    this.#isHealthDue = true
    setImmediate(() => {
      this.#isHealthDue = false
      if (this.#stops.length > 0) this.healthChanged()
    })
  }

  #beat(): void {
    this.healthChanged()
    this.#send(': still here\n\n')
  }

  #tell(message: LiveMessage): void {
    this.#count += 1
    const numbered = { ...message, id: this.#id() }
    this.#past.push(numbered)
    if (this.#past.length > remembered) this.#past.shift()
    this.#send(textOf(numbered))
  }

  #send(text: string, listeners: readonly Readable[] = [...this.#listeners]): void {
    for (const listener of listeners) {
      if (listener.readableLength <= mostWaitingBytes) {
        listener.push(text)
        continue
      }
      this.#options.log.info('a page that looks on but does not read was hung up on')
      this.#listeners.delete(listener)
      listener.destroy()
    }
  }

  #snapshot(): NumberedMessage {
    const { house, clock } = this.#options
    const data = {
      at: isoOf(clock.now()),
      players: house.players(),
      queues: house.queues().map((queue) => toldQueue(queue, house.outlooks.of(queue))),
      health: house.health(),
    }
    return { event: 'snapshot', data, id: this.#id() }
  }

  /** null where it cannot be told: an id of another run, or one from too long ago. */
  #after(since: string | null): NumberedMessage[] | null {
    const { run } = this.#options
    if (since === null || !since.startsWith(`${run}-`)) return null
    const count = since.slice(run.length + 1)
    const missed = this.#count - Number(count)
    if (!/^\d{1,15}$/.test(count) || missed < 0 || missed > this.#past.length) return null
    return missed === 0 ? [] : this.#past.slice(-missed)
  }

  #id(): string {
    return `${this.#options.run}-${this.#count}`
  }
}

function messageOf(change: LiveChange, { outlooks }: LiveHouse): LiveMessage {
  switch (change.kind) {
    case 'player':
      return { event: 'player', data: change.player }
    case 'player-removed':
      return { event: 'player-removed', data: { id: change.id } }
    case 'queue':
      return { event: 'queue', data: toldQueue(change.queue, outlooks.of(change.queue)) }
    case 'queue-removed':
      return { event: 'queue-removed', data: { name: change.name } }
    case 'library':
      return { event: 'library', data: {} }
    case 'upload':
      return { event: 'upload', data: change.upload }
    case 'upload-removed':
      return { event: 'upload-removed', data: { id: change.id } }
    case 'cards':
      return { event: 'cards', data: {} }
    case 'card':
      return { event: 'card', data: change.card }
    case 'event':
      return { event: 'event', data: change.event }
    case 'input':
      return { event: 'input', data: change.input }
    case 'rule-traces':
      return { event: 'rule-traces', data: { rules: change.rules } }
  }
}

// JSON has no line breaks, which would end a field.
function textOf({ event, data, ...message }: LiveMessage | NumberedMessage): string {
  const id = 'id' in message ? `id: ${message.id}\n` : ''
  return `${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
