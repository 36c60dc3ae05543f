import { spawn } from 'node:child_process'
import { errnoOf, messageOf } from '../core/error.ts'
import { mostSoundBytes, SpeechFault, type SpeechProvider, tooLong } from './provider.ts'

// In words per minute: espeak-ng's own 175 is quick for a child.
const wordsPerMinute = '140'
const keptCharacters = 500
// No option, no path that leads out of the folder of voices.
const voiceName = /^(?=.{1,64}$)[A-Za-z0-9][A-Za-z0-9_+-]*(\/[A-Za-z0-9][A-Za-z0-9_+-]*)*$/

/** The program espeak-ng on this machine (https://github.com/espeak-ng/espeak-ng). */
export function espeak({ program = 'espeak-ng' } = {}): SpeechProvider {
  return {
    id: 'espeak',
    async speak(text, { voice, language, signal }) {
      const named = voice ?? language
      if (named !== null && !voiceName.test(named))
        throw new SpeechFault(
          'provider',
          `speech.voice: ${JSON.stringify(named.slice(0, 80))} is no name of a voice of espeak-ng; \`espeak-ng --voices\` lists them`,
        )
      const args = ['-b', '1', '-s', wordsPerMinute, ...(named === null ? [] : ['-v', named])]
      const { sound, said } = await run(program, [...args, '--stdin', '--stdout'], {
        input: text,
        signal,
      })
      if (sound.length > 0) return sound
      throw new SpeechFault('provider', `espeak-ng says nothing${said === '' ? '' : `: ${said}`}`)
    },
  }
}

interface Run {
  readonly input: string
  readonly signal: AbortSignal
}

/** What the program writes to its standard output, and the first line of what it complains of. */
async function run(
  program: string,
  args: readonly string[],
  { input, signal }: Run,
): Promise<{ readonly sound: Buffer; readonly said: string }> {
  signal.throwIfAborted()
  const stop = new AbortController()
  const child = spawn(program, args, {
    stdio: 'pipe',
    signal: AbortSignal.any([signal, stop.signal]),
    killSignal: 'SIGKILL',
  })
  let failed: unknown = null
  child.on('error', (error) => {
    failed ??= error
  })
  // Who ends without having read it has said why.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const chunks: Buffer[] = []
  let length = 0
  child.stdout.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > mostSoundBytes) stop.abort()
    else chunks.push(chunk)
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(0, keptCharacters)
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  signal.throwIfAborted()
  if (stop.signal.aborted) throw tooLong()
  if (errnoOf(failed) === 'ENOENT')
    throw new SpeechFault(
      'provider',
      'espeak-ng is not installed: install the package espeak-ng, or set speech.provider to another',
    )
  const [first = ''] = said.trim().split('\n')
  if (failed !== null)
    throw new SpeechFault('provider', `espeak-ng cannot be run: ${messageOf(failed)}`, { cause: failed })
  if (code !== 0)
    throw new SpeechFault('provider', `espeak-ng has failed: ${first || `it ended with ${code}`}`)
  return { sound: Buffer.concat(chunks), said: first }
}
