import { connect, isIP, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, TLSSocket } from 'node:tls'

interface Target {
  readonly host?: string | null | undefined
  readonly port?: number | string | null | undefined
  readonly servername?: string | undefined
}

type Opened = (error: Error | null, socket: Duplex) => void

/**
 * The TCP connection below a WebSocket, kept at hand because it alone can be reset: whoever just closes a
 * connection leaves what was written to the kernel, which goes on sending it.
 */
export class Carrier {
  #socket: Socket | undefined

  /** `createConnection` of a request. TLS begins when TCP stands, as only then its socket is the final one. */
  connect(target: Target, secure: boolean, opened: Opened): Socket | undefined {
    const host = target.host ?? 'localhost'
    const socket = connect({ host, port: Number(target.port) })
    this.#socket = socket
    if (secure) {
      const failed = (error: Error) => opened(error, socket)
      socket.once('error', failed)
      socket.once('connect', () => {
        socket.off('error', failed)
        const servername = target.servername ?? (isIP(host) === 0 ? host : '')
        opened(null, connectTls({ ...target, host, port: undefined, path: undefined, servername, socket }))
      })
    }
    return secure ? undefined : socket
  }

  /** Ends the connection so that nothing that is still under way arrives. `stream` is what carries it where no WebSocket does. */
  reset(stream: Duplex): void {
    const socket = this.#socket ?? stream
    // Node can reset plain TCP only.
    if (socket instanceof Socket && !(socket instanceof TLSSocket)) socket.resetAndDestroy()
    else socket.destroy()
  }

  /** Leaves nothing open, not even an attempt to connect. */
  close(): void {
    this.#socket?.destroy()
  }
}
