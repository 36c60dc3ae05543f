import { afterEach, expect } from 'vitest'
import { authority, type Certificate, signedBy } from '../support/certificates.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { clientFor } from './support.ts'

const programs = ['mosquitto', 'openssl']
const opened: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.stop()
})

async function brokerWith(tls?: Certificate) {
  const broker = await startMosquitto(tls === undefined ? {} : { tls })
  opened.push(broker)
  return broker
}

/** What the log says after the first attempt. */
async function attempt(url: string, ca?: string) {
  const log = recordingLog()
  const client = clientFor(url, log, ca === undefined ? {} : { ca })
  opened.push(client)
  await client.start()
  return { connected: client.connected, said: log.lines.map(({ level, message }) => `${level} ${message}`) }
}

const cannot = (url: string, why: string) => [
  `warn cannot connect to the MQTT broker ${url}: ${why}. Trying again until it works`,
]

testWith(programs, 'speaks TLS with Mosquitto where mqtt.ca names its authority', async () => {
  const ours = await authority('ours')
  const { url } = await brokerWith(await signedBy(ours))
  const { connected, said } = await attempt(url, ours.certificate)
  expect({ connected, said }).toEqual({
    connected: true,
    said: [`info connected to the MQTT broker ${url} (MQTT 5)`],
  })
})

testWith(
  programs,
  'without mqtt.ca a household’s own authority is not trusted, and that is the way out',
  async () => {
    const { url } = await brokerWith(await signedBy(await authority('ours')))
    const { said } = await attempt(url)
    expect(said).toEqual(
      cannot(
        url,
        'its certificate was signed by nobody whom this machine trusts: set mqtt.ca to the file with the certificate of the authority that signed it',
      ),
    )
  },
)

for (const name of ['another', 'ours'])
  testWith(programs, `the wrong authority in mqtt.ca is named (called ${name})`, async () => {
    const { url } = await brokerWith(await signedBy(await authority('ours')))
    const { connected, said } = await attempt(url, (await authority(name)).certificate)
    expect(connected).toBe(false)
    expect(said).toEqual(
      cannot(
        url,
        'its certificate was not signed by the authority in the file of mqtt.ca: put the certificate of the one that signed it there',
      ),
    )
  })

testWith(programs, 'a certificate that has expired is named', async () => {
  const ours = await authority('ours')
  const { url } = await brokerWith(await signedBy(ours, { days: -1 }))
  const { connected, said } = await attempt(url, ours.certificate)
  expect(connected).toBe(false)
  expect(said).toEqual([expect.stringMatching(/^warn cannot .* has expired: renew it at the broker/)])
})

testWith(programs, 'a certificate for another name is named with that name', async () => {
  const ours = await authority('ours')
  const { url } = await brokerWith(await signedBy(ours, { name: 'DNS:broker.home' }))
  const { connected, said } = await attempt(url, ours.certificate)
  expect(connected).toBe(false)
  expect(said).toEqual(
    cannot(
      url,
      'its certificate is for broker.home, not for 127.0.0.1: put one of its names into mqtt.url, or give the broker a certificate for this one',
    ),
  )
})

testWith(programs, 'mqtts at a port without TLS, and mqtt at one with it, end in one sentence', async () => {
  const ours = await authority('ours')
  const plain = await brokerWith()
  const safe = await brokerWith(await signedBy(ours))
  const toPlain = await attempt(plain.url.replace('mqtt:', 'mqtts:'), ours.certificate)
  expect(toPlain.said).toEqual([expect.stringContaining('TLS')])
  const toSafe = await attempt(safe.url.replace('mqtts:', 'mqtt:'))
  expect(toSafe.said).toEqual([expect.stringContaining('mqtts://')])
})
