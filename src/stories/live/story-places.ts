import type { Clock } from '../../core/clock.ts'
import type { Judgement } from '../../core/slot.ts'
import type { Story } from '../../core/story.ts'
import type { StoryNews } from '../../core/story-news.ts'
import { compiled } from '../compiled.ts'
import { NoWayOn, type Sound, type StopEdge, soundsOf } from '../stop.ts'
import type { StoryVersions } from '../versions.ts'
import { beginAt, pointAfter, type StoryPoint, takenUp } from './session.ts'
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

interface StoryPlacesOptions<Body> {
  readonly sessions: StorySessions
  readonly versions: StoryVersions
  /** The story as it is written now. */
  readonly story: (id: string) => Story | undefined
  /** Null where it cannot be played at all. */
  readonly body: (heard: Heard) => Promise<Body | null>
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
// Out and in again so soon after it was put in: that is the wish to begin anew.
const againWithinMs = 20_000
const seeds = 2 ** 32

/**
 * What the places of a card play that runs a story live: items are the points of a session, and the line of a place is
 * the listener's session. What a step comes to is worked out once, also of chance, however often it is looked at.
 */
export class StoryPlaces<Body> {
  readonly stay: StoryStep = { kind: 'stay' }
  /** An ending says it. */
  readonly saysItsEnd = false
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
    if (judgement.kind === 'end') return { kind: 'edge', edge: 'end', heardMs }
    if (isCommanded) return { kind: 'take-up', atMs: 0 }
    if (sinceMs !== null && sinceMs < deafMs) return { kind: 'take-up', atMs: heardMs }
    return { kind: 'edge', edge: judgement.button, heardMs }
  }

  async look(line: string, { from, by }: { from: string | null; by: StoryStep }): Promise<Found<Body>> {
    const reached = await this.#reached(line, from, by)
    return { id: reached?.point.id ?? null, body: reached === null ? null : await this.#body(reached) }
  }

  async go(line: string, step: { from: string | null; by: StoryStep }): Promise<Found<Body>> {
    return this.settle(line, step.from, await this.look(line, step))
  }

  async settle(line: string, from: string | null, found: Found<Body>): Promise<Found<Body>> {
    const session = this.#session(line)
    if (session === undefined) return { id: null, body: null }
    if (this.current(line) !== from || found.id === from) return this.#asItIs(line, found)
    const before = session.current
    const after = found.id === null ? null : (session.points.get(found.id) ?? null)
    session.current = after
    session.heardMs = after?.point.fromMs ?? 0
    await this.#options.sessions.keep(line)
    this.#tell(session, before, after)
    return found
  }

  /** Somebody in the house has it go on otherwise: what it comes to is what the listener gets next. Rejects as the store does. */
  async steer(line: string, by: StoryStep): Promise<void> {
    const from = this.current(line)
    const reached = await this.#reached(line, from, by)
    await this.settle(line, from, { id: reached?.point.id ?? null, body: null })
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

  #session(line: string): Session | undefined {
    return this.#options.sessions.get(line)
  }

  /** The same where nobody has gone on meanwhile, else what is current by now. */
  #asItIs(line: string, found: Found<Body>): Promise<Found<Body>> | Found<Body> {
    const current = this.current(line)
    return current === found.id ? found : this.look(line, { from: current, by: this.stay })
  }

  /** Where it was, unless that is too long ago, or the card came out and in again to begin anew. */
  #inserted(session: Session, isCommanded: boolean): StoryStep {
    const nowMs = this.#options.clock.now().getTime()
    const isAgain = !isCommanded && nowMs - session.insertedMs < againWithinMs
    if (!isCommanded) session.insertedMs = nowMs
    if (isAgain) return this.begun(this.#options.story(session.story)?.home ?? null)
    const step = this.#goneOn(session)
    return isCommanded && step.kind === 'take-up' ? { kind: 'take-up', atMs: 0 } : step
  }

  #goneOn({ current, heardMs, atMs }: Session): StoryStep {
    const resumeMs = current?.run.compiled.story.resumeMs ?? null
    const awayMs = this.#options.clock.now().getTime() - atMs
    if (current === null || resumeMs === null || awayMs > resumeMs) return this.begun()
    const isFarther = heardMs - current.point.fromMs > backMs
    return isFarther ? { kind: 'take-up', atMs: heardMs - backMs } : this.stay
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
    const known = (point: StoryPoint, edge?: StopEdge): Reached => {
      const step = edge === undefined ? {} : { from: at.point.id, edge }
      const reached = session.points.get(point.id) ?? { point, run: at.run, ...step }
      session.points.set(point.id, reached)
      return reached
    }
    if (by.kind === 'take-up') return known(takenUp(at.point, by.atMs))
    const isBedtime = this.#options.clock.now().getTime() < session.bedtimeUntilMs
    const run = { ...at.run, isBedtime }
    const following = pointAfter(run, at.point, by.edge)
    if (following === 'over') return null
    return following === null ? known(takenUp(at.point, by.heardMs)) : known(following, by.edge)
  }

  /** In the version that is written now. */
  async #begun(
    session: Session,
    { scene, seed }: { readonly scene: string | null; readonly seed: number },
  ): Promise<Reached | null> {
    const { story: find, versions } = this.#options
    const story = find(session.story)
    if (story === undefined) return null
    const version = await versions.keep(story)
    const run = { compiled: versions.get(version) ?? compiled(story), version, seed, isBedtime: false }
    const reached: Reached = { point: beginAt(run, scene ?? undefined), run, from: null }
    session.bedtimeUntilMs = Number.NEGATIVE_INFINITY
    session.points.set(reached.point.id, reached)
    return reached
  }

  #body({ point, run }: Reached): Promise<Body | null> {
    const { stop, fromMs } = point
    const { story } = run.compiled
    const scene = stop.passage.scene.id
    return this.#options.body({ story, scene, sounds: soundsOf(stop), fromMs })
  }

  /** Whoever goes back to where it was, or hears the same again, has done nothing. */
  #tell({ story, player, card_id }: Session, before: Reached | null, after: Reached | null): void {
    const isStep = after === null || after.from === null || after.from === before?.point.id
    if (!isStep || after?.point.stop.part === 'question') return
    const came = after?.from === null ? null : before
    const exit = came?.point.stop.passage.scene.exit
    this.#options.happened({
      ...{ story, player, card_id },
      choice: exit?.kind === 'question' && after?.edge !== undefined ? choiceBy[after.edge] : null,
      from: came?.point.stop.passage.scene.id ?? null,
      scene: after?.point.stop.passage.scene.id ?? null,
      ending: after === null && exit?.kind === 'ending' ? exit.name : null,
    })
  }
}

const choiceBy = { left: 'left', right: 'right', end: 'silence' } as const
