import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

/** The folder of the repository, which is that of the app. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

export const inRoot = (path: string): string => join(root, path)
export const textOf = (path: string): string => readFileSync(inRoot(path), 'utf8')
export const yamlOf = (path: string): Record<string, unknown> => parse(textOf(path))

const facts = new URL('../../../shared/fixtures/home-assistant/', import.meta.url)

/** What is known of Home Assistant lies beside the repository, on some machines. */
export const hasFacts = existsSync(facts)

export function factsOf<Facts>(name: string): Facts {
  return JSON.parse(readFileSync(new URL(name, facts), 'utf8')) as Facts
}

/** All files as somebody gets them who clones the repository, with `/` between their parts. */
export function clonedFiles(): string[] {
  const left = new Set(['.git', ...(textOf('.gitignore').match(/^[a-z_]+(?=\/$)/gm) ?? [])])
  const below = (folder: string): string[] =>
    readdirSync(inRoot(folder), { withFileTypes: true }).flatMap((entry) => {
      if (left.has(entry.name)) return []
      const path = join(folder, entry.name)
      return entry.isDirectory() ? below(path) : [path.split(sep).join('/')]
    })
  return below('')
}
