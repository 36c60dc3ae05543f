import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, SocketAddress } from 'node:net'

/**
 * Tells the address a request comes from: that of the connection or, where a trusted proxy made it, the right-most
 * address in X-Forwarded-For that is no trusted proxy's, because whatever stands to the left of it may be made up.
 * Where all of them are trusted it is the left-most; where one cannot be read, the last that was told by somebody
 * trusted. `trusted` are addresses and networks (`192.168.1.2`, `10.0.0.0/8`, `fd00::/8`).
 *
 * What is returned never throws. One client has one spelling: IPv6 is shortened, IPv4 inside IPv6 is IPv4. It is
 * empty where the connection has no address (any more).
 */
export function clientAddressFrom(trusted: readonly string[]): (request: IncomingMessage) => string {
  const proxies = blockListOf(trusted)
  return (request) => {
    let client = canonical(request.socket.remoteAddress ?? '')
    if (client === null) return ''
    if (request.headers['x-forwarded-for'] === undefined) return client
    for (const entry of forwardedFor(request).reverse()) {
      if (!isIn(proxies, client)) return client
      const before = addressIn(entry)
      if (before === null) return client
      client = before
    }
    return client
  }
}

/**
 * What limits per client count by: an IPv4 address, or the 64 bits of an IPv6 address that its network has;
 * whoever has one such network has all addresses in it. Any other text stands for itself.
 */
export function networkOf(address: string): string {
  const client = canonical(address)
  if (client === null || isIP(client) === 4) return client ?? address
  const [before = '', after] = client.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [first, last] = [groups(before), groups(after ?? '')]
  const zeros = after === undefined ? 0 : 8 - first.length - last.length
  const all = [...first, ...Array<string>(Math.max(0, zeros)).fill('0'), ...last]
  return `${all.slice(0, 4).join(':')}::/64`
}

/** Tells whether somebody asked by https: a trusted proxy says so of the client before it. */
export function askedByHttps(trusted: readonly string[]): (request: IncomingMessage) => boolean {
  const proxies = blockListOf(trusted)
  return ({ socket, headers }) => {
    const peer = canonical(socket.remoteAddress ?? '')
    const [asked = ''] = [headers['x-forwarded-proto'] ?? []].flat().join(',').split(',')
    return peer !== null && isIn(proxies, peer) && asked.trim().toLowerCase() === 'https'
  }
}

/** A list knows an IPv4 address in its IPv6 spelling too, and the other way round. */
function blockListOf(trusted: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of trusted) {
    const [text = '', bits] = entry.split('/')
    const address = withoutZone(text)
    if (bits === undefined) list.addAddress(address, familyOf(address))
    else list.addSubnet(address, Number(bits), familyOf(address))
  }
  return list
}

function forwardedFor(request: IncomingMessage): string[] {
  return [request.headers['x-forwarded-for'] ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** Some proxies write the port behind the address. */
function addressIn(entry: string): string | null {
  const [, ipv6, ipv4] = /^(?:\[([^[\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(entry) ?? []
  if (ipv6 !== undefined && isIP(ipv6) !== 6) return null
  return canonical(ipv6 ?? ipv4 ?? entry)
}

/** The address in its one spelling; null for what is none. */
function canonical(text: string): string | null {
  const version = isIP(text)
  if (version !== 6) return version === 4 ? text : null
  const { address } = new SocketAddress({ address: withoutZone(text), family: 'ipv6' })
  const [, mapped] = /^::ffff:([\d.]+)$/.exec(address) ?? []
  return mapped ?? address
}

/** `fe80::1%eth0`: the zone is an interface of whoever wrote it. */
function withoutZone(text: string): string {
  return text.split('%', 1)[0] ?? ''
}

function isIn(proxies: BlockList, address: string): boolean {
  return proxies.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}
