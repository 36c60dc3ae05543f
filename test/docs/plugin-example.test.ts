import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const example = join(root, 'docs/plugin-example')

test('the plug-in that is shown passes its own tests, with the built product', async () => {
  const args = ['--test', '--test-reporter=tap']
  const { stdout } = await run(process.execPath, args, {
    cwd: example,
    env: { PATH: process.env.PATH },
  }).catch((failed: { stdout: string }) => failed)
  expect(stdout).toMatch(/^# pass 5$/m)
  expect(stdout).toMatch(/^# fail 0$/m)
  await rm(join(example, 'data'), { recursive: true, force: true })
}, 120_000)

test('the types for authors fit the plug-in that is shown, and what they allow is a plug-in here', async () => {
  const work = await mkdtemp(join(tmpdir(), 'plugin-types-'))
  onTestFinished(() => rm(work, { recursive: true }))
  const use = [
    `import type { Plugin as Ours } from '${join(root, 'src/rules/plugin.ts')}'`,
    `import type { Plugin } from '${join(example, 'yoto-smart-stream.d.ts')}'`,
    'export const taken = (plugin: Plugin): Ours => plugin',
    '// @ts-expect-error: not everything is a plug-in\nexport const wrong: Plugin = { id: "a", api: 2, version: "1" }',
  ]
  await writeFile(join(work, 'use.ts'), use.join('\n'))
  const tsconfig = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      allowJs: true,
      checkJs: true,
      typeRoots: [join(root, 'node_modules/@types')],
      rewriteRelativeImportExtensions: false,
    },
    files: [join(work, 'use.ts'), join(example, 'plugins/moon-lamp.mjs')],
    include: [],
  }
  await writeFile(join(work, 'package.json'), '{"type": "module"}')
  await writeFile(join(work, 'tsconfig.json'), JSON.stringify(tsconfig))
  const said = await run(join(root, 'node_modules/.bin/tsc'), ['-p', work]).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  )
  expect(said).toBe('')
}, 120_000)
