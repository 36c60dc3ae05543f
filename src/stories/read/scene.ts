import type { Scene } from '../../core/story.ts'
import { decode } from '../../language/check.ts'
import { entryOf, isEmpty, type MapEntry, type MapNode, type Node } from '../../language/node.ts'
import { asClip, clipOf } from './clips.ts'
import { exitOf } from './exit.ts'
import { deadEnd, hasOneExit, hasThreeAnswers, isDrawn, type Saying } from './one-exit.ts'
import type { SceneDraft, SceneReading } from './reading.ts'
import { sceneSchema } from './schema.ts'
import { readSet } from './settings.ts'

/** Reads a scene, and what a carousel in it comes to: a scene for each of its options. */
export function readScene({ key, value }: MapEntry, reading: SceneReading): readonly Scene[] {
  const { report, places } = reading
  const id = key.text
  places.addScene(id, key)
  if (!isMap(value, { key, report })) return []
  if (hasThreeAnswers(value, { key, report })) return []
  const written = decode(sceneSchema, value, report, { what: `scene "${id}"` })
  if (written === undefined || !hasOneExit(value, { key, report })) return []
  if (!isDrawn(value, { key, report })) return []
  const heard = clipsOf({ node: value, written }, reading)
  const set = readSet(value.entries.get('set')?.value, reading)
  const { exit, more } = exitOf({ id, key, node: value, written }, reading)
  if (exit === null || set === null) return []
  return [{ id, ...heard, set, exit }, ...more]
}

function isMap(node: Node, { key, report }: Saying): node is MapNode {
  if (node.kind === 'map') return true
  if (isEmpty(node)) deadEnd({ key, report })
  else
    report.add(node, 'error', 'type/value', `scene "${key.text}" takes a map: \`play\`, and where it goes on`)
  return false
}

function clipsOf(
  { node, written: { play, say, again } }: Pick<SceneDraft, 'node' | 'written'>,
  reading: SceneReading,
): Pick<Scene, 'play' | 'again'> {
  return {
    play: clipOf(node, { play, say }, reading),
    again: asClip(again, entryOf(node, 'again'), reading),
  }
}
