import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadOptions } from '../../src/options.ts'
import { editorSchemaFile } from '../../src/rules/editor/schema.ts'
import { commands, helpAsked, helpText } from '../../src/wiring/commands.ts'
import { terminalOn } from '../../src/wiring/terminal.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { readPage } from './page.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
const { text: page } = readPage('docs/commands.md')
const examples = [
  ...page.matchAll(/```sh\n(?:echo (.*) \| )?npm start --silent -- (.*)\n```\n\n```text\n([\s\S]*?)```\n/g),
]
const [, story = ''] = /```yaml\n(# moon\.yaml\n[\s\S]*?)```\n/.exec(page) ?? []

let home: string
// The story is a household of its own: the others would name its file.
let storyHome: string

beforeAll(async () => {
  storyHome = await mkdtemp(join(tmpdir(), 'yoto-page-'))
  await mkdir(join(storyHome, 'config'))
  await writeFile(join(storyHome, 'config', 'moon.yaml'), story)
  home = await mkdtemp(join(tmpdir(), 'yoto-page-'))
  await mkdir(join(home, 'config'))
  for (const file of ['bedroom.yaml', 'crossroads.yaml'])
    await cp(join(shipped, file), join(home, 'config', file))
  await cp(join(shipped, 'audio'), join(home, 'media'), { recursive: true })
})

afterAll(async () => {
  for (const folder of [home, storyHome]) await rm(folder, { recursive: true, force: true })
})

async function said(line: string, typed?: string): Promise<string> {
  const argv = line.split(' ')
  const help = helpAsked(argv)
  if (help !== undefined) return helpText(help.command)
  const loaded = await loadOptions({
    argv: [...argv, '--data', argv[1] === 'moon' ? storyHome : home],
    env: { TZ: 'Europe/London' },
    cwd: '/',
    commands,
  })
  const command = commands.find(({ name }) => name === loaded.command) ?? expect.unreachable()
  const clock = new VirtualClock('2026-11-22T11:00:00Z')
  let told = ''
  const terminal = terminalOn({
    input: () => Readable.from(typed === undefined ? [] : [`${typed}\n`]),
    output: { write: (text) => (told += text) },
    onEnd: () => () => undefined,
  })
  const { answer } = await command.run({ ...loaded, shipped, cwd: home, clock, terminal })
  return `${told}${answer}`
}

describe('the page of commands', () => {
  test.each(examples.map(([, typed, line = '', answer = '']) => ({ line, typed, answer })))(
    'shows what $line says',
    async ({ line, typed, answer }) => {
      expect(await said(line, typed)).toBe(answer)
    },
  )

  test('has a part for every command, and the first line for editors', () => {
    const parts = [...page.matchAll(/^## (\S+)$/gm)].map(([, name]) => name)
    expect(parts).toEqual(commands.map(({ name }) => name))
    expect(examples).toHaveLength(19)
    expect(page).toContain(`\n# yaml-language-server: $schema=${editorSchemaFile}\n`)
  })
})
