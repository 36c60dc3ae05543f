import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { oneTurn } from '../virtual-clock.ts'

/** Knows when nothing is under way any more in this process: both ends of every connection are in it. */
export interface Calm {
  /**
   * Resolves when all that was sent has arrived, all that it set off has been sent, and `isBusy` is over. `stirred` is
   * called whenever something has moved.
   */
  reached(stirred?: () => void): Promise<void>
  stop(): void
}

// What lies unread for so many turns is of no interest to its reader now, such as a player that has read ahead enough.
const unreadTurns = 64
// A message sets off work of a few turns of the event loop before the next is sent.
const calmTurns = 4
// Only a fault of the test keeps it from coming: then it has to end, on a slow machine as well.
const longestRealMs = 60_000

/** `isBusy`: whether work goes on that no socket shows, such as a disk's. */
export function watchCalm(isBusy: () => boolean): Calm {
  const sockets = new Set<Socket>()
  const add = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  for (const channel of channels) subscribe(channel, add)
  return {
    async reached(stirred) {
      const until = performance.now() + longestRealMs
      let [calm, last] = [0, trafficOf(sockets)]
      for (let left = calmTurns; calm < left; ) {
        await oneTurn()
        const now = trafficOf(sockets)
        const isStill = now.sent === last.sent && now.arrived === last.arrived && !now.connecting && !isBusy()
        calm = isStill ? calm + 1 : 0
        left = now.sent === now.arrived ? calmTurns : unreadTurns
        last = now
        if (!isStill) stirred?.()
        if (!isStill && performance.now() > until)
          throw new Error(`no calm: ${now.sent} bytes were sent, ${now.arrived} arrived; busy: ${isBusy()}`)
      }
    },
    stop() {
      for (const channel of channels) unsubscribe(channel, add)
    },
  }
}

const channels = ['net.client.socket', 'net.server.socket']

function trafficOf(sockets: ReadonlySet<Socket>) {
  let [sent, arrived, connecting] = [0, 0, false]
  for (const socket of sockets) {
    sent += socket.bytesWritten
    arrived += socket.bytesRead
    connecting ||= socket.connecting
  }
  return { sent, arrived, connecting }
}
