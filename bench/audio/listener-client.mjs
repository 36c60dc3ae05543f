// Many listeners of one live stream, a process of its own on raw sockets. Told by its first argument (JSON); says
// `listening` when all of them hear something, and what they heard (JSON) when its standard input ends.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const { port, path, listeners, burstMs } = JSON.parse(process.argv[2])
const apartMs = 4
const heard = []
const firstBytes = []
let ended = 0
let isOver = false

for (let listener = 0; listener < listeners; listener++) {
  listen()
  await sleep(apartMs)
}
while (firstBytes.length < listeners) await sleep(20)
process.stdout.write('listening\n')
process.stdin.resume()
process.stdin.once('end', () => {
  isOver = true
  const gaps = heard.map(({ longestGap, last }) => Math.max(longestGap, last === 0 ? 0 : performance.now() - last))
  const seconds = heard.map(({ from, bytes }) => bytes / ((performance.now() - from) / 1000))
  const outcome = JSON.stringify({ firstBytes, gaps, bytesPerSecond: seconds, ended })
  process.stdout.write(outcome, () => process.exit())
})

function listen() {
  const state = { from: 0, bytes: 0, last: 0, longestGap: 0 }
  heard.push(state)
  const began = performance.now()
  const buffer = Buffer.allocUnsafe(64 * 1024)
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback: arrived } })
  socket.once('connect', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`))
  socket.on('error', () => undefined)
  socket.once('close', () => {
    if (!isOver) ended++
  })
  let isFirst = true

  function arrived(count) {
    const now = performance.now()
    if (isFirst) firstBytes.push(now - began)
    isFirst = false
    // What comes ahead of its time comes when it likes.
    if (now - began < burstMs) return true
    if (state.from === 0) state.from = now
    else {
      state.longestGap = Math.max(state.longestGap, now - state.last)
      state.bytes += count
    }
    state.last = now
    return true
  }
}
