import type { Clock } from '../../core/clock.ts'
import type { Judgement } from '../../core/slot.ts'
import type { Story } from '../../core/story.ts'
import type { StoryNews } from '../../core/story-news.ts'
import { compiled } from '../compiled.ts'
import { NoWayOn, type Sound, type StopEdge, soundsOf } from '../stop.ts'
import type { StoryVersions } from '../versions.ts'
import { askedNow, type HouseGround } from './asking.ts'
import type { HouseStep } from './decisions.ts'
import { newsOf } from './news.ts'
import { beginAt, pointAfter, type StoryPoint, takenUp, withoutPlace } from './session.ts'
import type { Reached, Session, StorySessions } from './sessions.ts'

/** How one goes on in a story. */
export type StoryStep =
  | { readonly kind: 'stay' }
  /** To its end at once. */
  | { readonly kind: 'over' }
  /** Anew, from the scene that is given or the first one; the chance of all that follows is in the seed. */
  | { readonly kind: 'begin'; readonly scene: string | null; readonly seed: number }
  /** In the same stop, so many ms behind its beginning. */
  | { readonly kind: 'take-up'; readonly atMs: number }
  /** The same, but not in a silence: there with what was heard before it. */
  | { readonly kind: 'resume'; readonly atMs: number }
  /** `heardMs`: how far its stop was heard, from its beginning. */
  | { readonly kind: 'edge'; readonly edge: StopEdge; readonly heardMs: number }

/** What is heard of a stop, from there on. */
export interface Heard {
  readonly story: Story
  readonly scene: string
  readonly sounds: readonly Sound[]
  readonly fromMs: number
}

interface Way {
  readonly stream: string
  readonly judgement: Judgement
  readonly isCommanded: boolean
  readonly playedMs: number | null
}

interface Going {
  readonly isOver: boolean
  readonly isNew: boolean
  readonly playingMs: number | null
}

interface Found<Body> {
  readonly id: string | null
  readonly body: Body | null
}

interface StoryPlacesOptions<Body> extends HouseGround {
  readonly sessions: StorySessions
  readonly versions: StoryVersions
  /** The story as it is written now. */
  readonly story: (id: string) => Story | undefined
  /** Null where it cannot be played at all. */
  readonly body: (heard: Heard) => Promise<Body | null>
  /** Where what is heard then begins that makes sense of it, in ms: of a silence, what was heard before. */
  readonly lead: (heard: Heard, atMs: number) => Promise<number>
  readonly happened: (news: StoryNews) => void
  /** It cannot go on, which is a fault of the story. */
  readonly failed: (story: string, error: NoWayOn) => void
  readonly random: () => number
  readonly clock: Clock
}

// Who presses as the scene begins has pressed for the one before (rules-and-stories §8.3).
const deafMs = 500
// Who comes back hears a little of what was heard before.
const backMs = 3_000
// Out and in again so soon after it was put in: that is the wish to start over.
const againWithinMs = 20_000
// A player speaks every five seconds.
const underWayMs = 60_000
const seeds = 2 ** 32
// A player says where it is within seconds, and one that was paused somewhat later.
const begunKeptMs = 10 * 60_000

/**
 * What the places of a card play that runs a story live: items are the points of a session, and the line of a place is
 * the listener's session. What a step comes to is worked out once, also of chance, however often it is looked at. What
 * the house decides is decided when somebody is given what it leads to, or goes there, and never again.
 */
export class StoryPlaces<Body> {
  readonly stay: StoryStep = { kind: 'stay' }
  /** An ending says it. */
  readonly waitsAtItsEnd = false
  readonly #options: StoryPlacesOptions<Body>

  constructor(options: StoryPlacesOptions<Body>) {
    this.#options = options
  }

  isOpen(line: string): boolean {
    return this.#session(line) !== undefined
  }

  current(line: string): string | null {
    return this.#session(line)?.current?.point.id ?? null
  }

  has(line: string, id: string | null): boolean {
    return id === null || this.#session(line)?.points.get(id) !== undefined
  }

  stepOf(
    { stream: line, judgement, isCommanded, playedMs }: Way,
    { isOver, isNew, playingMs }: Going,
  ): StoryStep {
    const session = this.#session(line)
    const current = session?.current ?? null
    if (judgement.kind === 'inserted')
      return session === undefined ? this.stay : this.#inserted(session, isCommanded)
    if (isOver || current === null)
      return judgement.kind === 'press' || (judgement.kind === 'again' && isNew) ? this.begun() : this.stay
    const sinceMs = playedMs ?? playingMs
    const heardMs = current.point.fromMs + (sinceMs ?? 0)
    if (judgement.kind === 'again') return this.stay
    const isOn = judgement.kind === 'end' || (isCommanded && judgement.button === 'right')
    if (isOn) return { kind: 'edge', edge: 'end', heardMs }
    if (isCommanded) return { kind: 'take-up', atMs: 0 }
    if (sinceMs !== null && sinceMs < deafMs) return { kind: 'take-up', atMs: heardMs }
    return { kind: 'edge', edge: judgement.button, heardMs }
  }

