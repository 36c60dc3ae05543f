import { rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { Library } from '../../src/audio/library/library.ts'
import { playable } from '../../src/audio/playable.ts'
import { clientAddressFrom } from '../../src/http/client-address.ts'
import { folderWith, frames } from '../audio/sound.ts'
import { houseWith } from '../support/house.ts'
import { panelApp } from '../support/panel-door.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function listening(host: string, listener: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return (server.address() as AddressInfo).port
}

interface Asked {
  readonly host: string
  readonly port: number
  readonly path?: string
  readonly headers: Record<string, string | readonly string[]>
}

function ask({ headers, ...where }: Asked): Promise<{ status: number; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const asking = request({ ...where, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, bytes: Buffer.concat(chunks) }))
    })
    for (const [name, value] of Object.entries(headers)) asking.setHeader(name, value)
    asking.on('error', reject)
    asking.end()
  })
}

/** A request as Node hands it over, of a connection from that address. */
function from(remoteAddress: string | undefined, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage
}

describe('the address of a client', () => {
  const proxies = ['10.0.0.0/8', '192.168.1.2', 'fd00::/8', '::ffff:172.16.0.0/108', 'fe80::9%eth0']
  const client = clientAddressFrom(proxies)

  test.each<[connection: string, forwarded: string | undefined, client: string]>([
    // Nobody is trusted who is not listed.
    ['203.0.113.7', undefined, '203.0.113.7'],
    ['203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['192.168.1.3', '198.51.100.1', '192.168.1.3'],
    ['11.0.0.1', '198.51.100.1', '11.0.0.1'],
    ['fc00::1', '198.51.100.1', 'fc00::1'],
    // A proxy by its address, its network, either family and IPv4 inside IPv6.
    ['10.255.0.1', '198.51.100.1', '198.51.100.1'],
    ['192.168.1.2', '198.51.100.1', '198.51.100.1'],
    ['fdab::5', '198.51.100.1', '198.51.100.1'],
    ['::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::ffff:c0a8:102', '198.51.100.1', '198.51.100.1'],
    ['172.31.0.4', '198.51.100.1', '198.51.100.1'],
    ['172.32.0.4', '198.51.100.1', '172.32.0.4'],
    ['fe80::9%eth1', '198.51.100.1', '198.51.100.1'],
    // The right-most one that is no proxy: what a client itself claims stands further left.
    ['10.0.0.1', '6.6.6.6, 198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '6.6.6.6, 198.51.100.1, 10.0.0.2, 192.168.1.2', '198.51.100.1'],
    ['10.0.0.1', '198.51.100.1, ::ffff:10.0.0.2', '198.51.100.1'],
    ['10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', ' , ,', '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1 ,', '198.51.100.1'],
    ['10.0.0.1', '  198.51.100.1\t', '198.51.100.1'],
    // Ports.
    ['10.0.0.1', '198.51.100.1:5678', '198.51.100.1'],
    ['10.0.0.1', '[2001:db8::1]:123', '2001:db8::1'],
    ['10.0.0.1', '[2001:db8::1]', '2001:db8::1'],
    ['10.0.0.1', '198.51.100.1, 10.0.0.2:80', '198.51.100.1'],
    ['10.0.0.1', '198.51.100.1, [fd00::1]:80', '198.51.100.1'],
    // What cannot be read ends the chain at the last that was told by somebody trusted.
    ['10.0.0.1', 'unknown', '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1, unknown', '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1, _hidden, 10.0.0.2', '10.0.0.2'],
    ['10.0.0.1', '198.51.100.1:', '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1:999999', '10.0.0.1'],
    ['10.0.0.1', '[198.51.100.1]:80', '10.0.0.1'],
    ['10.0.0.1', '[2001:db8::1', '10.0.0.1'],
    ['10.0.0.1', '[[2001:db8::1]]', '10.0.0.1'],
    ['10.0.0.1', '"198.51.100.1"', '10.0.0.1'],
    ['10.0.0.1', 'for=198.51.100.1', '10.0.0.1'],
    ['10.0.0.1', '198.51.100.256', '10.0.0.1'],
    ['10.0.0.1', '198.051.100.1', '10.0.0.1'],
    ['10.0.0.1', '0x7f000001', '10.0.0.1'],
    ['10.0.0.1', '2130706433', '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1 198.51.100.2', '10.0.0.1'],
    // One client, one spelling.
    ['::ffff:203.0.113.7', undefined, '203.0.113.7'],
    ['::ffff:cb00:7107', undefined, '203.0.113.7'],
    ['2001:DB8:0:0:0:0:0:1', undefined, '2001:db8::1'],
    ['fe80::1%eth0', undefined, 'fe80::1'],
    ['10.0.0.1', '2001:0DB8:0000::0001', '2001:db8::1'],
    ['10.0.0.1', '::FFFF:198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '0:0:0:0:0:ffff:c633:6401', '198.51.100.1'],
    ['10.0.0.1', 'fe80::1%eth0', 'fe80::1'],
  ])('that connects from %s with %j is %s', (connection, forwarded, expected) => {
    expect(client(from(connection, forwarded))).toBe(expected)
  })

  test('is that of the proxy when it hands on something endless', () => {
    for (const endless of ['a', '[', '1', '1.', ':', '%', '1:'])
      expect(client(from('10.0.0.1', endless.repeat(8_000))), endless).toBe('10.0.0.1')
    expect(client(from('10.0.0.1', '10.0.0.2,'.repeat(2_000)))).toBe('10.0.0.2')
  })

  test('is empty where the connection has none any more, whatever is claimed', () => {
    expect(client(from(undefined, '198.51.100.1'))).toBe('')
    expect(client(from('', '198.51.100.1'))).toBe('')
  })

  test('is that of the connection for everybody where no proxy is trusted', () => {
    const untrusting = clientAddressFrom([])
    expect(untrusting(from('127.0.0.1', '198.51.100.1'))).toBe('127.0.0.1')
    expect(untrusting(from('::ffff:127.0.0.1', '198.51.100.1'))).toBe('127.0.0.1')
  })

  test('can be told from anywhere where all of a family are trusted', () => {
    const trusting = clientAddressFrom(['0.0.0.0/0', '::/0'])
    expect(trusting(from('1.2.3.4', '5.6.7.8, 2001:db8::2'))).toBe('5.6.7.8')
  })

  test('is always an address, and nothing a client makes up changes which', () => {
    const subject = clientAddressFrom(['10.0.0.0/8'])
    const entry = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string({ maxLength: 20 }),
      fc.constantFrom('10.0.0.3', '', ' ', '[', ']:', '[]', '::', '%', '10.0.0.3%eth0', '::%', ':1'),
    )
    const madeUp = fc.array(entry, { maxLength: 6 }).map((entries) => entries.join(','))
    fc.assert(
      fc.property(madeUp, (header) => {
        expect(isIP(subject(from('10.0.0.1', header)))).not.toBe(0)
        expect(subject(from('10.0.0.1', `${header}, 198.51.100.1, 10.0.0.2`))).toBe('198.51.100.1')
        expect(subject(from('198.51.100.1', header))).toBe('198.51.100.1')
      }),
      { numRuns: 300 },
    )
  })
})

describe('behind real connections', () => {
  const hasIpv6 = Object.values(networkInterfaces()).some((own) =>
    own?.some(({ family }) => family === 'IPv6'),
  )

  test.skipIf(!hasIpv6)('IPv4 on a socket of both families is IPv4 (where there is IPv6)', async () => {
    const seen: string[] = []
    const client = clientAddressFrom(['127.0.0.1'])
    const port = await listening('::', (incoming, answer) => {
      seen.push(`${incoming.socket.remoteAddress} ${client(incoming)}`)
      answer.end()
    })
    await ask({ host: '127.0.0.1', port, headers: {} })
    await ask({ host: '127.0.0.1', port, headers: { 'x-forwarded-for': '198.51.100.1' } })
    expect(seen).toEqual(['::ffff:127.0.0.1 127.0.0.1', '::ffff:127.0.0.1 198.51.100.1'])
  })

  test('several headers are one list', async () => {
    const seen: string[] = []
    const client = clientAddressFrom(['127.0.0.1'])
    const port = await listening('127.0.0.1', (incoming, answer) => {
      seen.push(client(incoming))
      answer.end()
    })
    const headers = { 'x-forwarded-for': ['6.6.6.6', '198.51.100.1:80, 127.0.0.1', '127.0.0.1'] }
    await ask({ host: '127.0.0.1', port, headers })
    expect(seen).toEqual(['198.51.100.1'])
  })

  test('two listeners behind one proxy are two, and each goes on where it was', async () => {
    const folder = await folderWith({ 'a.mp3': frames(300, 1), 'b.mp3': frames(300, 2) })
    const clock = new VirtualClock()
    const library = new Library({ folders: [folder], log: recordingLog(), clock })
    const house = houseWith(['a.mp3', 'b.mp3'])
    await house.hub.mutateQueue('bedroom', { op: 'append', files: ['a.mp3'] }, 'the test')
    let file = 'a.mp3'
    const { app } = await panelApp(house, {
      trustedProxies: ['127.0.0.1'],
      clock,
      async newest() {
        const lookup = await library.find(file)
        return lookup.state === 'ready' ? playable([lookup.file], library) : null
      },
    })
    const port = await listening('127.0.0.1', app.callback())
    const fetched = async (client: string, headers: Record<string, string> = {}) => {
      const forwarded = { 'x-forwarded-for': `${client}, 127.0.0.1`, ...headers }
      const path = '/api/streams/bedroom/stream.mp3'
      return (await ask({ host: '127.0.0.1', port, path, headers: forwarded })).bytes
    }
    expect((await fetched('198.51.100.1')).equals(frames(300, 1))).toBe(true)
    file = 'b.mp3'
    await fetched('198.51.100.2')
    const rest = { range: 'bytes=384-' }
    expect((await fetched('198.51.100.1', rest)).equals(frames(300, 1).subarray(384))).toBe(true)
    expect((await fetched('198.51.100.2', rest)).equals(frames(300, 2).subarray(384))).toBe(true)
    await library.close()
    await rm(folder, { recursive: true })
  })
})
