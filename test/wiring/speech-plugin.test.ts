import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { loadOptions } from '../../src/options.ts'
import { guardedSpeech } from '../../src/rules/plugins/guard-speech.ts'
import { PluginWatch } from '../../src/rules/plugins/watch.ts'
import { pluginSpeech } from '../../src/speech/plugin.ts'
import { SpeechFault } from '../../src/speech/provider.ts'
import { commands } from '../../src/wiring/commands.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))

/** Half a second of a tone as a WAV of 16 kHz, and what it was asked for beside it. */
const robot = `import { writeFileSync } from 'node:fs'

const rate = 16000
function wav() {
  const sound = Buffer.alloc(rate)
  for (let at = 0; at < rate / 2; at++) sound.writeInt16LE(Math.round(8000 * Math.sin(at / 6)), 2 * at)
  const head = Buffer.alloc(44)
  head.write('RIFF'); head.writeUInt32LE(36 + sound.length, 4); head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16); head.writeUInt16LE(1, 20); head.writeUInt16LE(1, 22)
  head.writeUInt32LE(rate, 24); head.writeUInt32LE(rate * 2, 28); head.writeUInt16LE(2, 32); head.writeUInt16LE(16, 34)
  head.write('data', 36); head.writeUInt32LE(sound.length, 40)
  return Buffer.concat([head, sound])
}
let place
export default {
  id: 'robots', api: 1, version: '1',
  config: { type: 'object', properties: { out: { type: 'string' } }, additionalProperties: false },
  setup({ config }) { place = config.out },
  speechProviders: {
    robot: {
      describe: 'Beeps.',
      async speak(text, { voice, language }) {
        if (text.includes('Silence')) throw new Error('it has no more breath')
        writeFileSync(place, JSON.stringify({ text, voice, language }))
        return wav()
      },
    },
  },
}
`

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'speech-plugin-'))
  await mkdir(join(home, 'config', 'plugins'), { recursive: true })
  await writeFile(join(home, 'config', 'plugins', 'robots.mjs'), robot)
  await writeFile(join(home, 'config', 'plugins', 'robots.yaml'), `out: ${join(home, 'asked.json')}\n`)
})

afterEach(() => rm(home, { recursive: true, force: true }))

async function speak(words: string, env: Record<string, string> = {}) {
  const story = `stories: {owl: {scenes: {a: {say: ${words}, ending: x}}}}\n`
  await writeFile(join(home, 'config', 'owl.yaml'), story)
  const argv = ['speak', '--data', home]
  const all = { TZ: 'UTC', YOTO_STREAM_SPEECH_PROVIDER: 'robot', ...env }
  const loaded = await loadOptions({ argv, env: all, cwd: home, commands })
  const command = commands.find(({ name }) => name === 'speak') ?? expect.unreachable('no such command')
  return command.run({ ...loaded, shipped, cwd: home, clock: systemClock })
}

testWith(['ffmpeg'], 'a plug-in speaks, with the voice and language of the options', async () => {
  const env = { YOTO_STREAM_SPEECH_VOICE: 'tin', YOTO_STREAM_SPEECH_LANGUAGE: 'de' }
  expect(await speak('Beep beep.', env)).toEqual({
    answer: '1 of 1 text is there, 1 of them made now.\n',
    failed: false,
  })
  const asked = JSON.parse(await readFile(join(home, 'asked.json'), 'utf8'))
  expect(asked).toEqual({ text: 'Beep beep.', voice: 'tin', language: 'de' })
  expect((await speak('Beep beep.', env)).answer).toContain('0 of them made now')
  // Another language is another sound.
  expect((await speak('Beep beep.', { YOTO_STREAM_SPEECH_VOICE: 'tin' })).answer).toContain(
    '1 of them made now',
  )
})

test('what it fails with is told with its name', async () => {
  const { answer, failed } = await speak('Silence.')
  expect(failed).toBe(true)
  expect(answer).toContain('it has no more breath')
  expect(answer).toContain('plug-in "robots"')
})

test('where no plug-in brings it, that is said, with what was probably meant', async () => {
  const named = (name: string) => speak('Beep.', { YOTO_STREAM_SPEECH_PROVIDER: name })
  expect((await named('espaek')).answer).toContain(
    'no plug-in brings the speech provider "espaek" that speech.provider names - did you mean "espeak"?',
  )
  await writeFile(join(home, 'config', 'plugins', 'robots.yaml'), 'volume: 3\n')
  expect((await named('robot')).answer).toContain(
    'the plug-in "robots" (plugins/robots.mjs), which speaks, is left out',
  )
})

function watched(speak: (text: string) => unknown) {
  const watch = new PluginWatch({
    ...{ plugin: 'robots', clock: new VirtualClock(), log: recordingLog() },
    stopped: () => undefined,
  })
  const part = guardedSpeech('robot', { speak: speak as never }, watch)
  return pluginSpeech('robot', () => part)
}

const how = { voice: null, language: null, signal: new AbortController().signal }

test.each<[string, (text: string) => unknown, string]>([
  ['no bytes', async () => 'beep', 'it answered string, not bytes of a sound'],
  ['nothing', () => undefined, 'it answered undefined, not bytes of a sound'],
  [
    'a loop without an end',
    () => {
      for (;;);
    },
    'it did not end within 2 s',
  ],
  [
    'an error at once',
    () => {
      throw new Error('rust')
    },
    'rust',
  ],
])('%s is a fault of the provider', async (_, speaks, said) => {
  const fault = await watched(speaks)
    .speak('Beep.', how)
    .catch((error) => error)
  expect(fault).toBeInstanceOf(SpeechFault)
  expect(fault).toMatchObject({ of: 'provider', message: expect.stringContaining(said) })
})

test('one that never answers is left when nobody waits any more; too much sound is the text’s own fault', async () => {
  const enough = new AbortController()
  const never = watched(() => new Promise(() => undefined)).speak('Beep.', { ...how, signal: enough.signal })
  enough.abort(new Error('nobody waits'))
  await expect(never).rejects.toThrow('nobody waits')
  const large = watched(async () => new Uint8Array(33 * 1024 * 1024)).speak('Beep.', how)
  await expect(large).rejects.toMatchObject({ of: 'text' })
})
