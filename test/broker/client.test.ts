import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { printableAddress } from '../../src/broker/connection.ts'
import { startEmbeddedBroker } from '../../src/broker/embedded.ts'
import { systemClock } from '../../src/core/clock.ts'
import { freePort } from '../support/free-port.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { passwordFile } from '../support/mosquitto-passwords.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { clientFor, eventually, observe, passedOn, pause } from './support.ts'

const opened: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.stop()
})

function later<Thing extends { stop(): Promise<void> }>(thing: Thing): Thing {
  opened.push(thing)
  return thing
}

async function embedded(port = 0) {
  return later(
    await startEmbeddedBroker({ host: '127.0.0.1', port, log: recordingLog(), clock: systemClock }),
  )
}

function client(url: string, more: Parameters<typeof clientFor>[2] = {}) {
  const log = recordingLog()
  const warnings = () => log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)
  const infos = () => log.lines.filter(({ level }) => level === 'info').map(({ message }) => message)
  return { client: later(clientFor(url, log, more)), log, warnings, infos }
}

test('falls back to MQTT 3.1.1 with a broker that has no 5, and asks for 5 only once', async () => {
  const brokerLog = recordingLog()
  const broker = later(
    await startEmbeddedBroker({ host: '127.0.0.1', port: 0, log: brokerLog, clock: systemClock }),
  )
  const relay = later(await startRelay(broker.port))
  const subject = client(relay.url)
  await subject.client.start()
  expect(subject.client.connected).toBe(true)
  expect(subject.infos()).toEqual([`connected to the MQTT broker ${relay.url} (MQTT 3.1.1)`])
  expect(subject.warnings()).toEqual([])
  relay.cut()
  await eventually(() => subject.infos().length === 2)
  const refusals = brokerLog.lines.filter(({ detail }) => String(detail?.error).includes('protocol version'))
  expect(refusals).toHaveLength(1)
})

testWith(['mosquitto'], 'speaks MQTT 5 with Mosquitto', async () => {
  const broker = later(await startMosquitto())
  const subject = client(broker.url)
  await subject.client.start()
  expect(subject.infos()).toEqual([`connected to the MQTT broker ${broker.url} (MQTT 5)`])
})

describe('a broker that cannot be had does not fail the start, and is named once', () => {
  test('nothing listens there', async () => {
    const port = await freePort()
    let waits = 0
    const sleep = (_ms: number, signal?: AbortSignal) => {
      waits += 1
      return systemClock.sleep(5, signal)
    }
    const subject = client(`mqtt://someone:secret@127.0.0.1:${port}`, { clock: { ...systemClock, sleep } })
    await subject.client.start()
    expect(subject.client.connected).toBe(false)
    expect(subject.warnings()).toEqual([
      `cannot connect to the MQTT broker mqtt://127.0.0.1:${port}: nothing listens there (connection refused). Trying again until it works`,
    ])
    // Each wait stands behind a failure.
    await eventually(() => waits >= 4)
    expect(subject.warnings()).toHaveLength(1)
  })

  test('the host is unknown', async () => {
    const subject = client('mqtt://no-such-host.invalid:1883')
    await subject.client.start()
    expect(subject.warnings()).toEqual([
      expect.stringMatching(/no-such-host\.invalid:1883: (no host of that name|the name of the host)/),
    ])
  })

  test('it refuses the password, in MQTT 3.1.1', async () => {
    const credentials = { username: 'ha', password: 'right' }
    const broker = later(
      await startEmbeddedBroker({
        host: '127.0.0.1',
        port: 0,
        log: recordingLog(),
        clock: systemClock,
        credentials,
      }),
    )
    const subject = client(broker.url, { username: 'ha', password: 'wrong' })
    await subject.client.start()
    expect(subject.warnings()).toEqual([expect.stringContaining('refused the user name or password')])
    expect(JSON.stringify(subject.log.lines)).not.toContain('wrong')
  })

  test('it accepts connections and hangs up on them', async () => {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    later(closing(server))
    const subject = client(`mqtt://127.0.0.1:${portOf(server)}`)
    await subject.client.start()
    expect(subject.warnings()).toEqual([expect.stringContaining('it hung up without an answer')])
  })

  test('it is no MQTT broker', async () => {
    const server = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    later(closing(server))
    const subject = client(`mqtt://127.0.0.1:${portOf(server)}`)
    await subject.client.start()
    expect(subject.warnings()).toHaveLength(1)
  })
})

