import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { espeak } from '../../src/speech/espeak.ts'
import { SpeechFault } from '../../src/speech/provider.ts'
import { wordsOf } from '../../src/speech/words.ts'
import { testWith } from '../support/programs.ts'

// Only a machine with much else to do needs as long.
const within = { timeout: 30_000 }

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espeak-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const quiet = () => ({ voice: null, language: null, signal: new AbortController().signal })

async function faultOf(speaking: Promise<unknown>): Promise<SpeechFault> {
  const thrown = await speaking.then(
    () => expect.unreachable('it gave a sound'),
    (error: unknown) => error,
  )
  if (!(thrown instanceof SpeechFault)) throw thrown
  return thrown
}

/** A program of the test's own in place of espeak-ng. */
async function programThat(name: string, script: string): Promise<string> {
  const program = join(folder, name)
  await writeFile(program, `#!/bin/sh\n${script}\n`)
  await chmod(program, 0o755)
  return program
}

/** Seconds of a WAVE file of one channel of 16 bits. */
function seconds(wav: Uint8Array): number {
  const bytes = Buffer.from(wav)
  return (bytes.length - 44) / 2 / bytes.readUInt32LE(24)
}

describe('espeak-ng', () => {
  testWith(['espeak-ng'], 'says a text, and a longer one longer', async () => {
    const short = await espeak().speak('Good evening.', quiet())
    const long = await espeak().speak('Good evening, you little whale in the big wide sea.', quiet())
    expect(Buffer.from(short).toString('latin1', 0, 4)).toBe('RIFF')
    expect(seconds(short)).toBeGreaterThan(0.5)
    expect(seconds(long)).toBeGreaterThan(2 * seconds(short))
  })

  testWith(['espeak-ng'], 'takes another voice, and the language for one', async () => {
    const english = Buffer.from(await espeak().speak('Zwei Zwerge', quiet()))
    const german = Buffer.from(await espeak().speak('Zwei Zwerge', { ...quiet(), voice: 'de' }))
    const byLanguage = Buffer.from(await espeak().speak('Zwei Zwerge', { ...quiet(), language: 'de' }))
    expect(german.equals(english)).toBe(false)
    expect(byLanguage.equals(german)).toBe(true)
  })

  testWith(
    ['espeak-ng'],
    'says what looks like an option, a command or markup as the text it is',
    async () => {
      const marked = join(folder, 'marked')
      for (const text of [
        '-f/etc/passwd',
        '--path=/x hello',
        `"; touch ${marked}; echo "`,
        `$(touch ${marked})`,
        '<speak><audio src="/etc/passwd"/>hello</speak>',
      ])
        expect(seconds(await espeak().speak(text, quiet())), text).toBeGreaterThan(0.3)
      await expect(readFile(marked)).rejects.toThrow()
    },
  )

  testWith(['espeak-ng'], 'gets no double brackets, which it would take for names of sounds', async () => {
    const read = wordsOf('[[h@l@U]] [[[a')
    if ('fault' in read) return expect.unreachable(read.fault)
    expect(read.words).toBe('[ [h@l@U]] [ [ [a')
    const said = Buffer.from(await espeak().speak(read.words, quiet()))
    const names = Buffer.from(await espeak().speak('[[h@l@U]] [[[a', quiet()))
    expect(said.equals(names)).toBe(false)
  })

  test.each(['--path=/x', '../../etc/passwd', '/etc/passwd', 'en;id', 'en\n', '', 'x'.repeat(65), 'en gb'])(
    'is not even asked for the voice %j',
    async (voice) => {
      const program = await programThat('never', `touch ${join(folder, 'asked')}`)
      const fault = await faultOf(espeak({ program }).speak('x', { ...quiet(), voice }))
      expect(fault.of).toBe('provider')
      expect(fault.message).toMatch(/^speech\.voice: .* is no name of a voice of espeak-ng; /)
      await expect(readFile(join(folder, 'asked'))).rejects.toThrow()
    },
  )

  testWith(['espeak-ng'], 'that has no such voice says so', async () => {
    const fault = await faultOf(espeak().speak('x', { ...quiet(), voice: 'nobody' }))
    expect(fault).toMatchObject({ of: 'provider', message: expect.stringContaining('does not exist') })
  })

  test('that is not there says how to get it', async () => {
    const fault = await faultOf(espeak({ program: join(folder, 'nothing') }).speak('x', quiet()))
    expect(fault.message).toBe(
      'espeak-ng is not installed: install the package espeak-ng, or set speech.provider to another',
    )
  })

  test('that fails, or says nothing, gives no sound', async () => {
    const failing = await programThat('failing', 'echo half; echo out of voice >&2; exit 3')
    expect((await faultOf(espeak({ program: failing }).speak('x', quiet()))).message).toBe(
      'espeak-ng has failed: out of voice',
    )
    const mute = await programThat('mute', 'exit 0')
    expect((await faultOf(espeak({ program: mute }).speak('x', quiet()))).message).toBe(
      'espeak-ng says nothing',
    )
    const shy = await programThat('shy', 'kill -9 $$')
    expect((await faultOf(espeak({ program: shy }).speak('x', quiet()))).message).toMatch(/has failed/)
  })

  test('that does not come to an end is ended', async () => {
    const endless = await programThat('endless', 'exec cat /dev/zero')
    expect(await faultOf(espeak({ program: endless }).speak('x', quiet()))).toMatchObject({
      of: 'text',
      message: expect.stringContaining('longer than five minutes'),
    })
  })

  test('is ended at once when that is wanted', async () => {
    const slow = await programThat('slow', `echo $$ > ${join(folder, 'pid')}; exec sleep 600`)
    const stop = new AbortController()
    const speaking = espeak({ program: slow }).speak('x', { ...quiet(), signal: stop.signal })
    const pid = await expect
      .poll(() => readFile(join(folder, 'pid'), 'utf8').catch(() => ''), within)
      .not.toBe('')
      .then(async () => Number(await readFile(join(folder, 'pid'), 'utf8')))
    stop.abort(new Error('enough'))
    await expect(speaking).rejects.toThrow('enough')
    expect(() => process.kill(pid, 0)).toThrow()
  })
})
