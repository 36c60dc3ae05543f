import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { loadOptions } from '../../src/options.ts'
import { commands } from '../../src/wiring/commands.ts'
import { testWith } from '../support/programs.ts'
import { spoken, tone, type WyomingServer, wyomingServer } from '../support/wyoming-server.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))

let home: string
let server: WyomingServer

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'speak-'))
  await mkdir(join(home, 'config'))
  await writeFile(
    join(home, 'config', 'two.yaml'),
    `stories:
  owl: {scenes: {a: {say: The owl., again: {say: Again.}, ending: x}}}
  fox: {scenes: {a: {say: The fox., go: b}, b: {say: "...", ending: x}}}
`,
  )
  server = await wyomingServer((socket) => void socket.write(spoken(tone(0.5))))
})

afterEach(async () => {
  await server.stop()
  await rm(home, { recursive: true, force: true })
})

async function speak(...argv: string[]) {
  const env = {
    TZ: 'UTC',
    YOTO_STREAM_SPEECH_PROVIDER: 'wyoming',
    YOTO_STREAM_SPEECH_WYOMING_URL: server.url,
  }
  const loaded = await loadOptions({ argv: ['speak', ...argv, '--data', home], env, cwd: home, commands })
  return run(loaded)
}

async function run(loaded: Awaited<ReturnType<typeof loadOptions>>) {
  const command = commands.find(({ name }) => name === 'speak') ?? expect.unreachable('no such command')
  let told = ''
  const terminal = {
    takesKeys: false,
    write: (text: string) => {
      told += text
    },
    open: () => expect.unreachable('nothing is asked'),
  }
  const { answer, failed } = await command.run({
    ...loaded,
    shipped,
    cwd: home,
    clock: systemClock,
    terminal,
  })
  return { told, answer, failed }
}

const asked = () => server.asked.map(({ data }) => data.text).toSorted()

testWith(['ffmpeg'], 'makes what one story says, tells how far it is, and does it once', async () => {
  expect(await speak('owl')).toEqual({
    told: '1 of 2\n2 of 2\n',
    answer: '2 of 2 texts are there, 2 of them made now.\n',
    failed: false,
  })
  expect(asked()).toEqual(['Again.', 'The owl.'])
  expect((await readdir(join(home, 'speech'))).filter((name) => name.endsWith('.mp3'))).toHaveLength(2)
  expect(await speak('owl')).toMatchObject({ answer: '2 of 2 texts are there, 0 of them made now.\n' })
  expect(server.asked).toHaveLength(2)
})

testWith(
  ['ffmpeg'],
  'of all stories fails where something cannot be said, and says why',
  { tags: 'slow' },
  async () => {
    const { answer, failed } = await speak()
    expect(answer).toBe('3 of 4 texts are there, 3 of them made now.\n  "...": there are no words in it\n')
    expect(failed).toBe(true)
    const { told, answer: json } = await speak('--json')
    expect(told).toBe('')
    expect(JSON.parse(json)).toEqual({
      ...{ texts: 4, ready: 3, made: 0 },
      failed: [{ text: '...', reason: 'there are no words in it' }],
    })
  },
)

test('without a voice says how to get one', async () => {
  const argv = ['speak', '--data', home]
  const loaded = await loadOptions({ argv, env: { TZ: 'UTC' }, cwd: home, commands })
  await expect(run(loaded)).rejects.toThrow(
    'command speak: no voice is set up: set speech.provider to home_assistant, wyoming or espeak',
  )
  await writeFile(join(home, 'config', 'two.yaml'), 'stories: {owl: {scenes: {a: {ending: x}}}}\n')
  expect(await run(loaded)).toMatchObject({
    answer: 'The stories have audio for all that they say.\n',
    failed: false,
  })
})

test('of a voice that is not there fails, with the reason', async () => {
  await server.stop()
  const { answer, failed } = await speak('owl')
  expect(failed).toBe(true)
  expect(answer).toContain('0 of 2 texts are there, 0 of them made now.')
  expect(answer).toContain('is not there: nothing listens at this address')
  await expect(speak('owll')).rejects.toThrow('there is no story "owll" - did you mean "owl"?')
})
