import type { Log } from '../core/log.ts'
import { formatDiagnostic } from '../language/diagnostic.ts'
import type { PluginShelf } from './plugin-shelf.ts'
import type { Problems } from './problems.ts'

interface NewsInput {
  readonly shelf: Pick<PluginShelf, 'troubles' | 'onTrouble'>
  readonly problems: Pick<Problems, 'set'>
  readonly log: Log
}

/** Says which plug-ins are left out or were stopped, and that they are mended: each change once. */
export function tellOfPlugins({ shelf, problems, log }: NewsInput): void {
  const said = new Map<string, string>()
  shelf.onTrouble(() => {
    const { troubles } = shelf
    for (const { file, text, finding } of troubles) {
      const words = formatDiagnostic(finding, text)
      if (said.get(file) === words) continue
      said.set(file, words)
      log.error(`\n${words}`)
      problems.set(`plugin/${file}`, finding.message)
    }
    for (const file of [...said.keys()]) {
      if (troubles.some((trouble) => trouble.file === file)) continue
      said.delete(file)
      problems.set(`plugin/${file}`, null)
      log.info(`nothing is wrong with ${file} any more`)
    }
  })
}