testWith(
  ['mosquitto', 'mosquitto_passwd'],
  'says so when Mosquitto refuses the password, in MQTT 5',
  async () => {
    const broker = later(await startMosquitto({ passwords: passwordFile('ha', 'right') }))
    const wrong = client(broker.url, { username: 'ha', password: 'wrong' })
    await wrong.client.start()
    expect(wrong.warnings()).toEqual([expect.stringContaining('refused the user name or password')])
    const right = client(broker.url, { username: 'ha', password: 'right', clientId: 'other' })
    await right.client.start()
    expect(right.client.connected).toBe(true)
  },
)

test.each(['', 'localhost', 'http://localhost', 'mqtt://', 'ws://localhost'])(
  'the url %j is refused by its option',
  (url) => {
    expect(() => printableAddress(url)).toThrow(/^mqtt\.url: /)
  },
)

async function lastWill(broker: { url: string; port: number }): Promise<void> {
  const relay = later(await startRelay(broker.port))
  const subject = client(relay.url)
  await subject.client.start()
  await subject.client.publish('yoto/bridge/state', 'online', { retain: true })
  const observer = await observe(broker.url)
  relay.cut()
  await observer.until(({ topic, payload }) => topic === 'yoto/bridge/state' && payload === 'offline')
  const late = await observe(broker.url)
  expect(await late.until(({ topic }) => topic === 'yoto/bridge/state')).toMatchObject({
    payload: 'offline',
    retain: true,
  })
  await late.leave()
  await eventually(() => subject.client.connected)
  await subject.client.publish('yoto/bridge/state', 'online again', { retain: true })
  await subject.client.stop()
  // A broker that still had the old connection would drop it for this one, and speak its will.
  const again = await observe(broker.url, { clientId: 'yoto-test' })
  await passedOn(observer)
  expect(observer.heard('yoto/bridge/state')).toEqual(['online', 'offline', 'online again'])
  await again.leave()
  await observer.leave()
}

test('the last will stands on the broker after a connection was cut, and not after a goodbye', async () => {
  await lastWill(await embedded())
})

testWith(
  ['mosquitto'],
  'the last will stands on Mosquitto after a connection was cut, not after a goodbye',
  async () => {
    await lastWill(later(await startMosquitto()))
  },
)

describe('with the broker away', () => {
  test('what is published then is refused at once and never sent later', async () => {
    const port = await freePort()
    const subject = client(`mqtt://127.0.0.1:${port}`)
    await subject.client.start()
    await expect(subject.client.publish('a/command', 'stale', { retain: false })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('a/command'),
    })
    const broker = await embedded(port)
    const observer = await observe(broker.url)
    await eventually(() => subject.client.connected)
    await subject.client.publish('a/command', 'fresh', { retain: false })
    await observer.until(({ payload }) => payload === 'fresh')
    expect(observer.heard('a/command')).toEqual(['fresh'])
    await observer.leave()
  })
})

test('what waited for the broker when it went is given up, not sent to the next one', async () => {
  const broker = await embedded()
  const relay = later(await startRelay(broker.port))
  const subject = client(relay.url)
  await subject.client.start()
  relay.hold()
  const waiting = [1, 2, 3].map((each) => subject.client.publish('a/b', `held ${each}`, { retain: false }))
  const outcomes = Promise.allSettled(waiting)
  await pause(20)
  const observer = await observe(broker.url)
  relay.cut()
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  await eventually(() => subject.client.connected)
  await subject.client.publish('a/b', 'next', { retain: false })
  await observer.until(({ payload }) => payload === 'next')
  expect(observer.heard('a/b')).toEqual(['next'])
  await observer.leave()
})

