import type { Clock } from '../../core/clock.ts'
import type { Also, Collection } from '../../core/collection.ts'
import { Recent } from '../../core/recent.ts'
import type { StopEdge } from '../stop.ts'
import type { StoryVersions } from '../versions.ts'
import { Decisions, type HouseStep } from './decisions.ts'
import type { StoryPoint, StoryRun } from './session.ts'
import { isStored, restore, storedSession } from './stored-session.ts'

/** Whose story it is: the surest name first, which is the player's where that can be told. */
export interface Listener {
  readonly story: string
  readonly player: string | null
  readonly card_id: string | null
  readonly names: readonly [string, ...string[]]
}

/** A point, in the version and with the chance of the story that it is a point of, and what led to it. */
export interface Reached {
  readonly point: StoryPoint
  readonly run: StoryRun & { readonly version: string }
  /** The id of the point before, null at the beginning; absent where no step of the listener led here. */
  readonly from?: string | null
  /** How it came here from there. */
  readonly edge?: StopEdge
  /** The step to it, where that has asked the house. */
  readonly step?: HouseStep
  /** Somebody was told that it has come to be. */
  isTold?: boolean
}

/** A beginning that somebody was given and that is not current yet. */
export interface Begun {
  /** Null for the first scene. */
  readonly scene: string | null
  readonly reached: Reached
  readonly atMs: number
  /** It was given in the run before. */
  readonly isRestored: boolean
}

/** Somebody in a story that is run live. */
export interface Session {
  readonly story: string
  player: string | null
  card_id: string | null
  /** Where it is; null where it is over, or was never begun. */
  current: Reached | null
  /** How far its stop has been heard, in ms, as far as the player says. */
  heardMs: number
  /** When it came to where it is. */
  sinceMs: number
  /** When something was heard of it last, in ms. */
  atMs: number
  /** When the card was put in last, and when it was taken out. */
  insertedMs: number
  removedMs: number
  /** Where it was asked for last. */
  address: string | null
  /** Until then the scene of bedtime takes the place of the next question. */
  bedtimeUntilMs: number
  /** By id: where it was, may be next, and might go back to. */
  readonly points: Recent<string, Reached>
  /** What the house has decided in it. */
  readonly decisions: Decisions
  begun: Begun | null
}

interface SessionsOptions {
  /** By line. What the store gives back is checked before it is believed. */
  readonly records: Collection<unknown>
  readonly versions: Pick<StoryVersions, 'get'>
  readonly clock: Clock
}

const sessionsKept = 1_000
const pointsKept = 40
// Who plays is known by then; before, there was only an address.
const namedLaterMs = 10 * 60_000
// Clocks of two machines, and audio that was asked for a little before it was answered.
const marginMs = 2_000
// A player speaks every five seconds, and a scene is long.
const toldAgainMs = 10_000
// Longer than any `resume` that somebody would count on.
const keptMs = 400 * 24 * 3_600_000
// Who goes on in the morning is not sent to bed.
const bedtimeMs = 3 * 3_600_000
const soon: Also = { rows: () => [], isSoon: true }

/** Who is where in which story: durable, for each player and each story one. */
export class StorySessions {
  readonly #options: SessionsOptions
  readonly #byLine = new Recent<string, Session>(sessionsKept)
  /** By address: the line that was heard there last. */
  readonly #heardAt = new Recent<string, string>(sessionsKept)

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** Reads where everybody was; what nobody goes on from any more is dropped. Rejects as the store does. */
  async start(): Promise<void> {
    const { records, versions } = this.#options
    const stored = (await records.entries()).flatMap(([line, value]) =>
      isStored(value) && this.#nowMs - value.at_ms < keptMs ? [[line, value] as const] : [],
    )
    const lines = new Set(stored.map(([line]) => line))
    for (const [line] of await records.entries()) if (!lines.has(line)) await records.delete(line)
    for (const [line, value] of stored.sort((one, other) => one[1].at_ms - other[1].at_ms)) {
      const session = newSession(value)
      restore(session, value, versions)
      this.#byLine.set(line, session)
      if (session.address !== null) this.#heardAt.set(session.address, line)
    }
  }

