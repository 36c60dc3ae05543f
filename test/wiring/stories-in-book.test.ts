import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Problems } from '../../src/wiring/problems.ts'
import type { RuleBook } from '../../src/wiring/rule-book.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readBook } from '../support/rule-book.ts'

let folder: string
let book: RuleBook | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-stories-'))
})

afterEach(async () => {
  await book?.stop()
  await rm(folder, { recursive: true, force: true })
})

const story = `stories:
  lantern:
    scenes:
      door: {play: door.mp3, left: attic, right: attic, silence: attic}
      attic: {ending: home}
`

async function household() {
  const log = recordingLog()
  const problems = new Problems()
  const there = new Set<string>()
  const find = async (file: string) =>
    there.has(file)
      ? ({ state: 'playable', path: file, durationS: 1 } as never)
      : ({ state: 'missing' } as const)
  book = await readBook({ folder, problems, log, library: { find } })
  return { book, problems, there, said: () => log.lines.splice(0).map(({ message }) => message) }
}

test('a story whose audio is missing is not there, and comes by itself once the audio does', async () => {
  await writeFile(join(folder, 'lantern.yaml'), story)
  const { book, problems, there, said } = await household()
  expect(book.current.stories?.size).toBe(0)
  expect(said()[0]).toContain('lantern.yaml:4:20 error[story/audio-missing] there is no file "door.mp3"')
  await book.look()
  expect(book.current.stories?.size).toBe(0)
  there.add('door.mp3')
  await book.look()
  expect([...(book.current.stories?.keys() ?? [])]).toEqual(['lantern'])
  expect(problems.list()).toEqual([])
  expect(said().join('\n')).toContain('lantern.yaml is mended')
})

test('stories are told of once, and again when there are others', async () => {
  await writeFile(join(folder, 'lantern.yaml'), story.replace('play: door.mp3', 'say: The door.'))
  const { book, said } = await household()
  const told = (lines: readonly string[]) => lines.filter((line) => line.startsWith('stories can be'))
  expect(told(said())).toHaveLength(1)
  await book.reload()
  expect(told(said())).toEqual([])
  await writeFile(
    join(folder, 'second.yaml'),
    story.replace('play: door.mp3', 'say: x').replace('lantern', 'other'),
  )
  await book.reload()
  expect(told(said())).toHaveLength(1)
})

test('what its story says again in another file is refused there', async () => {
  await writeFile(join(folder, 'lantern.yaml'), story.replace('play: door.mp3', 'say: The door.'))
  await writeFile(join(folder, 'second.yaml'), story.replace('play: door.mp3', 'say: The door.'))
  const { said } = await household()
  expect(said().join('\n')).toContain(
    'second.yaml:2:3 error[yaml/duplicate] story "lantern" is already defined at lantern.yaml:2',
  )
})
