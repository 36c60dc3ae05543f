import { hostInUrl } from './address.ts'

/** What a household can agree to, by the option `public_url_consent`; each names what it is that is agreed to. */
export type AddressConsent = 'plain_http' | 'container_address'

/** Why no card is to carry an address. */
export type AddressFault =
  | 'unreadable'
  | 'credentials'
  | 'query'
  | 'loopback'
  | 'unspecified'
  | 'link_local'
  | 'reserved'
  | 'carrier_nat'
  | 'container'
  | 'mdns_name'
  | 'bare_name'
  | 'nabu_casa'
  | 'no_certificate'
  | 'plain_http'

/** Where an address of a host lies, as far as the address alone says it. */
export type NetworkKind =
  | 'loopback'
  | 'unspecified'
  | 'link_local'
  | 'private'
  | 'container'
  | 'carrier_nat'
  | 'reserved'
  | 'public'

type HostKind = NetworkKind | 'mdns_name' | 'bare_name' | 'home_name' | 'nabu_casa'

export interface AddressVerdict {
  /** Why no card is to carry the address: what is wrong, what a player makes of it, and the way out; null: cards may. */
  readonly fault: { readonly kind: AddressFault; readonly words: string } | null
  /** What is worth knowing of an address that cards may carry. */
  readonly notes: readonly string[]
}

export interface AddressQuestion {
  /** The beginning of all addresses that cards carry, such as `https://audio.example.org`. */
  readonly address: string
  /** Whether somebody has set it; otherwise it is guessed from the network of this machine. */
  readonly isGiven: boolean
  readonly consents: readonly AddressConsent[]
}

