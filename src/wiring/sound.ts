import { spawn } from 'node:child_process'

/** Plays sound on this machine. */
const program = 'ffplay'

/** Whether there is a program that can play. */
export async function canPlay(): Promise<boolean> {
  const asked = spawn(program, ['-version'], { stdio: 'ignore' })
  return new Promise((resolve) => {
    asked.on('error', () => resolve(false))
    asked.on('close', (code) => resolve(code === 0))
  })
}

// Its last lines say it; a damaged file may have it say a lot.
const keptCharacters = 2_000

/** Why something could not be heard. */
export interface SoundFault {
  /** `machine`: nothing else will be heard either. */
  readonly about: 'file' | 'machine'
  /** For people. */
  readonly why: string
}

/**
 * Plays what lies there, to its end or until the signal. Resolves when nothing of it is heard any more: with null, or
 * why it could not be heard. Never rejects.
 */
export async function played(path: string, signal: AbortSignal): Promise<SoundFault | null> {
  if (signal.aborted) return null
  const options = ['-nodisp', '-autoexit', '-loglevel', 'error', '-vn', '-sn']
  // It is let at the one file, and at nothing that this may name.
  const fence = ['-protocol_whitelist', 'file,pipe']
  const child = spawn(program, [...options, ...fence, '-i', `file:${path}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    // It holds nothing that it would have to put in order, and the next sound waits for it.
    killSignal: 'SIGKILL',
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-keptCharacters)
  })
  let fault: SoundFault | null = null
  child.on('error', (error) => {
    fault = { about: 'machine', why: error.message }
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  if (signal.aborted) return null
  if (fault !== null || code === 0) return fault ?? faultIn(said, path)
  // A file that it cannot play is no reason for it to end with anything but 0.
  const [first = ''] = said.trim().split('\n')
  return { about: 'machine', why: first === '' ? `${program} ended with ${code}` : first }
}

/** What it says in its last line where it could not play; it ends with 0 all the same. */
function faultIn(said: string, path: string): SoundFault | null {
  const lines = said.trim().split('\n')
  const last = lines.at(-1) ?? ''
  const ownFault = `file:${path}: `
  if (last.startsWith(ownFault)) return { about: 'file', why: last.slice(ownFault.length) }
  if (!last.startsWith('Failed to open file')) return null
  const why = `the sound of this machine cannot be opened${lines.length > 1 ? ` (${lines.at(-2)})` : ''}`
  return { about: 'machine', why }
}
