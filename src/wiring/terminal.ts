import { emitKeypressEvents, type Key } from 'node:readline'
import type { ReadStream } from 'node:tty'

/** Where somebody types while a command runs, and reads what it says meanwhile. */
export interface Terminal {
  /** Whether single keys can be taken: somebody sits there and sees what is written. */
  readonly takesKeys: boolean
  /** Begins to take what is typed: keys by their names (`left`, `q`, `ctrl+c`), or whole lines. */
  open(mode: 'keys' | 'lines'): Typing
  write(text: string): void
}

export interface Typing {
  /** What is typed next; null at the end of the input, and once the process is told to end. Asked for one at a time. */
  next(): Promise<string | null>
  /** Aborted when the process is told to end. */
  readonly toldToEnd: AbortSignal
  /** Leaves the terminal as it was. May be called again. */
  close(): void
}

interface TerminalParts {
  /** Taken when the first command asks for it: to look at stdin is to hold it. */
  readonly input: () => NodeJS.ReadableStream & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode' | 'unref'>>
  readonly output: { readonly isTTY?: boolean; write(text: string): unknown }
  /** Has the listener called when the process is told to end, in place of ending it; returns how to take that back. */
  readonly onEnd: (listener: () => void) => () => void
}

/** The terminal of a process. */
export function terminalOn({ input, output, onEnd }: TerminalParts): Terminal {
  return {
    get takesKeys() {
      return output.isTTY === true && input().isTTY === true
    },
    open: (mode) => typingOn(input(), { mode, onEnd }),
    write: (text) => void output.write(text),
  }
}

function typingOn(
  input: ReturnType<TerminalParts['input']>,
  { mode, onEnd }: Pick<TerminalParts, 'onEnd'> & { readonly mode: 'keys' | 'lines' },
): Typing {
  const told = new AbortController()
  const typed: string[] = []
  let waiting: ((typed: string | null) => void) | null = null
  let isOver = false
  const give = () => {
    if (typed.length === 0 && !isOver) return
    // What nobody asked for yet is left to the system: input that never ends must not fill the memory.
    input.pause()
    if (waiting === null) return
    const resolve = waiting
    waiting = null
    resolve(typed.shift() ?? null)
  }
  const end = () => {
    isOver = true
    give()
  }
  const forget = [
    mode === 'keys' ? takeKeys(input, typed, give) : takeLines(input, typed, give),
    onEnd(() => {
      typed.length = 0
      told.abort()
      end()
    }),
  ]
  const ends = ['end', 'close', 'error'] as const
  for (const event of ends) input.on(event, end)
  forget.push(() => {
    for (const event of ends) input.off(event, end)
  })
  return {
    toldToEnd: told.signal,
    next: () =>
      new Promise((resolve) => {
        waiting = resolve
        if (typed.length > 0 || isOver) give()
        else input.resume()
      }),
    close() {
      isOver = true
      for (const each of forget.splice(0)) each()
      input.pause()
      // A pipe that nobody closes must not keep the process.
      input.unref?.()
    },
  }
}

function takeKeys(input: ReturnType<TerminalParts['input']>, typed: string[], give: () => void): () => void {
  const take = (text: string | undefined, { name, ctrl }: Key) => {
    typed.push(`${ctrl === true ? 'ctrl+' : ''}${name ?? text ?? ''}`)
    give()
  }
  emitKeypressEvents(input)
  input.setRawMode?.(true)
  input.on('keypress', take)
  return () => {
    input.off('keypress', take)
    input.setRawMode?.(false)
  }
}

// No word is as long; what is behind it on the line is dropped.
const longestLine = 1_000

function takeLines(input: ReturnType<TerminalParts['input']>, typed: string[], give: () => void): () => void {
  let rest = ''
  const take = (chunk: string | Buffer) => {
    const lines = `${rest}${chunk}`.split('\n')
    rest = (lines.pop() ?? '').slice(0, longestLine)
    typed.push(...lines.map((line) => line.slice(0, longestLine)))
    give()
  }
  // The last line may end without a line break.
  const takeRest = () => {
    if (rest.trim() !== '') typed.push(rest)
    rest = ''
  }
  input.setEncoding('utf8')
  input.on('data', take)
  input.on('end', takeRest)
  return () => {
    input.off('data', take)
    input.off('end', takeRest)
  }
}
