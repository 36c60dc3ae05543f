import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { BrokerClient } from '../../src/broker/client.ts'
import { systemClock } from '../../src/core/clock.ts'
import { loadOptions } from '../../src/options.ts'
import { brokerOfOptions } from '../../src/wiring/broker-endpoint.ts'
import { eventually } from '../broker/support.ts'
import { authority, signedBy } from '../support/certificates.ts'
import { brokerAt, type FakeSupervisor, fakeSupervisor, noBroker } from '../support/fake-supervisor.ts'
import { freePort } from '../support/free-port.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { passwordFile } from '../support/mosquitto-passwords.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { runApp } from '../support/running-app.ts'

const opened: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.stop()
})

function later<Thing extends { stop(): Promise<void> }>(thing: Thing): Thing {
  opened.push(thing)
  return thing
}

/** The options of somebody who wrote no more than these. */
async function mqttOptions(env: Record<string, string> = {}) {
  const { options } = await loadOptions({ argv: [], env: { TZ: 'UTC', ...env }, cwd: '/' })
  return options.mqtt
}

async function client({ supervisor }: FakeSupervisor, env: Record<string, string> = {}) {
  const log = recordingLog()
  const hidden: string[] = []
  const hide = (secret: string) => hidden.push(secret)
  const subject = later(
    new BrokerClient({
      endpoint: await brokerOfOptions(await mqttOptions(env), { supervisor, hide }),
      clientId: 'yoto-test',
      will: { topic: 'yoto/bridge/state', payload: 'offline' },
      log,
      clock: systemClock,
      random: () => 0,
    }),
  )
  const warnings = () => log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)
  return { subject, warnings, hidden, log }
}

testWith(
  ['mosquitto', 'mosquitto_passwd'],
  'the password is asked for at every connect, so that it may change while the broker is away',
  async () => {
    const port = await freePort()
    const first = await startMosquitto({ port, passwords: passwordFile('addons', 'first-password') })
    const told = { port: String(port), username: 'addons' }
    const supervisor = later(await fakeSupervisor(brokerAt({ ...told, password: 'first-password' })))
    const { subject, warnings, hidden } = await client(supervisor)
    await subject.start()
    expect(subject.connected).toBe(true)
    expect(subject.address).toBe(`mqtt://127.0.0.1:${port}`)
    await first.stop()
    supervisor.answer(brokerAt({ ...told, port, password: 'second-password' }))
    later(await startMosquitto({ port, passwords: passwordFile('addons', 'second-password') }))
    await eventually(() => subject.connected && supervisor.asked.length >= 2)
    expect(warnings().filter((line) => line.includes('refused the user name'))).toEqual([])
    expect(hidden).toContain('second-password')
    expect(new Set(supervisor.asked)).toEqual(new Set(['GET /services/mqtt Bearer supervisor-token']))
  },
)

testWith(
  ['mosquitto', 'mosquitto_passwd'],
  'a password that the broker no longer takes is said to be the Supervisor’s, and the next one is taken',
  async () => {
    const passwords = passwordFile('addons', 'right-password')
    const { port } = later(await startMosquitto({ passwords }))
    const supervisor = later(
      await fakeSupervisor(brokerAt({ port, username: 'addons', password: 'stale-password' })),
    )
    const { subject, warnings } = await client(supervisor)
    await subject.start()
    expect(warnings()).toEqual([
      `cannot connect to the MQTT broker mqtt://127.0.0.1:${port}: it refused the user name or password (those that the Supervisor named; restart the app of the broker). Trying again until it works`,
    ])
    supervisor.answer(brokerAt({ port, username: 'addons', password: 'right-password' }))
    await eventually(() => subject.connected)
  },
)

testWith(
  ['mosquitto', 'mosquitto_passwd'],
  'a user name in the options takes the place of the Supervisor’s sign-in',
  async () => {
    const { port } = later(await startMosquitto({ passwords: passwordFile('mine', 'own-password') }))
    const told = brokerAt({ port, username: 'addons', password: 'not-known' })
    const supervisor = later(await fakeSupervisor(told))
    const { subject, warnings } = await client(supervisor, {
      YOTO_STREAM_MQTT_USERNAME: 'mine',
      YOTO_STREAM_MQTT_PASSWORD: 'own-password',
    })
    await subject.start()
    expect(warnings()).toEqual([])
    expect(subject.connected).toBe(true)
  },
)

