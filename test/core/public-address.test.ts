import { describe, expect, test } from 'vitest'
import {
  type AddressConsent,
  type AddressFault,
  judgeAddress,
  networkKind,
} from '../../src/core/public-address.ts'

const judge = (address: string, ...consents: AddressConsent[]) =>
  judgeAddress({ address, isGiven: true, consents })

describe('no card is to carry', () => {
  test.each<[address: string, fault: AddressFault, words: RegExp]>([
    ['nas:8098', 'unreadable', /no address of a web server/],
    ['ftp://audio.example.org', 'unreadable', /no address of a web server/],
    ['', 'unreadable', /no address of a web server/],
    ['https://anna:secret@audio.example.org', 'credentials', /user name and password/],
    ['https://audio.example.org?x=1', 'query', /leave them out/],
    ['https://audio.example.org/#', 'query', /leave them out/],
    ['http://localhost:8098', 'loopback', /look for the audio in itself/],
    ['https://LOCALHOST.', 'loopback', /look for the audio in itself/],
    ['https://a.localhost', 'loopback', /itself/],
    ['http://127.0.0.1:8098', 'loopback', /itself/],
    ['http://127.1:8098', 'loopback', /itself/],
    ['http://0x7f000001', 'loopback', /itself/],
    ['http://2130706433', 'loopback', /itself/],
    ['http://[::1]:8098', 'loopback', /itself/],
    ['http://[::ffff:127.0.0.1]', 'loopback', /itself/],
    ['http://[64:ff9b::7f00:1]', 'loopback', /itself/],
    ['http://[2002:7f00:1::]', 'loopback', /itself/],
    ['http://0.0.0.0:8098', 'unspecified', /listens on/],
    ['http://[::]:8098', 'unspecified', /listens on/],
    ['http://169.254.3.4', 'link_local', /gives itself/],
    ['http://[fe80::1]', 'link_local', /gives itself/],
    ['http://nas.local:8098', 'mdns_name', /\.local/],
    ['https://homeassistant.local.', 'mdns_name', /\.local/],
    ['https://nas', 'bare_name', /without a dot/],
    ['http://172.17.0.2:8098', 'container', /Docker/],
    ['http://172.30.33.4:8098', 'container', /container_address/],
    ['http://172.31.255.255', 'container', /Docker/],
    ['http://[::ffff:172.17.0.2]', 'container', /Docker/],
    ['http://[fd0c:ac1e:2100::7]:8098', 'container', /Docker/],
    ['http://100.64.0.1', 'carrier_nat', /Tailscale/],
    ['http://100.127.255.255', 'carrier_nat', /Tailscale/],
    ['http://192.0.2.1', 'reserved', /set aside/],
    ['http://239.1.2.3', 'reserved', /set aside/],
    ['http://255.255.255.255', 'reserved', /set aside/],
    ['http://[2001:db8::1]', 'reserved', /set aside/],
    ['http://[ff02::1]', 'reserved', /set aside/],
    ['https://audio.test', 'reserved', /set aside/],
    ['https://abcdef.ui.nabu.casa', 'nabu_casa', /not to the ports of add-ons/],
    ['https://ABC.UI.nabu.casa./x', 'nabu_casa', /not to the ports of add-ons/],
    ['https://192.168.1.20', 'no_certificate', /no public authority/],
    ['https://[fd00::1]', 'no_certificate', /no public authority/],
    ['https://nas.lan', 'no_certificate', /no public authority/],
    ['https://nas.home.arpa', 'no_certificate', /no public authority/],
  ])('%s, whatever was agreed to: %s', (address, kind, words) => {
    const consents: AddressConsent[] =
      kind === 'container' ? ['plain_http'] : ['plain_http', 'container_address']
    const { fault } = judge(address, ...consents)
    expect(fault).toMatchObject({ kind, words: expect.stringMatching(words) })
    expect(fault?.words).toContain('docs/reach.md')
    expect(fault?.words).not.toContain('secret')
  })

  test.each([
    ['http://192.168.1.20:8098', 'only'],
    ['http://10.1.2.3', 'only'],
    ['http://172.16.255.255', 'only'],
    ['http://[fd12:3456::7]:8098', 'only'],
    ['http://[::ffff:c0a8:114]', 'only'],
    ['http://nas.lan:8098', 'only'],
    ['http://nas.fritz.home.arpa', 'only'],
    ['http://audio.example.org', 'read'],
    ['http://8.8.8.8', 'read'],
  ])('%s, unless plain http was agreed to', (address, note) => {
    expect(judge(address).fault).toMatchObject({
      kind: 'plain_http',
      words: expect.stringContaining('adding plain_http to the option public_url_consent'),
    })
    expect(judge(address, 'container_address').fault?.kind).toBe('plain_http')
    const agreed = judge(address, 'plain_http')
    expect(agreed.fault).toBeNull()
    expect(agreed.notes).toEqual([
      expect.stringContaining(note === 'only' ? 'players elsewhere cannot' : 'whoever is on the way'),
    ])
  })

  test('a network of containers counts as that of the house where somebody says so', () => {
    expect(judge('http://172.20.1.2:8098', 'container_address').fault?.kind).toBe('plain_http')
    expect(judge('http://172.20.1.2:8098', 'container_address', 'plain_http').fault).toBeNull()
    expect(judge('https://172.20.1.2', 'container_address').fault?.kind).toBe('no_certificate')
  })
})

test.each([
  'https://audio.example.org',
  'https://audio.example.org:8443/yoto',
  'https://myhouse.duckdns.org',
  'https://nabu.casa.example.org',
  'https://local.example.org',
  'https://8.8.8.8',
  'https://[2606:4700::1111]',
])('%s is an address for cards', (address) => {
  expect(judge(address)).toEqual({ fault: null, notes: [] })
})

test('the words say who has chosen the address', () => {
  expect(judge('http://localhost:8098').fault?.words).toMatch(
    /^the option public_url is http:\/\/localhost:8098: /,
  )
  const guessed = judgeAddress({ address: 'http://192.168.1.2:8098', isGiven: false, consents: [] })
  expect(guessed.fault?.words).toMatch(
    /^no public_url is set, and the address guessed .* http:\/\/192\.168\.1\.2:8098: /,
  )
})

test.each([
  ['192.168.1.7', 'private'],
  ['::ffff:192.168.1.7', 'private'],
  ['fe80::1%eth0', 'link_local'],
  ['::1', 'loopback'],
  ['2606:4700::1111', 'public'],
  ['1.1.1.1', 'public'],
  ['', null],
  ['nas.lan', null],
])('who asks from %j asks from: %s', (address, kind) => {
  expect(networkKind(address)).toBe(kind)
})
