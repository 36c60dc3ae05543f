import { isDeepStrictEqual } from 'node:util'
import type { CardPlan } from '../core/card-plan.ts'
import type { JsonObject } from '../core/json.ts'
import { listOf, objectOf } from './json.ts'

/** Whether the document has just the chapters and tracks of the plan, which play the same. */
export function playsAsPlanned(json: JsonObject, plan: CardPlan): boolean {
  const planned = plan.chapters.flatMap(({ key, tracks }) =>
    tracks.map((track) => [key, track.key, track.media ? `yoto:#${track.media.id}` : track.url]),
  )
  const there = listOf(objectOf(json.content).chapters).flatMap((value) => {
    const { key, tracks } = objectOf(value)
    return listOf(tracks)
      .map(objectOf)
      .map((track) => [key, track.key, track.trackUrl])
  })
  return isDeepStrictEqual(there, planned)
}