  /**
   * The line by which the places know this listener's session. Whose player nobody can tell goes on with what was heard
   * last at that address; and what was begun by an address only is the player's once it is known, if that has nothing to
   * go on with.
   */
  lineOf({ story, player, card_id, names }: Listener): string {
    const addresses = (player === null ? names : names.slice(1)).map((name) => lineFor(story, name))
    // A player that only speaks has no address.
    const heardThere =
      addresses.length === 0
        ? this.#unnamedOn({ story, card_id })
        : addresses.map((address) => this.#heardAt.get(address)).find((at) => at !== undefined)
    const line = player === null ? (heardThere ?? lineFor(story, names[0])) : lineFor(story, player)
    const moved =
      heardThere === undefined || heardThere === line ? undefined : this.#movable(heardThere, line)
    const session = moved ?? this.#byLine.get(line) ?? newSession({ story, player, card_id })
    session.player = player ?? session.player
    session.card_id = card_id ?? session.card_id
    session.address = addresses[0] ?? session.address
    for (const address of addresses) this.#heardAt.set(address, line)
    this.#byLine.set(line, session)
    if (moved !== undefined && heardThere !== undefined) {
      this.#byLine.delete(heardThere)
      this.#move(heardThere, line).catch(() => undefined)
    }
    return line
  }

  /** The line of the only one that was heard on the card a moment ago and is no player that anybody knows. */
  #unnamedOn({ story, card_id }: Pick<Listener, 'story' | 'card_id'>): string | undefined {
    const unnamed = [...this.#byLine].filter(
      ([, session]) =>
        session.player === null &&
        session.story === story &&
        session.card_id === card_id &&
        this.#nowMs - session.atMs < namedLaterMs,
    )
    return unnamed.length === 1 ? unnamed[0]?.[0] : undefined
  }

  /** What an address has begun, where its player is known now and has nothing to go on with. */
  #movable(from: string, to: string): Session | undefined {
    const session = this.#byLine.get(from)
    const isRecent = session !== undefined && this.#nowMs - session.atMs < namedLaterMs
    const hasOwn = this.#byLine.get(to)?.current != null
    return isRecent && session.player === null && !hasOwn ? session : undefined
  }

  /** The card has left the player. */
  removed(line: string): void {
    const session = this.#byLine.get(line)
    if (session !== undefined) session.removedMs = this.#nowMs
  }

  async #move(from: string, to: string): Promise<void> {
    const session = this.#byLine.get(to)
    if (session !== undefined) await this.#options.records.set(to, storedSession(session))
    await this.#options.records.delete(from)
  }

  /** The versions that somebody is in the middle of. */
  versions(): Set<string> {
    return new Set([...this.#byLine.values()].flatMap(({ current }) => current?.run.version ?? []))
  }

  get(line: string): Session | undefined {
    return this.#byLine.get(line)
  }

  /** Rejects as the store does. */
  async keep(line: string): Promise<void> {
    const session = this.#byLine.get(line)
    if (session === undefined) return
    session.atMs = this.#nowMs
    session.sinceMs = this.#nowMs
    await this.#options.records.set(line, storedSession(session))
  }

  /** Whether the story that is told there has a scene of bedtime: it takes the place of the next question. */
  async bedtime(line: string): Promise<boolean> {
    const session = this.#byLine.get(line)
    if (session?.current == null || session.current.run.compiled.story.bedtime === null) return false
    session.bedtimeUntilMs = this.#nowMs + bedtimeMs
    await this.#options.records.set(line, storedSession(session))
    return true
  }

  /**
   * Somebody is given what the house has decided, of a step or of a telling that is begun: from now on, and for the next
   * run, that is decided. Never rejects: what cannot be stored is heard all the same.
   */
  async decided(
    line: string,
    reached: Reached,
    begun: { readonly scene: string | null } | null,
  ): Promise<void> {
    const session = this.#byLine.get(line)
    if (session === undefined || reached.run.compiled.story.asks === undefined) return
    if (begun !== null) session.begun = { scene: begun.scene, reached, atMs: this.#nowMs, isRestored: false }
    else if (reached.step === undefined) return
    else if (!session.decisions.give({ ...reached.step, point: reached.point })) return
    await this.#options.records.set(line, storedSession(session)).catch(() => undefined)
  }

  /**
   * The player says how far it has played what it is at. Words that are of what it was at before are let pass: nobody has
   * heard more than there was time for.
   */
  heard(line: string, playedMs: number): void {
    const session = this.#byLine.get(line)
    if (session?.current == null || playedMs > this.#nowMs - session.sinceMs + marginMs) return
    session.heardMs = session.current.point.fromMs + playedMs
    if (this.#nowMs - session.atMs < toldAgainMs) return
    session.atMs = this.#nowMs
    void this.#options.records.set(line, storedSession(session), soon).catch(() => undefined)
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}

/** The line of a player in a story. */
function lineFor(story: string, who: string): string {
  return `${story}\n${who}`
}

function newSession({ story, player, card_id }: Pick<Session, 'story' | 'player' | 'card_id'>): Session {
  return {
    ...{ story, player, card_id },
    current: null,
    heardMs: 0,
    sinceMs: Number.NEGATIVE_INFINITY,
    atMs: Number.NEGATIVE_INFINITY,
    insertedMs: Number.NEGATIVE_INFINITY,
    removedMs: Number.NEGATIVE_INFINITY,
    address: null,
    bedtimeUntilMs: Number.NEGATIVE_INFINITY,
    points: new Recent(pointsKept),
    decisions: new Decisions(),
    begun: null,
  }
}
