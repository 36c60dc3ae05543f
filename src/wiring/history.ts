import type { SlotPress } from '../audio/slots/slot-listeners.ts'
import type { AudioAsked, OpenRequest } from '../core/audio-asked.ts'
import type { Clock } from '../core/clock.ts'
import type { Perform, PlayerCommand } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { Log } from '../core/log.ts'
import type { Queue, QueueMutation } from '../core/queue.ts'
import { Commands } from '../history/commands.ts'
import { Connection } from '../history/connection.ts'
import type { Entry, EventFacts, QueueFacts } from '../history/entry.ts'
import { History } from '../history/history.ts'
import { Requests } from '../history/requests.ts'
import type { CardPress } from '../http/api/cards.ts'
import type { EventsPage, EventsQuery } from '../http/api/events.ts'
import type { Change, Hub } from '../hub.ts'
import type { Storage } from '../storage/storage.ts'
import type { LinkState } from './cloud-link.ts'

interface HistoryInput {
  readonly storage: Storage
  /** Takes secrets out of what is kept and shown. */
  readonly redactAll: <Value>(value: Value) => Value
  readonly clock: Clock
  readonly log: Log
}

/** Why a queue card moved its queue on, where no wish of anybody's did. */
export const cardWentOn = 'the card went on'

const pressesShown = 100
const usualSeconds = 10

/** What happened in the house, also before the last start. Rejects as the store does. */
export async function openHistory({ storage, redactAll, clock, log }: HistoryInput): Promise<HouseHistory> {
  const collection = storage.collection<unknown>('history')
  const history = new History({
    store: {
      entries: () => collection.entries(),
      delete: (key) => collection.delete(key),
      setMany: (chunks) =>
        storage.setMany(chunks.map(([key, value]) => ({ collection: 'history', key, value }))),
    },
    redactAll,
    clock,
    log,
  })
  await history.start()
  return new HouseHistory(history, { redactAll, clock })
}

/** Keeps what the parts of the house do, and what followed from what. */
export class HouseHistory {
  readonly #history: History
  readonly #redactAll: HistoryInput['redactAll']
  readonly #commands: Commands
  readonly #requests: Requests
  readonly #connection: Connection
  /** What is known of an event before it is told. */
  readonly #origins = new WeakMap<PlayerEvent, { readonly cause?: string; readonly press?: SlotPress }>()
  readonly #idOfEvent = new WeakMap<PlayerEvent, string>()
  readonly #idOfPress = new WeakMap<SlotPress, string>()

  constructor(history: History, { redactAll, clock }: Pick<HistoryInput, 'redactAll' | 'clock'>) {
    this.#history = history
    this.#redactAll = redactAll
    this.#commands = new Commands({ history, clock })
    this.#requests = new Requests({ history, clock })
    this.#connection = new Connection({ history, clock })
  }

  /** Resolves when everything is in the store. */
  stop(): Promise<void> {
    this.#connection.stop()
    return this.#history.stop()
  }

