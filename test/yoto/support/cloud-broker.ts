import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Aedes } from 'aedes'
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws'

export interface Arrival {
  readonly clientId: string
  readonly username: string
  readonly password: string
}

export interface Published {
  readonly topic: string
  readonly payload: string
}

/** A real broker over websockets in the place of Yoto's, which writes down what reaches it. */
export class CloudBroker {
  readonly arrivals: Arrival[] = []
  /** One entry a SUBSCRIBE packet. */
  readonly subscriptions: string[][] = []
  readonly unsubscriptions: string[][] = []
  readonly published: Published[] = []
  readonly refusedPasswords = new Set<string>()
  /** What becomes of a topic that somebody subscribes to. */
  subscribing: 'granted' | 'refused' | 'ignored' = 'granted'
  /** How many topics were asked for. */
  asked = 0
  /** What a player does with a command; called for each one. */
  onCommand: (published: Published) => void = () => {}
  readonly #sockets = new Set<WebSocket>()
  readonly #server = createServer()
  #aedes: Aedes | undefined

  async start(): Promise<string> {
    const aedes = await Aedes.createBroker({
      authenticate: (client, username, password, done) => {
        const arrival = { clientId: client.id, username: username ?? '', password: String(password) }
        this.arrivals.push(arrival)
        done(null, !this.refusedPasswords.has(arrival.password))
      },
      authorizeSubscribe: (_client, subscription, done) => {
        this.asked++
        if (this.subscribing !== 'ignored') done(null, this.subscribing === 'granted' ? subscription : null)
      },
    })
    this.#aedes = aedes
    aedes.on('subscribe', (subscriptions) => {
      this.subscriptions.push(subscriptions.map(({ topic }) => topic))
    })
    aedes.on('unsubscribe', (topics) => {
      this.unsubscriptions.push(topics)
    })
    aedes.on('publish', ({ topic, payload }, client) => {
      if (client === null) return
      const published = { topic, payload: payload.toString() }
      this.published.push(published)
      this.onCommand(published)
    })
    new WebSocketServer({ server: this.#server }).on('connection', (socket, request) => {
      this.#sockets.add(socket)
      aedes.handle(createWebSocketStream(socket), request)
    })
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Says something as a player would; resolves when the broker has passed it on. */
  say(topic: string, payload: unknown, options: { retain?: boolean } = {}): Promise<void> {
    const bytes = payload instanceof Uint8Array ? Buffer.from(payload) : Buffer.from(JSON.stringify(payload))
    return new Promise((resolve, reject) => {
      this.#aedes?.publish(
        { cmd: 'publish', topic, payload: bytes, qos: 1, dup: false, retain: options.retain ?? false },
        (error) => (error ? reject(error) : resolve()),
      )
    })
  }

  /** From now on nothing is read, as behind a network that is gone; `readAgain` takes what has arrived by then. */
  stopReading(): void {
    for (const socket of this.#sockets) socket.pause()
  }

  readAgain(): void {
    for (const socket of this.#sockets) socket.resume()
  }

  /** Closes every socket, as the broker does when a token expires. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.terminate()
    this.#sockets.clear()
  }

  commandsTo(playerId: string): string[] {
    const start = `device/${playerId}/command/`
    return this.published
      .filter(({ topic }) => topic.startsWith(start))
      .map(({ topic }) => topic.slice(start.length))
  }

  async stop(): Promise<void> {
    this.dropAll()
    this.#server.closeAllConnections()
    this.#server.close()
    await new Promise<void>((resolve) => {
      if (this.#aedes) this.#aedes.close(() => resolve())
      else resolve()
    })
  }
}
