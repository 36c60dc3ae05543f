// Has a process of Node collect all its garbage: what it takes of the machine says else when the collector ran last.
import WebSocket from 'ws'

/** For a process that was started with `--inspect`; `address` is what it said of that. */
export async function collectGarbage(address) {
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  // What the first one frees may be all that holds something else.
  for (const id of [1, 2]) {
    socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }))
    await new Promise((resolve) => socket.once('message', resolve))
  }
  socket.terminate()
}