/** Whether players can fetch audio from an address, as far as the address alone says it. Nothing is resolved or asked. */
export function judgeAddress(question: AddressQuestion): AddressVerdict {
  const { address, consents } = question
  if (!URL.canParse(address)) return refused(question, 'unreadable')
  const url = new URL(address)
  if (!/^https?:$/.test(url.protocol) || url.hostname === '') return refused(question, 'unreadable')
  if (url.username !== '' || url.password !== '') return refused(question, 'credentials')
  // An empty one is gone from the parsed address, but not from what is put before a path.
  if (/[?#]/.test(address)) return refused(question, 'query')
  const kind = hostKind(url.hostname)
  const isAllowedContainer = kind === 'container' && consents.includes('container_address')
  const isAtHome = kind === 'private' || kind === 'home_name' || isAllowedContainer
  if (kind !== 'public' && !isAtHome) return refused(question, kind as AddressFault)
  if (url.protocol === 'https:') return isAtHome ? refused(question, 'no_certificate') : fine
  if (!consents.includes('plain_http')) return refused(question, 'plain_http')
  return { fault: null, notes: [isAtHome ? onlyAtHome : readOnTheWay] }
}

/** Where the address of a host lies; null for what is no IPv4 or IPv6 address. */
export function networkKind(host: string): NetworkKind | null {
  const text = `http://${hostInUrl(host.replace(/%.*$/, ''))}`
  if (!URL.canParse(text)) return null
  const { hostname } = new URL(text)
  const ipv4 = ipv4In(hostname)
  if (ipv4 !== null) return ipv4Kind(ipv4)
  const ipv6 = ipv6In(hostname)
  return ipv6 === null ? null : ipv6Kind(ipv6)
}

const fine: AddressVerdict = { fault: null, notes: [] }

const onlyAtHome =
  'it lies in the network of the house: players elsewhere cannot fetch it, and cards are silent there'
const readOnTheWay =
  'it is plain http: whoever is on the way can read the addresses on cards and what they play'

function refused(question: AddressQuestion, kind: AddressFault): AddressVerdict {
  const { address, isGiven } = question
  const shown = address.replace(/\/\/[^/]*@/, '//…@').slice(0, 200)
  const what = isGiven
    ? `the option public_url is ${shown}`
    : `no public_url is set, and the address guessed from the network of this machine is ${shown}`
  return { fault: { kind, words: `${what}: ${reasons[kind]} (see docs/reach.md)` }, notes: [] }
}

const another = 'set public_url to an address that players reach'

/** What is wrong with it, what that means to a player, and the way out. */
const reasons: Readonly<Record<AddressFault, string>> = {
  unreadable: `that is no address of a web server, so a player cannot ask there; ${another}, such as https://audio.example.org`,
  credentials:
    'it has a user name and password in it, which would stand on every card, and players are not known to send them; leave them out, the random key in each address is the guard',
  query:
    'it has a ? or a # in it, and what cards add behind that is no path any more, so a player would ask for something else; leave them out',
  loopback: `it means the machine that asks, so a player would look for the audio in itself; ${another}`,
  unspecified: `it is what a server listens on and no place that anybody can ask at; ${another}`,
  link_local: `it is an address that a machine gives itself where no router gives it one, so a player elsewhere in the house does not reach it; give this machine an address in the network, or ${another}`,
  reserved: `it is set aside for documents and tests and belongs to no machine that a player could ask; ${another}`,
  carrier_nat: `it lies in 100.64.0.0/10, which providers share among customers and VPNs such as Tailscale use, and a player is in neither; ${another}`,
  container: `it lies where Docker and Home Assistant put their containers (172.17.0.0 to 172.31.255.255), which nobody outside this machine reaches; set public_url to the address of the machine itself, with the port that leads to media.port, or, where the network of the house really lies there, add container_address to the option public_url_consent`,
  mdns_name: `names that end in .local are called out in the network and not looked up, and players are not known to listen for that; set public_url to the number of this machine in the network, such as http://192.168.1.20:8098, or to a public name`,
  bare_name: `a name without a dot means something only to machines that complete it, and a player is not known to; set public_url to the number of this machine in the network, such as http://192.168.1.20:8098, or to a public name`,
  nabu_casa: `Nabu Casa leads to Home Assistant alone and not to the ports of add-ons, so a player would get Home Assistant's page; lead a name of your own to media.port`,
  no_certificate: `it is https, but no public authority signs certificates for addresses and names inside a house, and a player is not known to accept others; use a public name with a certificate, or http:// with plain_http in the option public_url_consent`,
  plain_http: `it is plain http, and all known cards use https; players in the house are said to play from plain http, which nobody has proved, and whoever is on the way can read the addresses: use https with a public name, or say that you want it all the same by adding plain_http to the option public_url_consent`,
}

// Names that are kept for the inside of a house, or that routers give out there.
const homeEndings = ['lan', 'home.arpa', 'internal', 'home', 'localdomain', 'intranet', 'private', 'corp']
// Names that no server can have (RFC 2606, RFC 6761, RFC 7686).
const impossibleEndings = ['invalid', 'test', 'example', 'onion']

function hostKind(hostname: string): HostKind {
  const network = networkKind(hostname.replace(/^\[(.*)\]$/, '$1'))
  if (network !== null) return network
  const name = hostname.toLowerCase().replace(/\.+$/, '')
  const endsIn = (ending: string) => name === ending || name.endsWith(`.${ending}`)
  if (endsIn('localhost') || endsIn('localhost.localdomain')) return 'loopback'
  if (endsIn('local')) return 'mdns_name'
  if (endsIn('ui.nabu.casa')) return 'nabu_casa'
  if (impossibleEndings.some(endsIn)) return 'reserved'
  if (!name.includes('.')) return 'bare_name'
  return homeEndings.some(endsIn) ? 'home_name' : 'public'
}

/** First bytes of a network, how many bits of them count, and what lies there. */
type Network = readonly [bytes: readonly number[], bits: number, kind: NetworkKind]

// RFC 6890 and the registry of special-purpose addresses. Containers: Docker's default pool of bridges, in which
// Home Assistant's own network (172.30.32.0/23; its IPv6 one is fd0c:ac1e:2100::/48) lies too. The first that fits counts.
const networks: readonly Network[] = [
  [[0], 8, 'unspecified'],
  [[10], 8, 'private'],
  [[100, 64], 10, 'carrier_nat'],
  [[127], 8, 'loopback'],
  [[169, 254], 16, 'link_local'],
  [[172, 16], 16, 'private'],
  [[172, 16], 12, 'container'],
  [[192, 0, 0], 24, 'reserved'],
  [[192, 0, 2], 24, 'reserved'],
  [[192, 168], 16, 'private'],
  [[198, 18], 15, 'reserved'],
  [[198, 51, 100], 24, 'reserved'],
  [[203, 0, 113], 24, 'reserved'],
  [[224], 4, 'reserved'],
  [[240], 4, 'reserved'],
]

function ipv4Kind(address: number): NetworkKind {
  const found = networks.find(([bytes, bits]) => {
    const network = [0, 1, 2, 3].reduce((sum, index) => sum * 256 + (bytes[index] ?? 0), 0)
    const below = 2 ** (32 - bits)
    return Math.floor(address / below) === Math.floor(network / below)
  })
  return found?.[2] ?? 'public'
}

function ipv6Kind(groups: readonly number[]): NetworkKind {
  const [first = 0, second = 0, third = 0] = groups
  const low = (groups[6] ?? 0) * 65_536 + (groups[7] ?? 0)
  const leads = (length: number) => groups.slice(0, length).every((group) => group === 0)
  if (leads(7) && low <= 1) return low === 0 ? 'unspecified' : 'loopback'
  // IPv4 in another dress: mapped, translated (RFC 6052), and 6to4 (RFC 3056).
  if (leads(5) && groups[5] === 0xffff) return ipv4Kind(low)
  if (first === 0x64 && second === 0xff9b && groups.slice(2, 6).every((group) => group === 0))
    return ipv4Kind(low)
  if (first === 0x2002) return ipv4Kind(second * 65_536 + third)
  if (first >> 6 === 0xfe80 >> 6) return 'link_local'
  if (first === 0xfd0c && second === 0xac1e && third === 0x2100) return 'container'
  if (first >> 9 === 0xfc00 >> 9) return 'private'
  if (first === 0x2001 && second === 0xdb8) return 'reserved'
  return first >> 13 === 1 ? 'public' : 'reserved'
}

/** A host name of a parsed address is dotted decimal, however the IPv4 address in it was written. */
function ipv4In(hostname: string): number | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(hostname)) return null
  return hostname.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

/** The eight groups; a parsed address has them in brackets, and zeros shortened once. */
function ipv6In(hostname: string): readonly number[] | null {
  const text = /^\[([0-9a-f:]+)\]$/i.exec(hostname)?.[1]
  if (text === undefined) return null
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const [before = '', after] = text.split('::')
  const [head, tail] = [groups(before), groups(after ?? '')]
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}
