import type { Node } from '../../language/node.ts'
import { inLines } from '../../language/wording.ts'
import type { Surroundings } from './references.ts'
import type { RuleFile } from './rule-file.ts'

/** Reports every audio file of a story that there is not, once for each: a child would come to a silence without end. */
export async function checkStoryFiles(
  { stories, report }: RuleFile,
  { fileExists, fileHint, breathe }: Pick<Surroundings, 'fileExists' | 'fileHint' | 'breathe'>,
): Promise<void> {
  const named = new Map<string, Node[]>()
  for (const { files } of stories)
    for (const { file, node } of files) {
      const known = named.get(file)
      if (known === undefined) named.set(file, [node])
      else known.push(node)
    }
  for (const [file, [first, ...more]] of named) {
    await breathe?.()
    if (first === undefined || (await fileExists(file))) continue
    const hint = (await fileHint?.(file)) ?? 'put it into the library or the folder of this file'
    const lines = more.map((node) => report.lineOf(node)).filter((line) => line !== report.lineOf(first))
    const also = lines.length === 0 ? '' : `; it is also named in ${inLines(lines)}`
    report.add(first, 'error', 'story/audio-missing', `there is no file "${file}"`, `${hint}${also}`)
  }
}