  /** Keeps what happens to players and queues. To be called before others subscribe: what they do about an event follows from it. */
  follow(hub: Hub): { stop(): void } {
    return { stop: hub.subscribe('the history', (change) => this.#changed(change)) }
  }

  /** Does the same, and keeps it. */
  kept(perform: Perform): Perform {
    return this.#commands.kept(perform)
  }

  /** The same for wishes that an event has led to. */
  keptAfter(perform: Perform, event: PlayerEvent): Perform {
    return this.#commands.kept(perform, () => this.#idOfEvent.get(event) ?? null)
  }

  asked(request: AudioAsked): OpenRequest {
    return this.#requests.asked(request)
  }

  /** Says which request an event tells of, before it is told. */
  requested(event: PlayerEvent, request: string | undefined): void {
    if (request !== undefined) this.#origins.set(event, { cause: request })
  }

  /** Says which press an event tells of, before it is told. */
  pressed(press: SlotPress, event: PlayerEvent): void {
    this.#origins.set(event, { press })
  }

  /** Marks a press as one that there never was. */
  refuted(press: SlotPress): void {
    const id = this.#idOfPress.get(press)
    if (id !== undefined) this.#history.amend(id, { counted: false })
  }

  linkChanged(state: LinkState): void {
    this.#connection.changed(state)
  }

  /** The last presses on a card, the newest first. */
  presses(cardId: string): CardPress[] {
    const { entries } = this.#history.find({ kind: 'event', type: 'button', cardId, limit: pressesShown })
    return entries.flatMap(cardPressIn)
  }

  /** @throws AppError `not_found` where there is no entry to look around. */
  events({ around, seconds = usualSeconds, since, until, ...query }: EventsQuery): EventsPage {
    const window = around === undefined ? { since, until } : this.#windowAround(around, seconds)
    const { entries, next } = this.#history.find({
      ...query,
      ...(window.since === undefined ? {} : { sinceMs: window.since }),
      ...(window.until === undefined ? {} : { untilMs: window.until }),
    })
    // Once more: a secret may have become known since.
    return { events: this.#redactAll(entries), count: entries.length, next }
  }

  #windowAround(id: string, seconds: number): { since: number; until: number } {
    const entry = this.#history.get(id)
    if (entry === undefined) throw new AppError('not_found', `the history has no entry "${id}" (any more)`)
    const atMs = Date.parse(entry.at)
    return { since: atMs - seconds * 1000, until: atMs + seconds * 1000 }
  }

  #changed(change: Change): void {
    switch (change.kind) {
      case 'event':
        this.#happened(change)
        break
      case 'queue':
        this.#queueChanged(change)
        break
      case 'queue-removed':
        this.#queueRemoved(change.name)
    }
  }

  #happened({ event, command }: { readonly event: PlayerEvent; readonly command?: PlayerCommand }): void {
    const { player, stream = null, at, ...what } = event
    const origin = this.#origins.get(event)
    const press = origin?.press ?? pressIn(event)
    const cause =
      press === null
        ? (origin?.cause ?? this.#commands.behindDeed(player, command))
        : this.#requests.behindPress(press)
    const id = this.#history.add({ kind: 'event', player, stream, cause, what: what as EventFacts }, at)
    this.#idOfEvent.set(event, id)
    if (press !== null) this.#requests.pressed(press, id)
    if (origin?.press !== undefined) this.#idOfPress.set(origin.press, id)
  }

  #queueChanged({ queue, op, because }: { queue: Queue; op: QueueMutation['op']; because: string }): void {
    const { name: stream } = queue
    const cause =
      because === cardWentOn ? this.#requests.behindStep(stream) : this.#commands.behindQueue(stream, because)
    const what = queueFacts(queue, op, because)
    this.#history.add({ kind: 'queue', player: null, stream, cause, what })
  }

  #queueRemoved(stream: string): void {
    const cause = this.#commands.behindDeletion(stream)
    this.#history.add({ kind: 'queue', player: null, stream, cause, what: deleted })
  }
}

const deleted: QueueFacts = {
  type: 'deleted',
  because: null,
  items: 0,
  current: null,
  playlist: null,
  closed: false,
  version: null,
}

function queueFacts(queue: Queue, type: QueueMutation['op'], because: string): QueueFacts {
  const { items, playlist, closed, version } = queue
  const current = items.find(({ id }) => id === queue.current)?.file ?? null
  return { type, because, items: items.length, current, playlist, closed, version }
}

/** A press that was read off the player's words alone; no queue goes on by it. */
function pressIn(event: PlayerEvent) {
  if (event.type !== 'button') return null
  const { player, card_id, chapter_key, via } = event
  return { stream: null, player, card_id, place: chapter_key, via }
}

function cardPressIn({ at, player, what }: Entry): CardPress[] {
  if (what.type !== 'button' || (what.button !== 'left' && what.button !== 'right')) return []
  const { button, chapter_key, via, counted = true } = what
  return [{ at, player, button, place: chapter_key ?? '', via, counted }]
}