test('comes back after a restart of the broker, listens again and calls its listeners again', async () => {
  const port = await freePort()
  const first = await startEmbeddedBroker({
    host: '127.0.0.1',
    port,
    log: recordingLog(),
    clock: systemClock,
  })
  const subject = client(first.url)
  const heard: string[] = []
  let connects = 0
  subject.client.subscribe(['a/+', 'b/#'], (topic, payload) => heard.push(`${topic}=${payload}`))
  subject.client.onConnect(() => {
    connects += 1
    expect(subject.client.connected).toBe(true)
  })
  await subject.client.start()
  await first.stop()
  await eventually(() => !subject.client.connected)
  expect(subject.warnings()[0]).toContain('lost the connection')
  const second = await embedded(port)
  await eventually(() => connects === 2)
  const observer = await observe(second.url)
  await observer.say('a/x', '1')
  await observer.say('b/x/y', '2')
  await eventually(() => heard.length === 2)
  expect(heard).toEqual(['a/x=1', 'b/x/y=2'])
  await observer.leave()
})

async function overlapping(url: string): Promise<void> {
  const subject = client(url)
  const heard: string[] = []
  subject.client.subscribe('a/#', () => heard.push('wide'))
  subject.client.subscribe('a/+/c', (_topic, _payload, { retain }) => heard.push(`narrow ${retain}`))
  subject.client.subscribe('a/+/c', () => {
    throw new Error('a handler with a fault')
  })
  await subject.client.start()
  const observer = await observe(url)
  await observer.say('a/b/c', 'x')
  await observer.say('a/end', 'x')
  await eventually(() => heard.length >= 3)
  expect(heard.toSorted()).toEqual(['narrow false', 'wide', 'wide'])
  await observer.leave()
}

test('subscriptions that overlap each hear a message once, and one that throws stops no other (3.1.1)', async () => {
  await overlapping((await embedded()).url)
})

testWith(['mosquitto'], 'subscriptions that overlap each hear a message once (Mosquitto, 5)', async () => {
  await overlapping(later(await startMosquitto()).url)
})

test.each(['', 'a/+', '#', 'a\u0000b', 'x'.repeat(70_000)])(
  'a topic nobody can publish to is refused without costing the connection',
  async (topic) => {
    const broker = await embedded()
    const subject = client(broker.url)
    await subject.client.start()
    await expect(subject.client.publish(topic, 'x', { retain: false })).rejects.toMatchObject({
      code: 'unprocessable',
    })
    await subject.client.publish('a/b', 'x', { retain: false })
  },
)

testWith(
  ['mosquitto'],
  'a message larger than Mosquitto takes is refused by its size, and costs neither the connection nor the others',
  async () => {
    const broker = later(await startMosquitto({ largestPacketBytes: 2000 }))
    const subject = client(broker.url)
    await subject.client.start()
    const observer = await observe(broker.url)
    const large = subject.client.publish('a/large', 'é'.repeat(1000), { retain: true })
    const small = subject.client.publish('a/b', 'x'.repeat(1900), { retain: false })
    await expect(large).rejects.toMatchObject({
      code: 'unprocessable',
      message: 'the MQTT broker takes messages of at most 2000 bytes; a/large is 2039 and is left out',
    })
    await small
    await observer.until(({ topic }) => topic === 'a/b')
    expect(subject.warnings()).toEqual([])
    expect(subject.client.connected).toBe(true)
    await observer.leave()
  },
)

test('a message larger than MQTT can carry is refused where the broker names no limit', async () => {
  const subject = client((await embedded()).url)
  await subject.client.start()
  const most = 256 * 1024 * 1024
  await expect(subject.client.publish('a/b', 'x'.repeat(most), { retain: false })).rejects.toMatchObject({
    code: 'unprocessable',
    message: expect.stringContaining(`at most ${most - 1} bytes; a/b is ${most + 35}`),
  })
  await subject.client.publish('a/b', 'x', { retain: false })
})

testWith(
  ['mosquitto'],
  'a Mosquitto that refuses what we publish is named by one warning per connection',
  async () => {
    const broker = later(await startMosquitto({ acl: 'topic read #\ntopic write open/#\n' }))
    const relay = later(await startRelay(broker.port))
    const subject = client(relay.url)
    await subject.client.start()
    const refused = (topic: string) =>
      expect(subject.client.publish(topic, 'x', { retain: false })).rejects.toMatchObject({
        code: 'unavailable',
      })
    const refusals = () => subject.warnings().filter((each) => each.includes('refused'))
    const first = `the MQTT broker ${relay.url} refused what we published to closed/a: our user may not write there (access list of the broker). It may refuse other topics too`
    await refused('closed/a')
    await refused('closed/b')
    await subject.client.publish('open/a', 'x', { retain: false })
    expect(refusals()).toEqual([first])
    relay.cut()
    await eventually(() => subject.infos().length === 2)
    await refused('closed/a')
    expect(refusals()).toEqual([first, first])
  },
)

