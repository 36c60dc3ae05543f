import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { readPage } from './page.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

/** The sample of that heading as if it lay in that folder of the sources, with what the compiler says of it. */
async function compiled(heading: string, folder: string): Promise<string> {
  const text = readPage('docs/adding-a-part.md').below(heading)
  const block = text.split('```ts\n')[1]?.split('```')[0] ?? ''
  // Numbered steps are indented.
  const sample = block.replace(/^ {3}/gm, '')
  expect(sample).toContain('import ')
  const work = await mkdtemp(join(tmpdir(), 'sample-'))
  onTestFinished(() => rm(work, { recursive: true }))
  await mkdir(join(work, 'src', folder), { recursive: true })
  await writeFile(join(work, 'src', folder, 'sample.ts'), sample)
  const tsconfig = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      // Its imports are found beside it or among the sources.
      rootDirs: [join(work, 'src'), join(root, 'src')],
      typeRoots: [join(root, 'node_modules/@types')],
      rewriteRelativeImportExtensions: false,
      types: ['node'],
    },
    files: [join(work, 'src', folder, 'sample.ts')],
    include: [],
  }
  await writeFile(join(work, 'package.json'), '{"type": "module"}')
  await writeFile(join(work, 'tsconfig.json'), JSON.stringify(tsconfig))
  return run(join(root, 'node_modules/.bin/tsc'), ['-p', work]).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  )
}

test('the source of audio that is shown compiles', async () => {
  expect(await compiled('## A source of audio', 'audio/sources')).toBe('')
}, 60_000)
