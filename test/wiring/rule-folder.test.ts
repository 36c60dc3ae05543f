import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readRuleFolder } from '../../src/wiring/rule-folder.ts'
import { recordingLog } from '../support/recording-log.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-rules-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const read = async () => {
  const log = recordingLog()
  const { sources, problems } = await readRuleFolder(folder, log)
  return { files: sources.map(({ file }) => file), problems, said: log.lines.length }
}

test('rules are read from every folder in the order of their names, hidden ones and plug-ins left out', async () => {
  for (const inner of ['b', '.schema', 'plugins']) await mkdir(join(folder, inner))
  for (const file of ['z.yaml', 'a.yaml', 'b/c.yaml', '.schema/x.yaml', 'plugins/y.yaml', 'notes.txt'])
    await writeFile(join(folder, file), '')
  expect(await read()).toEqual({ files: ['a.yaml', 'b/c.yaml', 'z.yaml'], problems: [], said: 0 })
})

test('links are followed, to files and to folders', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'yoto-elsewhere-'))
  await writeFile(join(elsewhere, 'a.yaml'), '')
  await symlink(join(elsewhere, 'a.yaml'), join(folder, 'linked.yaml'))
  await symlink(elsewhere, join(folder, 'more'))
  expect((await read()).files).toEqual(['linked.yaml', 'more/a.yaml'])
  await rm(elsewhere, { recursive: true })
})

test('what cannot be read is named once, with the reason, and never waited for', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe.yaml')])
  await symlink(join(folder, 'pipe.yaml'), join(folder, 'to-pipe.yaml'))
  await symlink(join(folder, 'nowhere'), join(folder, 'dangling.yaml'))
  await symlink(folder, join(folder, 'circle'))
  await writeFile(join(folder, 'other.yml'), '')
  await writeFile(join(folder, 'LOUD.YAML'), '')
  const { files, problems } = await read()
  expect(files).toEqual([])
  expect(problems.map(({ text }) => text).filter((text) => !text.startsWith('circle/'))).toEqual([
    'LOUD.YAML is left out of the rules: rule files end in .yaml',
    'dangling.yaml is left out of the rules: it is a link that leads nowhere',
    'other.yml is left out of the rules: rule files end in .yaml',
    'pipe.yaml is left out of the rules: it is no file',
    'to-pipe.yaml is left out of the rules: it is no file',
  ])
})

test('of a file that is too large as much is read as shows it, and all together have a bound', async () => {
  await writeFile(join(folder, 'a.yaml'), '#'.repeat(3_000_000))
  for (const file of ['b', 'c', 'd', 'e'])
    await writeFile(join(folder, `${file}.yaml`), '#'.repeat(1_048_000))
  const { sources, problems } = await readRuleFolder(folder, recordingLog())
  expect(sources.map(({ file, text }) => [file, text.length])).toEqual([
    ['a.yaml', 1_048_577],
    ['b.yaml', 1_048_000],
    ['c.yaml', 1_048_000],
    ['d.yaml', 1_048_000],
  ])
  expect(problems.map(({ text }) => text)).toEqual([
    'e.yaml is left out of the rules: all rule files together have at most 4 MB',
  ])
})
