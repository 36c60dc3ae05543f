import { open, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { errnoOf, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Source } from '../language/source.ts'
import type { ReadCalendar } from '../rules/read/calendar.ts'

// Folders that hold no rules: the editor schema, packages of plug-ins.
export const foldersWithoutRules: ReadonlySet<string> = new Set(['node_modules', 'plugins'])

interface Unread {
  /** A rule file, or a folder of them, by its path below the config folder. */
  readonly file: string
  readonly text: string
}

export interface RuleFolder {
  readonly sources: readonly Source[]
  /** What could not be read, and why, in words. */
  readonly problems: readonly Unread[]
}

/** Texts by file from one look to the next, so that a file which was not touched is not read again. */
export type KnownTexts = Map<string, { readonly stamp: string; readonly text: string }>

/**
 * Every `*.yaml` below the config folder as text, in the order of their names. What cannot be read is also named in the
 * log.
 */
export async function readRuleFolder(
  folder: string,
  log: Pick<Log, 'error'>,
  known: KnownTexts = new Map(),
): Promise<RuleFolder> {
  const sources: Source[] = []
  const problems: Unread[] = []
  const refuse = (file: string, why: string) => {
    log.error('a part of the rules is left out', { file, why })
    const text =
      file === '.'
        ? `the config folder cannot be read: ${why}; the rules that ran last run on`
        : `${file} is left out of the rules: ${why}`
    problems.push({ file, text })
  }
  let together = 0
  for (const file of await yamlFiles(folder, refuse)) {
    try {
      const { stamp, size } = await stampOf(join(folder, file))
      together += Math.min(size, mostBytes)
      if (together > mostBytesTogether) {
        refuse(file, 'all rule files together have at most 4 MB')
        continue
      }
      const before = known.get(file)
      // Broken UTF-8 becomes U+FFFD, which the checks then point at.
      const text = before?.stamp === stamp ? before.text : await readStart(join(folder, file))
      known.set(file, { stamp, text })
      sources.push({ file, text })
    } catch (error) {
      refuse(file, reasonOf(error))
    }
  }
  return { sources, problems }
}

const mostBytes = 1024 * 1024
// What they say stays in memory, a hundred times as large.
const mostBytesTogether = 4 * mostBytes

/** As much as there may be and a little more: of a film that is called .yaml no more is needed to refuse it. */
async function readStart(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes + 1), 0, mostBytes + 1, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

const mostCalendarBytes = 1_000_000

/** The text of a calendar file, by its path below the config folder. Neither a path nor a link leads out of it. */
export function calendarFiles(folder: string): ReadCalendar {
  return async (path) => {
    try {
      const [inside, file] = await Promise.all([realpath(folder), realpath(join(folder, path))])
      if (!file.startsWith(inside + sep)) return { fault: 'it lies outside of the config folder' }
      const facts = await stat(file)
      if (!facts.isFile()) return { fault: 'it is no file' }
      if (facts.size > mostCalendarBytes) return { fault: 'a calendar file has at most 1 MB' }
      return { text: await readFile(file, 'utf8') }
    } catch (error) {
      return { fault: errnoOf(error) === 'ENOENT' ? 'there is no such file' : reasonOf(error) }
    }
  }
}

/** The names of the rule files below the folder; null where there is no such folder. */
export async function ruleFilesIn(folder: string): Promise<string[] | null> {
  let isThere = true
  const found = await yamlFiles(folder, (file) => {
    if (file === '.') isThere = false
  })
  return isThere ? found : null
}

/** Another one whenever the file was written. */
async function stampOf(path: string): Promise<{ readonly stamp: string; readonly size: number }> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
  return { stamp: `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`, size: Number(size) }
}

// Links may lead in a circle.
export const deepestFolder = 8

async function yamlFiles(folder: string, refuse: (file: string, why: string) => void): Promise<string[]> {
  const found: string[] = []
  const visit = async (inner: string, depth: number): Promise<void> => {
    const name = relative(folder, inner).split(sep).join('/') || '.'
    if (depth > deepestFolder) return refuse(name, `it lies more than ${deepestFolder} folders deep`)
    const entries = await readdir(inner).catch((error) => refuse(name, reasonOf(error)))
    for (const entry of entries ?? []) {
      if (entry.startsWith('.') || foldersWithoutRules.has(entry)) continue
      const path = join(inner, entry)
      const file = relative(folder, path).split(sep).join('/')
      // Follows links: somebody may keep rules elsewhere. Only a file is ever opened, a pipe would never end.
      const facts = await stat(path).catch(() => null)
      if (facts?.isDirectory()) await visit(path, depth + 1)
      else if (!/\.ya?ml$/i.test(entry)) continue
      else if (!entry.endsWith('.yaml')) refuse(file, 'rule files end in .yaml')
      else if (facts?.isFile()) found.push(file)
      else refuse(file, facts === null ? 'it is a link that leads nowhere' : 'it is no file')
    }
  }
  await visit(folder, 0)
  return found.sort()
}

function reasonOf(error: unknown): string {
  const code = errnoOf(error)
  if (code === 'EACCES') return 'this user may not read it'
  return code === 'ENOENT' ? 'it is not there' : (code ?? messageOf(error))
}
