// Asks a server for random ranges of one file over connections that are kept, as fast as it answers; a process of its
// own, on raw sockets and with one buffer a connection, so that it takes less of the machine than what it measures.
// Told by its first argument (JSON), tells by its standard output (JSON).
import { connect } from 'node:net'

const { port, path, size, length, connections, ms } = JSON.parse(process.argv[2])
const end = performance.now() + ms
const firstBytes = []
let wrong = 0

const cpuBefore = process.cpuUsage()
const began = performance.now()
await Promise.all(Array.from({ length: connections }, askOnAndOn))
const { user, system } = process.cpuUsage(cpuBefore)
const seconds = (performance.now() - began) / 1000
process.stdout.write(JSON.stringify({ seconds, firstBytes, wrong, cpuSeconds: (user + system) / 1e6 }))

/** One client: a request, its answer, the next request; another connection when the server has ended this one. */
async function askOnAndOn() {
  while (performance.now() < end) await useConnection()
}

function useConnection() {
  return new Promise((resolve) => {
    let asked = 0
    let missing = 0
    let head = ''
    let isLast = false
    const buffer = Buffer.allocUnsafe(128 * 1024)
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback: arrived } })
    socket.once('connect', ask)
    socket.once('close', resolve)
    socket.once('error', () => {
      if (performance.now() < end) wrong++
    })

    function ask() {
      if (isLast || performance.now() >= end) return socket.destroy()
      const start = Math.floor(Math.random() * (size - length))
      head = ''
      missing = -1
      asked = performance.now()
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=${start}-${start + length - 1}\r\n\r\n`)
    }

    function arrived(count, bytes) {
      if (missing >= 0) return taken(count)
      head += bytes.latin1Slice(0, count)
      const headEnds = head.indexOf('\r\n\r\n')
      if (headEnds < 0) return true
      firstBytes.push(performance.now() - asked)
      const announced = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
      if (!head.startsWith('HTTP/1.1 206') || announced !== length) {
        wrong++
        socket.destroy()
        return false
      }
      isLast = /\r\nconnection: close/i.test(head.slice(0, headEnds + 4))
      missing = announced
      return taken(head.length - headEnds - 4)
    }

    function taken(count) {
      missing -= count
      if (missing === 0) ask()
      return true
    }
  })
}
