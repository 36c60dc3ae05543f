import type { Clip } from '../../core/story.ts'
import { entryOf, type MapNode, type Node } from '../../language/node.ts'
import type { StoryReading } from './reading.ts'

/** A clip as it is written: the name of a file, words, or both. */
type WrittenClip = string | { readonly play?: string; readonly say: string }

/** What `play` and `say` of a map stand for; null where there is neither. */
export function clipOf(
  node: MapNode,
  { play, say }: { readonly play?: string | undefined; readonly say?: string | undefined },
  reading: StoryReading,
): Clip | null {
  if (play !== undefined) return fileClip(play, say, { node: entryOf(node, 'play'), reading })
  return say === undefined ? null : { say }
}

/** A clip that may stand there; its file is noted. */
export function asClip(written: WrittenClip | undefined, node: Node, reading: StoryReading): Clip | null {
  if (written === undefined) return null
  if (typeof written === 'string') return fileClip(written, undefined, { node, reading })
  return node.kind === 'map' ? clipOf(node, written, reading) : { say: written.say }
}

function fileClip(
  written: string,
  say: string | undefined,
  { node, reading: { folder, files } }: { readonly node: Node; readonly reading: StoryReading },
): Clip {
  const file = folder === '' ? written : `${folder}/${written}`
  files.push({ file, node })
  return { file, ...(say === undefined ? {} : { say }) }
}