testWith(
  ['mosquitto', 'openssl'],
  'a broker with TLS is trusted by mqtt.ca, read anew each time',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'authority-'))
    later({ stop: () => rm(folder, { recursive: true }) })
    const ca = join(folder, 'ca.pem')
    await writeFile(ca, (await authority('old')).certificate)
    const renewed = await authority('new')
    const { port } = later(await startMosquitto({ tls: await signedBy(renewed) }))
    const supervisor = later(await fakeSupervisor(brokerAt({ port, ssl: true })))
    const { subject, warnings } = await client(supervisor, { YOTO_STREAM_MQTT_CA: ca })
    await subject.start()
    expect(warnings()).toEqual([
      expect.stringContaining('not signed by the authority in the file of mqtt.ca'),
    ])
    await writeFile(ca, renewed.certificate)
    await eventually(() => subject.connected)
    expect(subject.address).toBe(`mqtts://127.0.0.1:${port}`)
  },
)

describe('a Supervisor that names no broker is said once, with the way out, and asked again', () => {
  test.each([
    ['has none', noBroker, 'Home Assistant has no broker (Service not enabled): install the Mosquitto app'],
    ['forbids it', { status: 403, body: '403: Forbidden' }, 'does not tell this app of its broker (403)'],
    ['knows no such token', { status: 401, body: '' }, 'does not tell this app of its broker (401)'],
    ['is starting', { status: 502, body: '502: Bad Gateway' }, 'is not ready yet (502)'],
    ['says no host', brokerAt({ host: null, port: 1883 }), 'told of a broker without host and port'],
    ['says an odd port', brokerAt({ port: 'none' }), 'told of a broker without host and port'],
    ['says an odd host', brokerAt({ host: 'a b/c', port: 1 }), 'told of a broker without host and port'],
    ['talks nonsense', { status: 200, body: '<html>' }, 'Home Assistant has no broker (status 200)'],
  ])('it %s', async (_name, told, words) => {
    const supervisor = later(await fakeSupervisor(told))
    const { subject, warnings } = await client(supervisor)
    await subject.start()
    expect(subject.connected).toBe(false)
    await eventually(() => supervisor.asked.length >= 3)
    expect(warnings()).toHaveLength(1)
    expect(warnings()[0]).toMatch(
      /^no MQTT broker to connect to: .*mqtt\.url.*\. Trying again until there is one$/,
    )
    expect(warnings()[0]).toContain(words)
  })

  test('it is not there', async () => {
    const supervisor = await fakeSupervisor(noBroker)
    await supervisor.stop()
    const { subject, warnings } = await client(supervisor)
    await subject.start()
    expect(warnings()).toEqual([expect.stringContaining('the Supervisor of Home Assistant does not answer')])
  })

  test('it never answers, and a stop does not wait for it', async () => {
    const supervisor = later(await fakeSupervisor('nothing at all'))
    const { subject } = await client(supervisor)
    void subject.start()
    await eventually(() => supervisor.asked.length === 1)
    const began = performance.now()
    await subject.stop()
    expect(performance.now() - began).toBeLessThan(2000)
  })
})

testWith(
  ['mosquitto'],
  'under the Supervisor the product runs without a broker, starts none of its own, and finds the one that comes',
  async () => {
    const supervisor = later(await fakeSupervisor(noBroker))
    const house = await runApp({ supervisor: supervisor.supervisor })
    later({ stop: () => house.remove() })
    expect(
      house.log.lines.filter(({ message }) => message.includes('Home Assistant has no broker')),
    ).toHaveLength(1)
    expect(house.log.lines.filter(({ message }) => message.includes('embedded'))).toEqual([])
    expect((await house.call('GET', '/health')).body).toMatchObject({ broker: { connected: false } })
    const { port } = later(await startMosquitto())
    supervisor.answer(brokerAt({ port }))
    await eventually(() => house.log.lines.some(({ message }) => message.startsWith('connected to the MQTT')))
  },
)

test.each([
  ['no certificate', 'hello', /^mqtt\.ca: no certificate in PEM form/],
  ['no file', null, /^mqtt\.ca: the file cannot be read/],
])('a file of mqtt.ca with %s ends the start with one sentence', async (_name, text, words) => {
  const folder = await mkdtemp(join(tmpdir(), 'authority-'))
  later({ stop: () => rm(folder, { recursive: true }) })
  const ca = join(folder, 'ca.pem')
  if (text !== null) await writeFile(ca, text)
  const options = { ...(await mqttOptions()), url: 'mqtts://127.0.0.1:1', ca }
  await expect(brokerOfOptions(options, { supervisor: null, hide: () => undefined })).rejects.toThrow(words)
})
