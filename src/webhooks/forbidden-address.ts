import { BlockList, isIP } from 'node:net'

/**
 * Networks that no rule reaches, with why, for people. Home Assistant's own: supervisor/const.py of its Supervisor,
 * `DOCKER_IPV4_NETWORK_MASK` and `DOCKER_IPV6_NETWORK_MASK`.
 */
const forbidden: readonly (readonly [network: string, bits: number, why: string])[] = [
  ['0.0.0.0', 8, 'this machine'],
  ['127.0.0.0', 8, 'this machine'],
  ['169.254.0.0', 16, 'a link-local address'],
  ['172.30.32.0', 23, "Home Assistant's inner network"],
  ['fd0c:ac1e:2100::', 48, "Home Assistant's inner network"],
  ['224.0.0.0', 3, 'no single machine'],
  ['::', 128, 'this machine'],
  ['::1', 128, 'this machine'],
  ['fe80::', 10, 'a link-local address'],
  ['ff00::', 8, 'no single machine'],
]

/** IPv6 networks in which an IPv4 address is written, with the byte at which it stands. */
const carriers: readonly (readonly [beginning: RegExp, byte: number])[] = [
  // Mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056), and the old compatible ones.
  [/^0000:0000:0000:0000:0000:ffff:/, 12],
  [/^0064:ff9b:0000:0000:0000:0000:/, 12],
  [/^2002:/, 2],
  [/^0000:0000:0000:0000:0000:0000:/, 12],
]

const lists = forbidden.map(([network, bits, why]) => {
  const list = new BlockList()
  list.addSubnet(network, bits, isIP(network) === 4 ? 'ipv4' : 'ipv6')
  return { list, why }
})

/** Why nobody may reach that address, which is what it is; null where they may. Other than these, private ones are fine. */
export function whyForbidden(address: string): string | null {
  const plain = address.split('%', 1)[0] ?? ''
  const version = isIP(plain)
  if (version === 0) return 'no address'
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const found = lists.find(({ list }) => list.check(plain, family))
  if (found !== undefined) return found.why
  const carried = version === 6 ? carriedIn(plain) : null
  return carried === null ? null : whyForbidden(carried)
}

function carriedIn(address: string): string | null {
  const whole = wholeGroups(address)
  const carrier = carriers.find(([beginning]) => beginning.test(whole))
  if (carrier === undefined) return null
  const digits = whole.replaceAll(':', '').slice(carrier[1] * 2, carrier[1] * 2 + 8)
  return (digits.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.')
}

/** All eight groups, each with its four digits. */
function wholeGroups(address: string): string {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const [, head = '', ...bytes] = dotted ?? []
  const hex = bytes.map((byte) => Number(byte).toString(16).padStart(2, '0'))
  const plain = dotted === null ? address : `${head}${hex.slice(0, 2).join('')}:${hex.slice(2).join('')}`
  const [before = '', after] = plain.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [first, last] = [groups(before), groups(after ?? '')]
  const zeros = after === undefined ? 0 : 8 - first.length - last.length
  const all = [...first, ...Array<string>(Math.max(0, zeros)).fill('0'), ...last]
  return all.map((group) => group.padStart(4, '0').toLowerCase()).join(':')
}
