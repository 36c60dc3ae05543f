import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { loadYaml } from '../../src/language/source.ts'
import { YamlThread } from '../../src/wiring/yaml-thread.ts'
import { fastClock } from '../support/fast-clock.ts'
import { recordingLog } from '../support/recording-log.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-thread-'))
})
afterAll(() => rm(folder, { recursive: true }))

const large = (line: (number: number) => string, count = 2000) =>
  Array.from({ length: count }, (_, number) => line(number)).join('')

async function script(text: string): Promise<URL> {
  const path = join(folder, `${Math.random()}.mjs`)
  await writeFile(path, text)
  return pathToFileURL(path)
}

const valid = `# a comment\nrules: [1]\nplaylists:\n${large((n) => `  p${n}: [a.mp3, "b"]\n`)}schedules:\n  s:\n    default: p1\n`

test('a large file is read in the thread as it would be without it', async () => {
  const log = recordingLog()
  const thread = new YamlThread({ clock: systemClock, log })
  const doubled = `${valid}  s: {default: p2}\n`
  const texts = [
    valid,
    doubled,
    `- 1\n${large(() => '- 2\n', 5000)}`,
    `a: [\n${large(() => '  x\n', 5000)}`,
    ' '.repeat(20_000),
  ]
  for (const text of texts) {
    const source = { file: 'a.yaml', text }
    expect(await thread.load(source)).toEqual(loadYaml(source))
  }
  expect(log.lines).toEqual([])
  await thread.stop()
})

test('an entry that would take too long to hand over is named, and the others are there', async () => {
  const thread = new YamlThread({ clock: systemClock, log: recordingLog() })
  const text = `playlists:\n  small: [a.mp3]\n  huge:\n${large((n) => `    - f${n}.mp3\n`, 21_000)}`
  const { root, diagnostics } = await thread.load({ file: 'a.yaml', text })
  expect(diagnostics).toMatchObject([{ line: 3, column: 3, level: 'error', code: 'type/value' }])
  expect(root).not.toBe(null)
  await thread.stop()
})

test('a file that takes more than ten seconds is refused at its place, and the next is read', async () => {
  const log = recordingLog()
  const endless = await script('for (;;);')
  const thread = new YamlThread({ clock: fastClock(50), log, script: endless })
  const { root, diagnostics } = await thread.load({ file: 'a.yaml', text: valid })
  expect(root).toBe(null)
  expect(diagnostics).toMatchObject([
    { file: 'a.yaml', line: 1, level: 'error', message: expect.stringContaining('10 s') },
  ])
  await thread.stop()
})

test('a thread that dies is an error of the file, and no crash', async () => {
  const log = recordingLog()
  const dying = await script('throw new Error("out of memory")')
  const thread = new YamlThread({ clock: systemClock, log, script: dying })
  expect((await thread.load({ file: 'a.yaml', text: valid })).diagnostics).toMatchObject([{ level: 'error' }])
  expect(log.lines[0]?.detail).toMatchObject({ error: 'out of memory' })
  await thread.stop()
})

test('where there is no thread to be had, it is read all the same, and said', async () => {
  const log = recordingLog()
  const thread = new YamlThread({ clock: systemClock, log, script: new URL('https://example.com/x.js') })
  const source = { file: 'a.yaml', text: valid }
  expect(await thread.load(source)).toEqual(loadYaml(source))
  expect(log.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('no thread') }])
  await thread.stop()
})
