import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadOptions } from '../../src/options.ts'
import { editorSchemaFile } from '../../src/rules/editor/schema.ts'
import { commands, helpAsked, helpText } from '../../src/wiring/commands.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { readPage } from './page.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
const { text: page } = readPage('docs/commands.md')
const examples = [...page.matchAll(/```sh\nnpm start --silent -- (.*)\n```\n\n```text\n([\s\S]*?)```\n/g)]

let home: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-page-'))
  await mkdir(join(home, 'config'))
  for (const file of ['bedroom.yaml', 'crossroads.yaml'])
    await cp(join(shipped, file), join(home, 'config', file))
  await cp(join(shipped, 'audio'), join(home, 'media'), { recursive: true })
})

afterAll(() => rm(home, { recursive: true, force: true }))

async function said(line: string): Promise<string> {
  const argv = line.split(' ')
  const help = helpAsked(argv)
  if (help !== undefined) return helpText(help.command)
  const loaded = await loadOptions({
    argv: [...argv, '--data', home],
    env: { TZ: 'Europe/London' },
    cwd: '/',
    commands,
  })
  const command = commands.find(({ name }) => name === loaded.command) ?? expect.unreachable()
  const clock = new VirtualClock('2026-11-22T11:00:00Z')
  return (await command.run({ ...loaded, shipped, cwd: home, clock })).answer
}

describe('the page of commands', () => {
  test.each(examples.map(([, line = '', answer = '']) => [line, answer]))(
    'shows what %s says',
    async (line, answer) => {
      expect(await said(line)).toBe(answer)
    },
  )

  test('has a part for every command, and the first line for editors', () => {
    const parts = [...page.matchAll(/^## (\S+)$/gm)].map(([, name]) => name)
    expect(parts).toEqual(commands.map(({ name }) => name))
    expect(examples).toHaveLength(9)
    expect(page).toContain(`\n# yaml-language-server: $schema=${editorSchemaFile}\n`)
  })
})
