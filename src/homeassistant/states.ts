import { messageOf } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import type { HomeAssistantLink } from './link.ts'
import type { Session } from './session.ts'

/** An entity's state went from one to another, just now. */
export interface EntityChange {
  readonly entity: string
  /** Null: it was not there, or is not any more. */
  readonly from: string | null
  readonly to: string | null
  readonly attributes: JsonObject
  /** Since when it is so: milliseconds since 1970; null where Home Assistant did not say. */
  readonly sinceMs: number | null
}

/** What is known of an entity without anything having happened: at the first look, and after Home Assistant was away. */
export interface EntityKnown {
  readonly entity: string
  /** Null: it cannot be told, as there is no such entity or Home Assistant is away. */
  readonly state: string | null
  readonly sinceMs: number | null
  /** Whether it is the first that is known of it since the start of the product. */
  readonly isFirst: boolean
}

interface EntityState {
  readonly state: string
  readonly attributes: JsonObject
  readonly sinceMs: number | null
}

interface Listener {
  changed(change: EntityChange): void
  known(known: EntityKnown): void
}

/** These are no states: they say that the state is not known. */
export const notKnown: ReadonlySet<string> = new Set(['unavailable', 'unknown'])

interface StatesOptions {
  readonly link: Pick<HomeAssistantLink, 'onConnect' | 'onLost' | 'need'>
  readonly listener: Listener
  readonly log: Log
}

interface Subscription {
  readonly session: Session
  readonly entities: readonly string[]
  /** Null until Home Assistant has taken it. */
  id: number | null
  /** Whether it has told how things stand; from then on it tells what changes. */
  hasSnapshot: boolean
}

/**
 * The states of the entities that somebody watches, and of no others: a big house has thousands. They are one
 * subscription (`subscribe_entities`); when others are watched a new one takes its place, and nothing is missed or told
 * twice between the two.
 */
export class EntityStates {
  readonly #options: StatesOptions
  /** By entity: how many watch it. */
  readonly #watched = new Map<string, number>()
  readonly #states = new Map<string, EntityState | null>()
  /** Those of which nothing has been told since the start of the product. */
  readonly #untold = new Set<string>()
  /** Those of which it was said that they are not there. */
  readonly #missing = new Set<string>()
  #session: Session | null = null
  #subscription: Subscription | null = null
  #isDue = false
  #isStarted = false

  constructor(options: StatesOptions) {
    this.#options = options
    const { link } = options
    link.onConnect((session) => {
      this.#session = session
      this.#subscribe()
    })
    link.onLost(() => this.#lost())
  }

  /** Of the entities that are watched by now, the first that is known is told as such. */
  start(): void {
    this.#isStarted = true
  }

  /** Returns what ends it. */
  watch(entity: string): () => void {
    const watching = this.#watched.get(entity) ?? 0
    this.#watched.set(entity, watching + 1)
    if (!this.#isStarted) this.#untold.add(entity)
    if (watching === 0) this.#changeSoon()
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      const left = (this.#watched.get(entity) ?? 1) - 1
      if (left > 0) this.#watched.set(entity, left)
      else {
        this.#watched.delete(entity)
        this.#changeSoon()
      }
    }
  }

  /** As it is now; null where it is not known, or nobody watches it. */
  stateOf(entity: string): string | null {
    const state = this.#states.get(entity)?.state ?? null
    return state === null || notKnown.has(state) ? null : state
  }

  /** Rules that are read again are taken out and set up in one go: only what comes of it counts. */
  #changeSoon(): void {
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      if (this.#watched.size > 0) this.#options.link.need()
      this.#subscribe()
    })
  }

