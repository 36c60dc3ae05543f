import type { Story } from '../../src/core/story.ts'
import { formatDiagnostic } from '../../src/language/diagnostic.ts'
import { Report } from '../../src/language/report.ts'
import { loadYaml } from '../../src/language/source.ts'
import { readStory } from '../../src/stories/read/story.ts'

/** The one story of a rule file. `isSound`: an error in it is an error of the test. */
export async function storyIn(
  text: string,
  { isSound = true }: { readonly isSound?: boolean } = {},
): Promise<Story> {
  const source = { file: 'story.yaml', text }
  const { root } = loadYaml(source)
  const section = root?.kind === 'map' ? root.entries.get('stories')?.value : undefined
  const [entry] = section?.kind === 'map' ? section.entries : []
  if (entry === undefined) throw new Error('there is no story in it')
  const report = new Report(source)
  const read = await readStory(...entry, { report, breathe: async () => undefined })
  const said = report.diagnostics.map((one) => formatDiagnostic(one, text)).join('\n')
  if (read === undefined || (isSound && report.hasErrors)) throw new Error(said)
  return read.story
}
