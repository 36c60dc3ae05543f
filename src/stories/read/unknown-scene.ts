import { didYouMean } from '../../language/names.ts'
import type { Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { list, quote } from '../../language/wording.ts'

/** Says that a scene is named that the story does not have. */
export function unknownScene(
  node: Node,
  {
    scene,
    story,
    scenes,
  }: { readonly scene: string; readonly story: string; readonly scenes: Iterable<string> },
  report: Report,
): void {
  const known = [...scenes]
  // To look for what was meant takes a while where there are thousands, and nobody would hear of it.
  const near = report.isFull ? null : didYouMean(scene, known)
  const question = near === null ? '' : ` - did you mean "${near}"?`
  const message = `there is no scene ${quote(scene)} in story "${story}"${question}`
  report.add(
    node,
    'error',
    'story/unknown-scene',
    message,
    near === null ? `known: ${list(known)}` : undefined,
  )
}
