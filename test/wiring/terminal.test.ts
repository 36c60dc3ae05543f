import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { terminalOn } from '../../src/wiring/terminal.ts'

/** A stream that is typed into, as a terminal or a pipe. */
function input({ isTTY = false } = {}) {
  const modes: boolean[] = []
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    setRawMode(isRaw: boolean) {
      modes.push(isRaw)
      return stream as never
    },
  })
  return { stream, modes }
}

function terminal({ isTTY = false } = {}) {
  const { stream, modes } = input({ isTTY })
  let end = () => {}
  const opened = terminalOn({
    input: () => stream,
    output: { isTTY, write: () => undefined },
    onEnd(listener) {
      end = listener
      return () => {
        end = () => {}
      }
    },
  })
  return { terminal: opened, stream, modes, end: () => end() }
}

describe('keys', () => {
  test('come one by one, by their names, however they arrive', async () => {
    const { terminal: here, stream, modes } = terminal({ isTTY: true })
    expect(here.takesKeys).toBe(true)
    const typing = here.open('keys')
    expect(modes).toEqual([true])
    stream.write('\u001b[Dl\u001bOC')
    // A key may be cut in two on a slow line.
    setTimeout(() => stream.write('\u001b['), 5)
    setTimeout(() => stream.write('B L\u0003\u0004'), 10)
    const found: (string | null)[] = []
    for (let key = 0; key < 8; key++) found.push(await typing.next())
    expect(found).toEqual(['left', 'l', 'right', 'down', 'space', 'l', 'ctrl+c', 'ctrl+d'])
    stream.end()
    expect(await typing.next()).toBeNull()
    typing.close()
    typing.close()
    expect(modes).toEqual([true, false])
  })

  test('are not taken where one of the two is no terminal', () => {
    const { stream } = input({ isTTY: true })
    const onEnd = () => () => undefined
    const output = { isTTY: false, write: () => undefined }
    expect(terminalOn({ input: () => stream, output, onEnd }).takesKeys).toBe(false)
  })
})

describe('lines', () => {
  test('come one by one, the last one also without its end', async () => {
    const { terminal: here, stream } = terminal()
    const typing = here.open('lines')
    stream.write('le')
    stream.write('ft\r\n\nright\nwa')
    stream.end('it')
    const found: (string | null)[] = []
    for (let line = 0; line < 5; line++) found.push(await typing.next())
    expect(found).toEqual(['left\r', '', 'right', 'wait', null])
    expect(await typing.next()).toBeNull()
  })

  test('are taken no faster than they are asked for, and a line without end fills nothing', async () => {
    const { terminal: here, stream } = terminal()
    const typing = here.open('lines')
    const long = typing.next()
    for (let part = 0; part < 100; part++) stream.write('x'.repeat(1_000))
    stream.write('\nleft\n')
    expect((await long)?.length).toBe(1_000)
    expect(await typing.next()).toBe('left')
    // Nobody asks now: it fills, and whoever writes is told to wait.
    let taken = 0
    while (taken < 1_000 && stream.write('right\n'.repeat(1_000))) taken += 1
    expect(taken).toBeLessThan(100)
    expect(await typing.next()).toBe('right')
    typing.close()
  })

  test('end when the process is told to, with what was not taken yet', async () => {
    const { terminal: here, stream, end } = terminal()
    const typing = here.open('lines')
    stream.write('left\nright\n')
    expect(await typing.next()).toBe('left')
    end()
    expect(typing.toldToEnd.aborted).toBe(true)
    expect(await typing.next()).toBeNull()
    typing.close()
  })

  test('that break off end', async () => {
    const { terminal: here, stream } = terminal()
    const typing = here.open('lines')
    const next = typing.next()
    stream.destroy(new Error('EIO'))
    expect(await next).toBeNull()
  })
})