testWith(
  ['mosquitto'],
  'the retain flag is kept on live messages for those alone who ask for it',
  async () => {
    const broker = later(await startMosquitto())
    const subject = client(broker.url)
    const heard: string[] = []
    const note = (topic: string, _payload: string, { retain }: { retain: boolean }) =>
      heard.push(`${topic} ${retain}`)
    subject.client.subscribe('a/+', note, { asPublished: true })
    subject.client.subscribe('b/+', note)
    await subject.client.start()
    const observer = await observe(broker.url)
    await observer.say('b/x', '1', { retain: true })
    await observer.say('a/x', '1', { retain: true })
    await observer.say('a/x', '1')
    await eventually(() => heard.length === 3)
    expect(heard).toEqual(['b/x false', 'a/x true', 'a/x false'])
    await observer.leave()
  },
)

async function heardFromOthers(url: string): Promise<string[]> {
  const observer = await observe(url)
  await observer.say('a/kept', 'before', { retain: true })
  const subject = client(url)
  const heard: string[] = []
  subject.client.subscribe('a/+', (_topic, payload) => heard.push(payload), { fromOthers: true })
  subject.client.subscribe('+/end', (_topic, payload) => heard.push(`end: ${payload}`))
  await subject.client.start()
  await subject.client.publish('a/x', 'ours', { retain: false })
  await observer.say('a/x', 'foreign', { retain: true })
  await observer.say('a/end', 'done')
  await eventually(() => heard.includes('end: done'))
  await passedOn(observer)
  await observer.leave()
  return heard.toSorted()
}

testWith(['mosquitto'], 'with MQTT 5 others alone are heard where that is asked for', async () => {
  const broker = later(await startMosquitto())
  expect(await heardFromOthers(broker.url)).toEqual(['done', 'end: done', 'foreign'])
})

test('with MQTT 3.1.1 nobody is heard where others alone are asked for', async () => {
  const broker = await embedded()
  expect(await heardFromOthers(broker.url)).toEqual(['end: done'])
})

test('stops promptly while it waits for a broker that is away', async () => {
  const subject = client(`mqtt://127.0.0.1:${await freePort()}`, { random: () => 0.99 })
  await subject.client.start()
  const began = Date.now()
  await subject.client.stop()
  expect(Date.now() - began).toBeLessThan(200)
})

test('the waits for a broker that stays away never grow so long that the house is not whole within 15 s', async () => {
  const waits: number[] = []
  const sleep = (ms: number, signal?: AbortSignal) => {
    waits.push(ms)
    return systemClock.sleep(1, signal)
  }
  const url = `mqtt://127.0.0.1:${await freePort()}`
  const subject = client(url, { clock: { ...systemClock, sleep }, random: () => 0.999 })
  await subject.client.start()
  await eventually(() => waits.length >= 12)
  // One attempt at a host that does not answer takes 5 s, and the rest is quick.
  expect(Math.max(...waits)).toBeLessThanOrEqual(8000)
  expect(waits[0]).toBeLessThanOrEqual(500)
})

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function closing(server: Server) {
  return { stop: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}

/** Stands between client and broker, to cut the wire or to hold back what the client says. */
async function startRelay(brokerPort: number) {
  const pairs = new Set<[Socket, Socket]>()
  const server = createServer((near) => {
    const far = dial(brokerPort, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    for (const [one, other] of [pair, [far, near] as const]) {
      one.pipe(other)
      one.on('error', () => undefined)
      one.on('close', () => {
        other.destroy()
        pairs.delete(pair)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    for (const [near, far] of pairs) {
      near.destroy()
      far.destroy()
    }
  }
  return {
    url: `mqtt://127.0.0.1:${portOf(server)}`,
    cut,
    hold: () => {
      for (const [near, far] of pairs) near.unpipe(far).pause()
    },
    stop: () => {
      cut()
      return closing(server).stop()
    },
  }
}
