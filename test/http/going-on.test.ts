import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openMediaDoor, requestFor, streamKey, wireTo } from '../support/media-door.ts'

const stream = `/media/${streamKey}/stream.mp3`
// As many as are told of at once, and some more.
const many = 40

/** Answers to the same request on one connection each: first those of the app, then those of whoever stands before it. */
async function answersTo(port: number, count: number, range: string, ...headers: string[]) {
  const answers: { head: string; bytes: Buffer }[] = []
  for (let turn = 0; turn < count; turn++) {
    const wire = await wireTo(port, requestFor(stream, `Range: ${range}`, 'Connection: close', ...headers))
    await wire.ended
    const said = wire.said()
    const headEnds = said.indexOf('\r\n\r\n')
    answers.push({
      head: said.slice(0, headEnds).replace(/\r\nDate: [^\r]*/, ''),
      bytes: Buffer.from(said.slice(headEnds + 4), 'latin1'),
    })
  }
  return answers
}

/** The lines of a head in one spelling: headers have no order. */
const linesOf = (head: string) => head.toLowerCase().split('\r\n').sort()

test.each([
  ['a piece', 'bytes=1000-66535', 1000, 66_535],
  ['a short piece', 'bytes=384-390', 384, 390],
  ['a piece too long to be read at once', 'bytes=500-200000', 500, 200_000],
  ['the end', 'bytes=23039000-', 23_039_000, 23_039_999],
  ['more than there is', 'bytes=23039000-99999999', 23_039_000, 23_039_999],
])(
  '%s has the same head and the same bytes, however often it is asked for',
  async (_what, range, start, end) => {
    const { port, folder, log } = await openMediaDoor()
    const whole = await readFile(join(folder, 'long.mp3'))
    const answers = await answersTo(port, many, range)
    const [first] = answers
    for (const { head, bytes } of answers) {
      expect(linesOf(head)).toEqual(linesOf(first?.head ?? ''))
      expect(bytes.equals(whole.subarray(start, end + 1))).toBe(true)
    }
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
  },
)

test.each([
  ['behind the end', 'bytes=99999999-', [], 416],
  ['with its tag', 'bytes=1000-1999', ['If-Range: "another"'], 200],
  ['that is fresh', 'bytes=1000-1999', ['If-None-Match: *'], 304],
])('a part %s is answered as ever', async (_what, range, headers, status) => {
  const { port } = await openMediaDoor()
  await answersTo(port, many, 'bytes=1000-1999')
  const [answer] = await answersTo(port, 1, range, ...headers)
  expect(answer?.head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
})

test('who does not read on has what was read for them, whatever others are sent meanwhile', async () => {
  const turns = Array.from({ length: 80 }, (_, turn) => turn)
  const { port, folder } = await openMediaDoor({ limits: { mostAnswers: turns.length } })
  const whole = await readFile(join(folder, 'long.mp3'))
  await answersTo(port, many, 'bytes=1-2')
  // More than all buffers on the way hold: some of it waits in the door.
  const slow = await Promise.all(Array.from({ length: 10 }, () => pausedOn(port)))
  const starts = slow.map((_, piece) => 1000 + piece * 65_537)
  for (const turn of turns)
    for (const [index, { socket }] of slow.entries())
      socket.write(requestFor(stream, rangeAt((starts[index] ?? 0) + turn * 1000)))
  await answersTo(port, 60, 'bytes=7000000-7065535')
  for (const { socket } of slow) socket.resume()
  await expect
    .poll(() => slow.every(({ said }) => partsIn(said()).length === turns.length), { timeout: 30_000 })
    .toBe(true)
  for (const [index, { said }] of slow.entries())
    for (const [turn, bytes] of partsIn(said()).entries()) {
      const start = (starts[index] ?? 0) + turn * 1000
      expect(bytes.equals(whole.subarray(start, start + pieceBytes))).toBe(true)
    }
}, 60_000)

const pieceBytes = 65_536
const rangeAt = (start: number) => `Range: bytes=${start}-${start + pieceBytes - 1}`

async function pausedOn(port: number) {
  const wire = await wireTo(port)
  wire.socket.pause()
  return wire
}

/** The bodies that have come whole. */
function partsIn(said: string): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const begin = said.indexOf('\r\n\r\n', at) + 4
    if (begin < 4 || said.length < begin + pieceBytes) return parts
    parts.push(Buffer.from(said.slice(begin, begin + pieceBytes), 'latin1'))
    at = begin + pieceBytes
  }
}

test('a file that changes is not sent on under its old tag', async () => {
  const { port, folder } = await openMediaDoor()
  await answersTo(port, many, 'bytes=1000-1999')
  await appendFile(join(folder, 'long.mp3'), Buffer.alloc(384))
  const [answer] = await answersTo(port, 1, 'bytes=1000-1999')
  expect(answer?.head).not.toMatch(/^HTTP\/1.1 206 /)
  expect(answer?.head).toMatch(/^HTTP\/1.1 200 /)
})

test('a key nobody was given opens nothing, also in the middle', async () => {
  const { port } = await openMediaDoor()
  const wire = await wireTo(
    port,
    requestFor(stream.replace(streamKey, 'x'.repeat(24)), 'Range: bytes=1000-1999', 'Connection: close'),
  )
  await wire.ended
  expect(wire.said()).toMatch(/^HTTP\/1.1 404 /)
})
