import type { Socket } from 'node:net'

/** Where one of the two ends, so does the other. While they are open, they stand in `sockets`. */
export function endTogether([near, far]: readonly [Socket, Socket], sockets: Set<Socket>): void {
  for (const [socket, other] of [
    [near, far],
    [far, near],
  ] as const) {
    sockets.add(socket)
    socket.on('error', () => other.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      other.destroy()
    })
  }
}
