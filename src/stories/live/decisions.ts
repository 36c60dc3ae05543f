import { Recent } from '../../core/recent.ts'
import type { StopEdge } from '../stop.ts'
import { type StoredPoint, type StoryPoint, storedPoint, withoutPlace } from './session.ts'

/** A step that asks the house. */
export interface HouseStep {
  /** The id of the point it is a step from, wherever in its stop that goes on. */
  readonly from: string
  readonly edge: StopEdge
  readonly isBedtime: boolean
}

/** What such a step comes to. */
export interface Decision extends HouseStep {
  readonly point: StoryPoint
}

/** The same as the store keeps it. */
export interface StoredDecision {
  readonly from: string
  readonly edge: StopEdge
  readonly is_bedtime: boolean
  readonly point: StoredPoint
}

const decisionsKept = 40

/**
 * What the house has decided in one session. Once somebody was given what a step leads to, or went there, the same step
 * comes to the same, however the house is by then. What nobody was given is decided anew when somebody is.
 */
export class Decisions {
  readonly #byStep = new Recent<string, Decision>(decisionsKept)
  readonly #given = new Set<string>()

  /** Undefined for a step that has to be worked out. */
  get(step: HouseStep): StoryPoint | undefined {
    return this.#byStep.get(keyOf(step))?.point
  }

  /** While somebody is about to be given it; the first of a step holds. */
  add(decision: Decision): void {
    const key = keyOf(decision)
    if (this.#byStep.has(key)) return
    this.#byStep.set(key, decision)
    for (const given of this.#given) if (!this.#byStep.has(given)) this.#given.delete(given)
  }

  /** Somebody has it, and so it holds, whatever was about to be given meanwhile. False where somebody had it before. */
  give(decision: Decision): boolean {
    const key = keyOf(decision)
    this.add(decision)
    if (this.#given.has(key)) return false
    this.#byStep.set(key, decision)
    this.#given.add(key)
    return true
  }

  /** In the end nobody got it, unless somebody else did. */
  drop(step: HouseStep, point: Pick<StoryPoint, 'id'>): void {
    const key = keyOf(step)
    const isOther = this.#byStep.get(key)?.point.id !== point.id
    if (!this.#given.has(key) && !isOther) this.#byStep.delete(key)
  }

  /** All that can follow from that point on, as the store keeps it. */
  storedFrom(id: string): readonly StoredDecision[] {
    const ids = new Set([withoutPlace(id)])
    const found: StoredDecision[] = []
    for (const from of ids)
      for (const decision of this.#byStep.values()) {
        if (decision.from !== from || !this.#given.has(keyOf(decision))) continue
        ids.add(withoutPlace(decision.point.id))
        const { edge, isBedtime, point } = decision
        found.push({ from, edge, is_bedtime: isBedtime, point: storedPoint(point) })
      }
    return found
  }
}

function keyOf({ from, edge, isBedtime }: HouseStep): string {
  return `${from} ${edge}${isBedtime ? ' bedtime' : ''}`
}
