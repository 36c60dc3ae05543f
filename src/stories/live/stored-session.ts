import { isJsonObject } from '../../core/json.ts'
import type { StoryVersions } from '../versions.ts'
import type { StoredDecision } from './decisions.ts'
import { pointIn, type StoredPoint, storedPoint } from './session.ts'
import type { Begun, Reached, Session } from './sessions.ts'

/** A session as the store keeps it. */
export interface StoredSession {
  readonly story: string
  readonly version: string | null
  readonly seed: number
  readonly point: StoredPoint | null
  readonly heard_ms: number
  readonly since_ms?: number
  readonly bedtime_until_ms?: number
  readonly address?: string
  readonly decided?: readonly StoredDecision[]
  readonly begun?: StoredBegun
  readonly at_ms: number
  readonly player: string | null
  readonly card_id: string | null
}

interface StoredBegun {
  readonly scene: string | null
  readonly version: string
  readonly seed: number
  readonly point: StoredPoint
  readonly at_ms: number
}

type Versions = Pick<StoryVersions, 'get'>

/** Puts into a new session what the store has kept of it. */
export function restore(session: Session, value: StoredSession, versions: Versions): void {
  const compiled = value.version === null ? undefined : versions.get(value.version)
  const point = compiled && value.point ? pointIn(compiled, value.point) : null
  session.heardMs = value.heard_ms
  session.bedtimeUntilMs = value.bedtime_until_ms ?? Number.NEGATIVE_INFINITY
  session.atMs = value.at_ms
  session.sinceMs = value.since_ms ?? value.at_ms
  session.address = value.address ?? null
  session.begun = restoredBegun(value.begun, versions)
  if (compiled === undefined || point === null || value.version === null) return
  const run = { compiled, version: value.version, seed: value.seed, isBedtime: false }
  session.current = { point, run }
  session.points.set(point.id, session.current)
  for (const one of value.decided ?? []) restoreDecision(session, one, run)
}

function restoredBegun(stored: StoredBegun | undefined, versions: Versions): Begun | null {
  const compiled = stored && versions.get(stored.version)
  const point = compiled && pointIn(compiled, stored.point)
  if (stored === undefined || compiled === undefined || !point) return null
  const { scene, version, seed, at_ms } = stored
  const run = { compiled, version, seed, isBedtime: false }
  return { scene, reached: { point, run, from: null }, atMs: at_ms, isRestored: true }
}

function restoreDecision(session: Session, stored: StoredDecision, run: Reached['run']): void {
  const { from, edge, is_bedtime: isBedtime } = stored
  const point = pointIn(run.compiled, stored.point)
  if (point === null) return
  session.decisions.give({ from, edge, isBedtime, point })
  session.points.set(point.id, { point, run, from, edge, step: { from, edge, isBedtime } })
}

/** The session as the store is to keep it. */
export function storedSession({
  story,
  player,
  card_id,
  current,
  heardMs,
  atMs,
  sinceMs,
  bedtimeUntilMs,
  address,
  decisions,
  begun,
}: Session): StoredSession {
  const decided = current === null ? [] : decisions.storedFrom(current.point.id)
  return {
    ...{ story, player, card_id },
    version: current?.run.version ?? null,
    seed: current?.run.seed ?? 0,
    point: current && storedPoint(current.point),
    heard_ms: heardMs,
    // Of a first beginning that was given and nothing more.
    at_ms: Number.isFinite(atMs) ? atMs : (begun?.atMs ?? 0),
    ...(address === null ? {} : { address }),
    ...(decided.length === 0 ? {} : { decided }),
    ...(begun === null ? {} : { begun: storedBegun(begun) }),
    ...(Number.isFinite(sinceMs) ? { since_ms: sinceMs } : {}),
    ...(Number.isFinite(bedtimeUntilMs) ? { bedtime_until_ms: bedtimeUntilMs } : {}),
  }
}

function storedBegun({ scene, reached: { point, run }, atMs }: Begun): StoredBegun {
  return { scene, version: run.version, seed: run.seed, point: storedPoint(point), at_ms: atMs }
}

/** Whether it is one; of an earlier version of this program it may lack what is optional. */
export function isStored(value: unknown): value is StoredSession {
  return isJsonObject(value) && typeof value.story === 'string' && typeof value.at_ms === 'number'
}
