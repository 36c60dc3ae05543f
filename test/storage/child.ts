import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Child {
  readonly process: ChildProcess
  /** The lines it has printed so far; they go on growing. */
  readonly lines: string[]
  /** Resolves with the first line that begins so, from now or before. */
  line(start: string): Promise<string>
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>
  readonly ended: Promise<void>
}

/** Runs `body` (JavaScript with `openStorage`, `folder`, `log` and `say` in scope) in another process. */
export function runChild(options: { compiled: string; folder: string; body: string }): Child {
  const script = `
    import { openStorage } from ${JSON.stringify(join(options.compiled, 'storage/storage.js'))}
    const folder = ${JSON.stringify(options.folder)}
    const quiet = () => undefined
    const log = { debug: quiet, info: quiet, warn: quiet, error: quiet, for: () => log }
    const say = (line) => process.stdout.write(line + '\\n')
    ${options.body}`
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => lines.push(line))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const line = (start: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = lines.find((one) => one.startsWith(start))
        if (found === undefined) return
        reader.off('line', look)
        resolve(found)
      }
      reader.on('line', look)
      look()
      ended.then(() => reject(new Error(`ended without "${start}": ${lines.join(' | ')}`)))
    })
  const kill = () => {
    child.kill('SIGKILL')
    return ended
  }
  return { process: child, lines, line, kill, ended }
}
