import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { lanAddress, publicUrl } from '../../src/wiring/addresses.ts'
import type { Supervisor } from '../../src/wiring/supervisor.ts'
import { freePort } from '../support/free-port.ts'
import { runApp } from '../support/running-app.ts'

const everywhere = { host: '0.0.0.0', port: 8098 }
const wire = {
  ...{ interface: 'end0', type: 'ethernet', primary: true, enabled: true, connected: true },
  ipv4: { method: 'auto', address: ['192.168.1.20/24'], gateway: '192.168.1.1', nameservers: [] },
}
const radio = { ...wire, interface: 'wlan0', primary: false, ipv4: { address: ['192.168.2.7/24'] } }

interface Health {
  readonly problems: readonly string[]
  readonly problem_names: readonly string[]
}

interface Told {
  readonly network?: unknown
  readonly self?: unknown
}

/** A Supervisor that says this of the machine and of the app; what is absent is refused. */
async function supervisorOf({ network, self }: Told): Promise<{ supervisor: Supervisor; asked: string[] }> {
  const asked: string[] = []
  const answers = new Map([
    ['/network/info', network],
    ['/addons/self/info', self],
  ])
  const server = createServer(({ url = '', headers }, answer) => {
    asked.push(`${url} ${headers.authorization}`)
    const data = answers.get(url)
    if (data === undefined) return void answer.writeHead(403).end('403: Forbidden')
    answer.end(typeof data === 'string' ? data : JSON.stringify({ result: 'ok', data }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { supervisor: { address: `http://127.0.0.1:${port}`, token: 'of-this-start' }, asked }
}

const told = async (said: Told) => publicUrl(null, everywhere, (await supervisorOf(said)).supervisor)
const mapped = (port: unknown) => ({ network: { '8097/tcp': null, '8098/tcp': port } })
const wired = { interfaces: [radio, wire] }

test('in Home Assistant players are told the address of the machine, and the port of it that leads here', async () => {
  const { supervisor, asked } = await supervisorOf({ network: wired, self: mapped(18098) })
  expect(await publicUrl(null, everywhere, supervisor)).toEqual({
    address: 'http://192.168.1.20:18098',
    problem: null,
  })
  expect(asked.sort()).toEqual([
    '/addons/self/info Bearer of-this-start',
    '/network/info Bearer of-this-start',
  ])
})

test.each([
  ['an app in the network of the machine', { self: { network: null } }, 'http://192.168.1.20:8098'],
  [
    'another primary interface',
    { network: { interfaces: [wire, radio].map((one) => ({ ...one, primary: one === radio })) } },
    'http://192.168.2.7:8098',
  ],
  [
    'a primary one that is off',
    { network: { interfaces: [{ ...wire, connected: false }, radio] } },
    'http://192.168.2.7:8098',
  ],
  [
    'an address alone',
    { network: { interfaces: [{ ...wire, ipv4: { ip_address: '10.0.0.4/8' } }] } },
    'http://10.0.0.4:8098',
  ],
  [
    'one that it gave itself, and another',
    { network: { interfaces: [{ ...wire, ipv4: { address: ['169.254.3.3/16', '192.168.9.9/24'] } }] } },
    'http://192.168.9.9:8098',
  ],
])('so it is with %s', async (_name, said, address) => {
  expect(await told({ network: wired, self: mapped(8098), ...said })).toEqual({ address, problem: null })
})

test.each([
  ['forbids it', {}],
  ['talks nonsense', { network: '<html>', self: '[1]' }],
  ['says no interfaces', { network: { interfaces: 'none' }, self: { network: [] } }],
  [
    'says odd ones',
    {
      network: { interfaces: [null, 1, { ipv4: 'x' }, { ipv4: { address: [1, 'x', '::1/128'] } }] },
      self: mapped('8098'),
    },
  ],
  ['says an odd port', { network: { interfaces: [] }, self: mapped(99_999) }],
])('where the Supervisor %s, it is guessed as elsewhere', async (_name, said) => {
  expect(await told(said)).toEqual({ address: `http://${lanAddress()}:8098`, problem: null })
})

test('a Supervisor that is away holds nothing up for long', async () => {
  const supervisor = { address: 'http://127.0.0.1:1', token: 't' }
  expect((await publicUrl(null, everywhere, supervisor)).address).toBe(`http://${lanAddress()}:8098`)
})

test('nobody is asked where the options say it', async () => {
  const { supervisor, asked } = await supervisorOf({ network: wired, self: mapped(null) })
  expect(await publicUrl('https://audio.example.org/', everywhere, supervisor)).toEqual({
    address: 'https://audio.example.org',
    problem: null,
  })
  expect((await publicUrl(null, { host: '192.168.1.5', port: 8098 }, supervisor)).address).toBe(
    'http://192.168.1.5:8098',
  )
  expect(asked).toEqual([])
})

test('a port that leads nowhere is a problem that says how to give it one', async () => {
  const port = await freePort()
  const { supervisor } = await supervisorOf({ network: wired, self: { network: { [`${port}/tcp`]: null } } })
  const house = await runApp({
    supervisor,
    env: { YOTO_STREAM_MEDIA_HOST: '0.0.0.0', YOTO_STREAM_MEDIA_PORT: String(port) },
  })
  onTestFinished(() => house.remove())
  expect(house.app.publicUrl).toBe(`http://192.168.1.20:${port}`)
  const { problems, problem_names: names } = (await house.call('GET', '/health')).body as Health
  expect(problems[names.indexOf('media_port')]).toMatch(
    new RegExp(
      `^players cannot fetch audio: port ${port}/tcp of this app leads nowhere. Give it a port under Network`,
    ),
  )
})
