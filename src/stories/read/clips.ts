import type { Clip } from '../../core/story.ts'
import { entryOf, type MapNode, type Node } from '../../language/node.ts'
import type { StoryReading } from './reading.ts'

/** What `play` or `say` stands for; null where there is neither, undefined where there are both. `what` has it: `scene "gate"`. */
export function clipOf(
  node: MapNode,
  { play, say }: { readonly play?: string | undefined; readonly say?: string | undefined },
  { what, reading }: { readonly what: string; readonly reading: StoryReading },
): Clip | null | undefined {
  if (play !== undefined && say !== undefined) {
    const message = `${what} has both \`play\` and \`say\`: a file or a text, not both`
    reading.report.add(node.entries.get('say')?.key ?? node, 'error', 'key/two-kinds', message)
    return undefined
  }
  return say === undefined ? asClip(play, entryOf(node, 'play'), reading) : { say }
}

/** A clip that may stand there; its file is noted. */
export function asClip(
  written: string | { readonly say: string } | undefined,
  node: Node,
  { folder, files }: StoryReading,
): Clip | null {
  if (written === undefined) return null
  if (typeof written !== 'string') return written
  const file = folder === '' ? written : `${folder}/${written}`
  files.push({ file, node })
  return { file }
}
