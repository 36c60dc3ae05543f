import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

/** What a source file imports of ours, by path from the root. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const named = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '')
  return named.map((path) => relative(root, join(root, dirname(file), path)))
}

const folderOf = (file: string) => (file.split('/').length > 2 ? file.split('/')[1] : undefined)

// What a folder of src may import of the others; the files directly in src join them all.
const allowed: Record<string, string[]> = {
  core: [],
  language: ['core'],
  options: ['core', 'language'],
  log: ['core'],
  access: ['core'],
  history: ['core'],
}

test('imports between the folders of src point one way', () => {
  const wrong = filesBelow('src').flatMap((file) => {
    const folder = folderOf(file)
    // The files directly in src, and the wiring beside them, join all the others.
    if (folder === undefined || folder === 'wiring') return []
    const may = [folder, ...(allowed[folder] ?? ['core', 'language'])]
    return importsOf(file)
      .filter((imported) => !may.includes(folderOf(imported) ?? 'the files directly in src'))
      .map((imported) => `${file} imports ${imported}`)
  })
  expect(wrong).toEqual([])
})

test('core imports no package but typebox', () => {
  const packages = filesBelow('src/core').flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/from '([^'.][^']*)'/g)].map((match) => match[1]),
  )
  expect(packages.filter((name) => name !== 'typebox')).toEqual([])
})

test('only the expressions know the parser behind them', () => {
  const users = filesBelow('src').filter((file) => readFileSync(join(root, file), 'utf8').includes('cel-js'))
  expect(users).toEqual(['src/language/expression/parse.ts'])
})

test('the simulator and the client of the cloud do not know each other', () => {
  const cross = filesBelow('src').filter((file) => {
    const folder = folderOf(file)
    const other = folder === 'yoto' ? 'simulator' : folder === 'simulator' ? 'yoto' : undefined
    return other !== undefined && importsOf(file).some((imported) => folderOf(imported) === other)
  })
  expect(cross).toEqual([])
})

test('only main touches the process', () => {
  const users = filesBelow('src').filter((file) =>
    /\bprocess\.(env|argv|exit|on|once|std(in|out|err)|cwd|kill|pid)\b/.test(
      readFileSync(join(root, file), 'utf8'),
    ),
  )
  expect(users).toEqual(['src/main.ts'])
})