  /** Whoever looks may play what is found without a word before it does: from now on, that is what the step comes to. */
  async look(line: string, { from, by }: { from: string | null; by: StoryStep }): Promise<Found<Body>> {
    const reached = await this.#reached(line, from, by)
    return this.#givenOrDropped(line, reached, async () => {
      const found = await this.#found(reached)
      if (reached !== null)
        await this.#options.sessions.decided(line, reached, by.kind === 'begin' ? by : null)
      return found
    })
  }

  async go(line: string, { from, by }: { from: string | null; by: StoryStep }): Promise<Found<Body>> {
    const reached = await this.#reached(line, from, by)
    return this.#givenOrDropped(line, reached, async () =>
      this.settle(line, from, await this.#found(reached)),
    )
  }

  async settle(line: string, from: string | null, found: Found<Body>): Promise<Found<Body>> {
    const session = this.#session(line)
    if (session === undefined) return { id: null, body: null }
    if (this.current(line) !== from || found.id === from) return this.#asItIs(line, found)
    const before = session.current
    const after = found.id === null ? null : (session.points.get(found.id) ?? null)
    session.current = after
    session.begun = null
    if (after?.step !== undefined) session.decisions.give({ ...after.step, point: after.point })
    session.heardMs = after?.point.fromMs ?? 0
    if (after === null || after.from === null || isBedtime(after))
      session.bedtimeUntilMs = Number.NEGATIVE_INFINITY
    await this.#options.sessions.keep(line)
    const news = newsOf(session, before, after)
    if (news !== null) this.#options.happened(news)
    return found
  }

  /** Somebody in the house has it go on otherwise: what it comes to is what the listener gets next. Rejects as the store does. */
  async steer(line: string, by: StoryStep): Promise<void> {
    const from = this.current(line)
    const reached = await this.#reached(line, from, by)
    await this.settle(line, from, { id: reached?.point.id ?? null, body: null })
  }

  /** The player has stopped at the end of what it played: an ending is over then, whether anything more is asked for or not. */
  async stopped(line: string): Promise<void> {
    const exit = this.#session(line)?.current?.point.stop.passage.scene.exit
    if (exit?.kind === 'ending') await this.steer(line, { kind: 'over' })
  }

  /** Where it would go on if the card were put in; of a story that is over, its beginning. */
  resumed(line: string): StoryStep {
    const session = this.#session(line)
    return session === undefined ? this.stay : this.#goneOn(session)
  }

  /** Anew, from the scene that is given or the first one. */
  begun(scene: string | null = null): StoryStep {
    return { kind: 'begin', scene, seed: Math.floor(this.#options.random() * seeds) }
  }

  async body(line: string, id: string | null): Promise<Body | null> {
    const reached = id === null ? undefined : this.#session(line)?.points.get(id)
    return reached === undefined ? null : this.#body(reached)
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }

  /** What the house has decided and nobody was given in the end, it may decide otherwise the next time. */
  async #givenOrDropped<Result>(
    line: string,
    reached: Reached | null,
    give: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await give()
    } finally {
      if (reached?.step !== undefined) this.#session(line)?.decisions.drop(reached.step, reached.point)
    }
  }

  #session(line: string): Session | undefined {
    return this.#options.sessions.get(line)
  }

  /** The same where nobody has gone on meanwhile, else what is current by now. */
  #asItIs(line: string, found: Found<Body>): Promise<Found<Body>> | Found<Body> {
    const current = this.current(line)
    return current === found.id ? found : this.look(line, { from: current, by: this.stay })
  }

  /** Where it was, unless that is too long ago, or the card came out and in again to start over. */
  #inserted(session: Session, isCommanded: boolean): StoryStep {
    const { story, current, insertedMs, removedMs, sinceMs, atMs } = session
    const nowMs = this.#nowMs
    // Whoever has it led there, or only hears the scene again, is in the middle of it.
    const isUnderWay = current !== null && nowMs - Math.max(sinceMs, atMs) < underWayMs
    if (isCommanded) return isUnderWay ? { kind: 'take-up', atMs: 0 } : this.#goneOn(session)
    const isAgain = removedMs > insertedMs && nowMs - insertedMs < againWithinMs
    session.insertedMs = nowMs
    return isAgain ? this.begun(this.#options.story(story)?.home ?? null) : this.#goneOn(session)
  }

  /** A little before where it was; an ending that somebody has heard is over. */
  #goneOn({ current, heardMs, atMs }: Session): StoryStep {
    const resumeMs = current?.run.compiled.story.resumeMs ?? null
    if (current === null || resumeMs === null || this.#nowMs - atMs > resumeMs) return this.begun()
    const { stop, fromMs } = current.point
    const isFarther = heardMs - fromMs > backMs
    const isEnding = stop.passage.scene.exit.kind === 'ending'
    if (isEnding && isFarther) return this.begun()
    return isFarther ? { kind: 'resume', atMs: heardMs - backMs } : this.stay
  }

  async #reached(line: string, from: string | null, by: StoryStep): Promise<Reached | null> {
    const session = this.#session(line)
    if (session === undefined) return null
    const at = from === null ? null : (session.points.get(from) ?? null)
    try {
      return await this.#after(session, at, by)
    } catch (error) {
      if (!(error instanceof NoWayOn)) throw error
      this.#options.failed(session.story, error)
      return null
    }
  }

  async #after(session: Session, at: Reached | null, by: StoryStep): Promise<Reached | null> {
    if (by.kind === 'begin') return this.#begun(session, by)
    if (by.kind === 'over') return null
    if (at === null || by.kind === 'stay') return at
    const known = (point: StoryPoint, how: Pick<Reached, 'from' | 'edge' | 'step'> = {}): Reached => {
      const reached = session.points.get(point.id) ?? { point, run: at.run, ...how }
      session.points.set(point.id, reached)
      return reached
    }
    if (by.kind === 'take-up') return known(takenUp(at.point, by.atMs))
    if (by.kind === 'resume') return known(takenUp(at.point, await this.#options.lead(heardAt(at), by.atMs)))
    const { edge } = by
    const step = { from: withoutPlace(at.point.id), edge, isBedtime: this.#nowMs < session.bedtimeUntilMs }
    const following = this.#following(session, at, step)
    if (following === 'over') return null
    if (following === null) return known(takenUp(at.point, by.heardMs))
    const asks = at.run.compiled.story.asks !== undefined
    return known(following, { from: at.point.id, edge, ...(asks ? { step } : {}) })
  }

  /** Only what was not decided before is asked. */
  #following(session: Session, { point, run }: Reached, step: HouseStep): StoryPoint | 'over' | null {
    const decided = session.decisions.get(step)
    if (decided !== undefined) return decided
    const compiled = askedNow(run.compiled, session, this.#options)
    const following = pointAfter({ ...run, compiled, isBedtime: step.isBedtime }, point, step.edge)
    const isAsked = run.compiled.story.asks !== undefined && following !== null && following !== 'over'
    if (isAsked) session.decisions.add({ ...step, point: following })
    return following
  }

  /** In the version that is written now. */
  async #begun(
    session: Session,
    { scene, seed }: { readonly scene: string | null; readonly seed: number },
  ): Promise<Reached | null> {
    const { story: find, versions } = this.#options
    const { begun } = session
    // It was given just before this program was started anew.
    if (begun?.isRestored && begun.scene === scene && this.#nowMs - begun.atMs < begunKeptMs) {
      session.points.set(begun.reached.point.id, begun.reached)
      return begun.reached
    }
    const story = find(session.story)
    if (story === undefined) return null
    const version = await versions.keep(story)
    const run = { compiled: versions.get(version) ?? compiled(story), version, seed, isBedtime: false }
    const asked = { ...run, compiled: askedNow(run.compiled, session, this.#options) }
    const reached: Reached = { point: beginAt(asked, scene ?? undefined), run, from: null }
    session.points.set(reached.point.id, reached)
    return reached
  }

  #body(reached: Reached): Promise<Body | null> {
    return this.#options.body(heardAt(reached))
  }

  async #found(reached: Reached | null): Promise<Found<Body>> {
    return { id: reached?.point.id ?? null, body: reached === null ? null : await this.#body(reached) }
  }
}

function heardAt({ point: { stop, fromMs }, run }: Reached): Heard {
  const { story } = run.compiled
  return { story, scene: stop.passage.scene.id, sounds: soundsOf(stop), fromMs }
}

function isBedtime({ point, run }: Reached): boolean {
  return point.stop.passage.scene.id === run.compiled.story.bedtime
}
