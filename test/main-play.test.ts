import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { testWith } from './support/programs.ts'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const story = `stories:
  moon:
    title: To the moon
    vars: {brave: false}
    scenes:
      hill: {say: A hill., left: {go: top, set: {brave: true}}, right: hill, silence: home}
      top: {say: The moon!, ending: seen}
      home: {say: At home., ending: asleep}
`

let folder: string
const children: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-play-'))
  await mkdir(join(folder, 'config'))
  await mkdir(join(folder, 'media'))
  await writeFile(join(folder, 'config', 'moon.yaml'), story)
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** The built program, with pipes for its terminal. */
function launch(program: string, args: readonly string[]) {
  const child = spawn(program, args, { env: { PATH: process.env.PATH ?? '', TERM: 'xterm' } })
  children.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const says = async (words: string) => {
    while (!said.includes(words)) {
      if (child.exitCode !== null) throw new Error(`never said "${words}" but:\n${said}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return { child, ended, says, said: () => said }
}

const play = (...more: string[]) =>
  launch(process.execPath, [main, 'play', 'moon', '--data', folder, '--seed', '1', ...more])

/** The same in a terminal of its own; what is set on it behind the program is said, too. */
function playInTerminal(...more: string[]) {
  const command = [process.execPath, main, 'play', 'moon', '--data', folder, '--seed', '1', ...more]
  const shell = `stty -a > '${folder}/before'; ${command.map((word) => `'${word}'`).join(' ')}; echo "code $?"; stty -a > '${folder}/behind'; cmp '${folder}/before' '${folder}/behind' && echo unchanged`
  return launch('script', ['-qec', shell, '/dev/null'])
}

describe('play through a pipe', () => {
  test('reads words, and ends with the story though nobody closes the pipe', async () => {
    const { child, ended, said } = play()
    child.stdin?.write('right\nleft\n')
    expect(await ended).toBe(0)
    expect(said()).toContain('> right\n\nhill\n  says: A hill.\n')
    expect(said()).toMatch(/\nThe end: seen\. It went:\n {2}hill right, hill left, top\n$/)
  })

  test('ends with the input', async () => {
    const { child, ended, said } = play()
    child.stdin?.end('right')
    expect(await ended).toBe(0)
    expect(said()).toMatch(/\nThe input ended in hill, with brave = no\. It went:\n {2}hill right, hill\n$/)
  })

  test('says where it stands when it is told to end', async () => {
    const { child, ended, says, said } = play()
    await says('left, right or wait?')
    child.kill('SIGTERM')
    expect(await ended).toBe(1)
    expect(said()).toContain('The input ended in hill')
  })

  test('ends quietly when nobody reads any more, whatever comes in', async () => {
    const { child, ended, says } = play()
    await says('left, right or wait?')
    child.stdout?.destroy()
    child.stdin?.on('error', () => undefined)
    child.stdin?.write('right\n'.repeat(50))
    expect(await ended).toBe(0)
  })

  test('is an object a line for programs', async () => {
    const { child, ended, said } = play('--json')
    child.stdin?.end('left\n')
    expect(await ended).toBe(0)
    const lines = said().trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(['story', 'scene', 'press', 'scene', 'end'])
  })
})

describe('play in a terminal', () => {
  testWith(['script', 'stty', 'cmp'], 'takes single keys and leaves the terminal as it was', async () => {
    const { child, ended, says, said } = playInTerminal()
    await says('↓ say nothing')
    // What is typed is not shown, and needs no line end.
    child.stdin?.write('\u001b[C')
    await says('> right')
    child.stdin?.write('\u001b[D')
    expect(await ended).toBe(0)
    expect(said().replaceAll('\r', '')).toMatch(
      /> right\n\nhill\n[\s\S]*> left\n\ntop\n {2}brave is now yes\n {2}says: The moon!\n {2}ending: seen\n\nThe end: seen\. It went:\n {2}hill right, hill left, top\ncode 0\nunchanged\n$/,
    )
    expect(said()).not.toContain('\u001b')
  })

  testWith(['script', 'stty', 'cmp'], 'leaves at Ctrl-C, with the terminal as it was', async () => {
    const { child, ended, says, said } = playInTerminal()
    await says('↓ say nothing')
    child.stdin?.write('\u0003')
    expect(await ended).toBe(0)
    expect(said()).toMatch(/> quit[\s\S]*Left in hill[\s\S]*code 0\r\nunchanged/)
  })

  testWith(['script', 'stty', 'cmp'], 'leaves the terminal alone where the story is not there', async () => {
    await rm(join(folder, 'config', 'moon.yaml'))
    const { ended, said } = playInTerminal()
    expect(await ended).toBe(0)
    expect(said()).toMatch(/there is no story "moon"[\s\S]*code 1\r\nunchanged/)
  })
})
