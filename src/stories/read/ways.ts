import type { Cause, Way } from '../../core/story.ts'
import { entryOf, type Node } from '../../language/node.ts'
import type { SceneDraft, SceneReading, StoryReading } from './reading.ts'
import { readSet } from './settings.ts'
import { isLed, type WrittenWay, wayIn } from './silence.ts'
import { unknownScene } from './unknown-scene.ts'

/** Where the scene goes on without an answer, or the story does; undefined where nothing is said, null after errors. */
export function silenceOf(draft: SceneDraft, reading: SceneReading): Way | null | undefined {
  const cause: Cause = { kind: 'silence' }
  if (!isLed(draft.written.silence, entryOf(draft.node, 'silence'), reading)) return null
  const own = wayIn(draft.written.silence)
  if (own !== null)
    return readWay(draft, { cause, written: own, node: entryOf(draft.node, 'silence') }, reading)
  reading.places.addWay(draft.id, cause, reading.defaults.silenceAt)
  return reading.defaults.silence
}

interface WrittenAt {
  readonly cause: Cause
  readonly written: WrittenWay
  readonly node: Node
}

/** A way out of a scene; its place is noted. Null after errors. */
export function readWay(
  { id }: Pick<SceneDraft, 'id'>,
  { cause, written, node }: WrittenAt,
  reading: StoryReading,
): Way | null {
  reading.places.addWay(id, cause, targetOf(node))
  return wayTo(written, node, reading)
}

/** Null after errors. */
export function wayTo(written: WrittenWay, node: Node, reading: StoryReading): Way | null {
  const { report, scenes, story } = reading
  const isThere = scenes.has(written.go)
  if (!isThere) unknownScene(targetOf(node), { scene: written.go, story, scenes }, report)
  const set = node.kind === 'map' ? readSet(node.entries.get('set')?.value, reading) : []
  return isThere && set !== null ? { to: written.go, set } : null
}

/** Where a way says what it leads to. */
export function targetOf(node: Node): Node {
  return node.kind === 'map' ? entryOf(node, 'go') : node
}

/** The short form and the long one as the same. */
export function asWay(written: string | WrittenWay): WrittenWay {
  return typeof written === 'string' ? { go: written } : written
}
