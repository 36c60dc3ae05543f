import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Source } from '../language/source.ts'

// Folders that hold no rules: the editor schema, packages of plug-ins.
const skipped: ReadonlySet<string> = new Set(['node_modules', 'plugins'])

export interface RuleFolder {
  readonly sources: readonly Source[]
  /** What could not be read, in words. */
  readonly problems: readonly string[]
}

/** Every `*.yaml` below the config folder as text, in the order of their names. What cannot be read is also named in the log. */
export async function readRuleFolder(folder: string, log: Log): Promise<RuleFolder> {
  const sources: Source[] = []
  const problems: string[] = []
  for (const file of await yamlFiles(folder, log)) {
    try {
      // Broken UTF-8 becomes U+FFFD, which the checks then point at.
      const text = await readFile(join(folder, file), 'utf8')
      sources.push({ file, text })
    } catch (error) {
      log.error('a rule file could not be read and is left out', { file, error: messageOf(error) })
      problems.push(`${file} could not be read and is left out`)
    }
  }
  return { sources, problems }
}

async function yamlFiles(folder: string, log: Log): Promise<string[]> {
  const found: string[] = []
  const visit = async (inner: string): Promise<void> => {
    const entries = await readdir(inner, { withFileTypes: true }).catch((error) => {
      log.error('a folder of rules could not be read', {
        folder: relative(folder, inner) || '.',
        error: messageOf(error),
      })
      return []
    })
    for (const entry of entries) {
      if (entry.name.startsWith('.') || skipped.has(entry.name)) continue
      const path = join(inner, entry.name)
      if (entry.isDirectory()) await visit(path)
      // A link may be how somebody keeps rules elsewhere; what it leads to is seen when it is read.
      else if (!entry.isFile() && !entry.isSymbolicLink()) continue
      else if (entry.name.endsWith('.yaml')) found.push(relative(folder, path).split(sep).join('/'))
      else if (entry.name.endsWith('.yml'))
        log.warn('rule files end in .yaml; this one is not read', { file: relative(folder, path) })
    }
  }
  await visit(folder)
  return found.sort()
}
