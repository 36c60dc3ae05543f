import { hash } from 'node:crypto'
import { randomFrom } from '../../core/play-order.ts'
import type { PlainValue } from '../../core/value-form.ts'
import type { CompiledStory } from '../compiled.ts'
import { goTo, passageAt } from '../journey.ts'
import { keyOf } from '../situation.ts'
import { type Chance, firstStop, type Stop, type StopEdge, stopAfter } from '../stop.ts'

/** Where somebody is in a story, and all that decides how it goes on from there. */
export interface StoryPoint {
  /** Another one for each step, and the same for the same step from the same point. */
  readonly id: string
  readonly stop: Stop
  /** Where in the stop it goes on, in ms. */
  readonly fromMs: number
  /** How many steps were made since the story was begun. */
  readonly turn: number
}

export interface StoryRun {
  readonly compiled: CompiledStory
  /** Of chance: the same picks for the same steps. */
  readonly seed: number
  /** The scene of bedtime takes the place of the next question. */
  readonly isBedtime: boolean
}

/** A point as the store keeps it. */
export interface StoredPoint {
  readonly id: string
  readonly turn: number
  readonly part: Stop['part']
  readonly scene: string
  readonly vars: Readonly<Record<string, PlainValue>>
  readonly picked: Readonly<Record<string, number>>
  readonly heard: readonly string[]
  readonly from_ms: number
}

/** The first point of a story that is begun. @throws NoWayOn */
export function beginAt({ compiled, seed }: StoryRun, scene?: string): StoryPoint {
  const stop = firstStop(compiled, chanceAt(seed, 0), scene)
  return { id: idOf([String(seed), scene ?? '', ...decidedIn(compiled, stop)]), stop, fromMs: 0, turn: 0 }
}

/** The same stop from there on; the very point where that is where it begins. */
export function takenUp(point: StoryPoint, atMs: number): StoryPoint {
  const fromMs = Math.max(0, Math.round(atMs))
  return fromMs === point.fromMs ? point : { ...point, id: `${withoutPlace(point.id)}@${fromMs}`, fromMs }
}

/**
 * The point that follows; `over` behind an ending, null for a press that does nothing. Asked again it is the same, also
 * of chance, but not of the house: what that has answered once is for the caller to keep.
 * @throws NoWayOn
 */
export function pointAfter(
  { compiled, seed, isBedtime }: StoryRun,
  point: StoryPoint,
  edge: StopEdge,
): StoryPoint | 'over' | null {
  const turn = point.turn + 1
  const chance = chanceAt(seed, turn)
  const following = stopAfter(compiled, point.stop, { edge, chance })
  if (following === null || following === 'over') return following
  const stop = isBedtime ? bedtimeInstead(compiled, point.stop, following) : following
  const path = [withoutPlace(point.id), edge, isBedtime ? 'bedtime' : '', ...decidedIn(compiled, stop)]
  return { id: idOf(path), stop, fromMs: 0, turn }
}

export function storedPoint({ id, turn, fromMs, stop: { passage, part } }: StoryPoint): StoredPoint {
  const { situation, heard } = passage.progress
  return { id, turn, part, from_ms: fromMs, ...situation, heard: [...heard] }
}

/** Null where the story has no such scene. */
export function pointIn(compiled: CompiledStory, stored: StoredPoint): StoryPoint | null {
  const { id, turn, part, scene, vars, picked, heard, from_ms } = stored
  const passage = passageAt(compiled, { situation: { scene, vars, picked }, heard: new Set(heard) })
  return passage && { id, turn, stop: { passage, part }, fromMs: from_ms }
}

/** The scene of bedtime, once, where a question would follow. */
function bedtimeInstead(compiled: CompiledStory, from: Stop, following: Stop): Stop {
  const { bedtime } = compiled.story
  const isAsked = following.passage.scene.exit.kind === 'question'
  const { progress } = from.passage
  if (bedtime === null || !isAsked || progress.situation.scene === bedtime) return following
  return { passage: goTo(compiled, progress, bedtime), part: 'scene' }
}

/** Of one step: each scene that decides in it has a number of its own, however often it is asked. */
function chanceAt(seed: number, turn: number): Chance {
  const random = randomFrom((seed ^ Math.imul(turn + 1, 0x9e3779b1)) >>> 0)
  return () => random()
}

/** What the house has answered belongs to the way there: another answer leads to another point. */
function decidedIn({ story }: CompiledStory, { passage, part }: Stop): readonly string[] {
  const { situation, heard } = passage.progress
  return story.asks === undefined ? [] : [part, keyOf(situation), ...heard]
}

/** By all that led there, so that no other way leads to the same. */
function idOf(path: readonly string[]): string {
  return hash('sha256', path.join(' '), 'base64url').slice(0, 16)
}

/** The same, wherever in its stop a point goes on. */
export function withoutPlace(id: string): string {
  return id.replace(/@\d+$/, '')
}