  #subscribe(): void {
    const session = this.#session
    if (session === null) return
    const entities = [...this.#watched.keys()].sort()
    const before = this.#subscription
    if (before?.session === session && isSame(before.entities, entities)) return
    if (entities.length === 0) {
      this.#subscription = null
      this.#states.clear()
      if (before !== null) this.#end(before)
      return
    }
    const next: Subscription = { session, entities, id: null, hasSnapshot: false }
    this.#subscription = next
    const heard = (event: JsonObject) => {
      if (next.hasSnapshot) return this.#changes(event)
      next.hasSnapshot = true
      this.#snapshot(isJsonObject(event.a) ? event.a : {}, entities)
      if (before?.session === session) this.#end(before)
    }
    session.subscribe({ type: 'subscribe_entities', entity_ids: entities }, heard).then(
      (id) => {
        next.id = id
        // Others are watched by now, and theirs told how things stand before this one was taken.
        const current = this.#subscription
        if (current !== next && (current === null || current.hasSnapshot)) this.#end(next)
      },
      (error) => {
        this.#options.log.error('Home Assistant does not tell of the entities that rules name', {
          error: messageOf(error),
        })
        if (this.#session === session) session.close()
      },
    )
  }

  #end({ session, id }: Subscription): void {
    if (id === null || session !== this.#session) return
    session.unsubscribe(id).catch(() => undefined)
  }

  #snapshot(states: JsonObject, entities: readonly string[]): void {
    for (const entity of [...this.#states.keys()]) if (!this.#watched.has(entity)) this.#states.delete(entity)
    for (const entity of entities) {
      if (!this.#watched.has(entity)) continue
      const before = this.#states.get(entity)
      const now = stateIn(states[entity])
      this.#states.set(entity, now)
      if (now === null) this.#sayMissing(entity)
      if (before !== undefined && before?.state === now?.state && before?.sinceMs === now?.sinceMs) continue
      this.#tellKnown(entity, now)
    }
  }

  /** Once: it may come yet, as while Home Assistant starts. */
  #sayMissing(entity: string): void {
    if (this.#missing.has(entity)) return
    this.#missing.add(entity)
    this.#options.log.warn(`Home Assistant has no entity "${entity}"; rules that name it wait for it`)
  }

  #changes({ a: added, r: removed, c: changed }: JsonObject): void {
    for (const [entity, written] of Object.entries(isJsonObject(added) ? added : {}))
      this.#put(entity, stateIn(written))
    for (const entity of Array.isArray(removed) ? removed : []) this.#put(String(entity), null)
    for (const [entity, diff] of Object.entries(isJsonObject(changed) ? changed : {})) {
      const before = this.#states.get(entity)
      if (before != null && isJsonObject(diff)) this.#put(entity, changedBy(diff, before))
    }
  }

  #put(entity: string, now: EntityState | null): void {
    const before = this.#states.get(entity)
    if (before === undefined) return
    this.#states.set(entity, now)
    const from = before?.state ?? null
    const to = now?.state ?? null
    if (from === to) return
    const wasUntold = this.#untold.has(entity)
    if (wasUntold) this.#tellKnown(entity, now)
    const { attributes = {}, sinceMs = null } = now ?? {}
    this.#options.listener.changed({ entity, from, to, attributes, sinceMs })
  }

  #tellKnown(entity: string, now: EntityState | null): void {
    const state = now?.state ?? null
    const isFirst = this.#untold.has(entity) && state !== null && !notKnown.has(state)
    if (isFirst) this.#untold.delete(entity)
    this.#options.listener.known({ entity, state, sinceMs: now?.sinceMs ?? null, isFirst })
  }

  #lost(): void {
    this.#session = null
    this.#subscription = null
    const known = [...this.#states.keys()]
    // What they are when it is back is no change that anybody saw.
    this.#states.clear()
    for (const entity of known)
      this.#options.listener.known({ entity, state: null, sinceMs: null, isFirst: false })
  }
}

/** The short form in which states are told: `s` state, `a` attributes, `lc` when it last changed, in seconds. */
function stateIn(written: unknown): EntityState | null {
  if (!isJsonObject(written) || typeof written.s !== 'string') return null
  const { s: state, a: attributes, lc } = written
  return { state, attributes: isJsonObject(attributes) ? attributes : {}, sinceMs: msIn(lc) }
}

/** `+`: what is new or other, `-`: which attributes are gone. */
function changedBy({ '+': added, '-': gone }: JsonObject, before: EntityState): EntityState {
  const { s, a, lc } = isJsonObject(added) ? added : {}
  const attributes = { ...before.attributes, ...(isJsonObject(a) ? a : {}) }
  const names = isJsonObject(gone) && Array.isArray(gone.a) ? gone.a.map(String) : []
  return {
    state: typeof s === 'string' ? s : before.state,
    attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name))),
    sinceMs: lc === undefined ? before.sinceMs : msIn(lc),
  }
}

function msIn(seconds: unknown): number | null {
  return typeof seconds === 'number' ? Math.round(seconds * 1000) : null
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((entity, at) => entity === other[at])
}
