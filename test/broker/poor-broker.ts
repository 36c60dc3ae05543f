import { createServer, connect as dial, type Socket } from 'node:net'

/** What a broker cannot do that the one behind it can; without `hang-ups` it does not notice that a client has gone. */
export type Lack = 'MQTT 5' | 'noLocal' | 'hang-ups'

const connectPacket = 1
const subscribePacket = 8
const refusedVersion = Buffer.from([0x20, 2, 0, 1])
const noLocalBit = 0b100

/** Stands before a broker and makes it a poorer one. */
export async function poorBroker(port: number, lack: Lack) {
  const sockets = new Set<Socket>()
  const clients = new Set<Socket>()
  const server = createServer((near) => {
    const far = dial(port, '127.0.0.1')
    clients.add(near)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      if (lack !== 'hang-ups' || socket === far) socket.on('close', () => other.destroy())
    }
    far.pipe(near)
    let waiting = Buffer.alloc(0)
    near.on('data', (part) => {
      const { packets, rest } = packetsIn(Buffer.concat([waiting, part]))
      waiting = rest
      for (const packet of packets) {
        if (lack === 'MQTT 5' && isConnect5(packet)) near.end(refusedVersion)
        else far.write(lack === 'noLocal' ? withoutNoLocal(packet) : packet)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    /** Ends the connections on the side of the clients. */
    cut() {
      for (const client of clients) client.destroy()
      clients.clear()
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** MQTT 5, section 2.1: the kind, then the length of what follows in groups of seven bits. */
function packetsIn(bytes: Buffer): { packets: Buffer[]; rest: Buffer<ArrayBuffer> } {
  const packets: Buffer[] = []
  let begin = 0
  for (;;) {
    let at = begin + 1
    let length = 0
    while (at < bytes.length && at - begin <= 4) {
      const digit = bytes.readUInt8(at)
      length += (digit & 0x7f) * 128 ** (at - begin - 1)
      at += 1
      if (digit < 0x80) break
    }
    const isLengthWhole = at > begin + 1 && bytes.readUInt8(at - 1) < 0x80
    if (!isLengthWhole || at + length > bytes.length)
      return { packets, rest: Buffer.from(bytes.subarray(begin)) }
    packets.push(bytes.subarray(begin, at + length))
    begin = at + length
  }
}

function isConnect5(packet: Buffer): boolean {
  const levelAt = packet.indexOf('MQTT') + 4
  return packet.readUInt8(0) >> 4 === connectPacket && packet.readUInt8(levelAt) === 5
}

/** The options of a subscription are its last byte, and our client asks for one filter at a time. */
function withoutNoLocal(packet: Buffer): Buffer {
  if (packet.readUInt8(0) >> 4 !== subscribePacket) return packet
  const changed = Buffer.from(packet)
  changed.writeUInt8(packet.readUInt8(packet.length - 1) & ~noLocalBit, packet.length - 1)
  return changed
}
