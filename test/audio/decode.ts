import { spawn } from 'node:child_process'

/** What ffmpeg says when it reads these bytes from a pipe; with a file it also guesses the length, and says so. */
export function ffmpeg(bytes: Uint8Array, args: readonly string[]): Promise<{ out: Buffer; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-hide_banner', '-nostats', '-f', 'mp3', '-i', 'pipe:0', ...args])
    const out: Buffer[] = []
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', () => resolve({ out: Buffer.concat(out), said }))
    child.stdin.on('error', () => {})
    child.stdin.end(bytes)
  })
}

/** Decodes to samples: what was warned of, and how many samples a channel has. */
export async function decode(bytes: Uint8Array): Promise<{ said: string; samples: number }> {
  const { out, said } = await ffmpeg(bytes, ['-v', 'warning', '-f', 's16le', '-ac', '1', 'pipe:1'])
  return { said, samples: out.length / 2 }
}
