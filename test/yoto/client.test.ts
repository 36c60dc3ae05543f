import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PlayerPatch } from '../../src/core/player.ts'
import { type ConnectionState, YotoClient } from '../../src/yoto/client.ts'
import { freePort } from '../support/free-port.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { advanceUntil, aMoment, settle } from './support/advance.ts'
import { CloudBroker, type Published } from './support/cloud-broker.ts'

const one = 'y1AAAAAAAAAAAAAAAAAAAAAA'
const two = 'y2BBBBBBBBBBBBBBBBBBBBBB'

let broker: CloudBroker
let mqttUrl: string
let clock: VirtualClock
let log: ReturnType<typeof recordingLog>
let players: string[]
let tokens: number
let refusals: (string | undefined)[]
let patches: [string, PlayerPatch][]
let states: ConnectionState[]
let client: YotoClient

beforeEach(async () => {
  broker = new CloudBroker()
  clock = new VirtualClock()
  log = recordingLog()
  players = [one]
  tokens = 0
  refusals = []
  patches = []
  states = []
  mqttUrl = await broker.start()
  client = new YotoClient({
    mqttUrl,
    accessToken: async (refused) => {
      refusals.push(refused)
      return `secret-${++tokens}`
    },
    playerIds: () => players,
    clock,
    random: Math.random,
    log,
    onPatch: (playerId, patch) => patches.push([playerId, patch]),
    onConnection: (state) => states.push(state),
  })
})

afterEach(async () => {
  await client.stop()
  await broker.stop()
  expect(JSON.stringify([log.lines, states])).not.toContain('secret')
})

const sixTopics = ['data/events', 'data/status', 'status/full', 'presence', 'response', 'status']
const topicsOf = (id: string) => sixTopics.map((topic) => `device/${id}/${topic}`)
const soon = (check: () => void) => vi.waitFor(check, { interval: 4, timeout: 3000 })
const firstQuestions = ['events/request', 'status/request', 'status']
const statusQuestions = () => broker.commandsTo(one).filter((command) => command.startsWith('status'))

/** The player answers what it is asked, and from then on nothing. */
async function connected(): Promise<void> {
  broker.onCommand = answerQuestion
  client.start()
  await soon(() => expect(patches).toHaveLength(2 * players.length))
  await clock.advance(500)
  await soon(() => expect(patches).toHaveLength(3 * players.length))
  await clock.advance(500)
  broker.onCommand = () => {}
  patches.length = 0
}

/** Answers of a player that has nothing to tell. */
function answerQuestion({ topic }: Published): void {
  const [, id, , ...name] = topic.split('/')
  const [suffix, payload] = answersTo[name.join('/')] ?? []
  if (suffix !== undefined) void broker.say(`device/${id}/${suffix}`, payload)
}

const answersTo: Readonly<Record<string, readonly [suffix: string, payload: object]>> = {
  'events/request': ['response', { status: { events: 'OK', req_body: '' } }],
  'status/request': ['data/status', { status: {} }],
  status: ['status/full', { status: {} }],
}

/** The player answers each command so, in the firmware's words. */
function answering(word: 'OK' | 'FAIL', name = 'card-play'): void {
  broker.onCommand = ({ topic, payload }: Published) => {
    const id = topic.split('/')[1]
    if (topic.includes('/command/'))
      void broker.say(`device/${id}/response`, { status: { [name]: word, req_body: payload } })
  }
}

test('it comes with the user name, the token and a client id of letters and digits', async () => {
  await connected()
  expect(broker.arrivals).toEqual([
    {
      username: '_?x-amz-customauthorizer-name=PublicJWTAuthorizer',
      password: 'secret-1',
      clientId: expect.stringMatching(/^[A-Za-z0-9]{16,}$/),
    },
  ])
  expect(states).toEqual([{ connected: true, reason: null }])
})

test('it subscribes to six named topics a player and asks in order', async () => {
  players = [one, two]
  await connected()
  await soon(() => expect(broker.commandsTo(two).sort()).toEqual([...firstQuestions].sort()))
  expect(broker.commandsTo(one)).toEqual(firstQuestions)
  expect(broker.subscriptions.flat().sort()).toEqual([...topicsOf(one), ...topicsOf(two)].sort())
  for (const packet of broker.subscriptions) expect(packet.length).toBeLessThanOrEqual(8)
  const questions = broker.published.filter(({ topic }) => topic.startsWith(`device/${one}`))
  expect(questions.map(({ payload }) => payload)).toEqual([
    '',
    '',
    expect.stringMatching(/^{"requestId":"\w+"}$/),
  ])
})

const unheard = () => log.lines.filter(({ message }) => message.startsWith('a player is not heard'))

test('a player whose topics are refused is subscribed to again, and said to be unheard once', async () => {
  broker.subscribing = 'refused'
  client.start()
  await soon(() => expect(unheard()).toHaveLength(1))
  await advanceUntil(clock, () => broker.asked >= 18)
  expect(unheard()).toHaveLength(1)
  broker.subscribing = 'granted'
  const refused = broker.asked
  await advanceUntil(clock, () => broker.asked > refused)
  await settle()
  await broker.say(`device/${one}/data/events`, { cardId: 'aBc12' })
  await soon(() => expect(patches.map(([, patch]) => patch.card_id)).toContain('aBc12'))
})

test('a broker that does not answer a subscription is left for another connection', async () => {
  broker.subscribing = 'ignored'
  client.start()
  await soon(() => expect(broker.asked).toBeGreaterThan(0))
  broker.subscribing = 'granted'
  await advanceUntil(clock, () => broker.arrivals.length === 2)
  await soon(() => expect(states.at(-1)?.connected).toBe(true))
})

test('one status question at a time: the next one waits for the answer, and half a second', async () => {
  client.start()
  await soon(() => expect(broker.commandsTo(one)).toHaveLength(2))
  await clock.advance(400)
  await settle()
  await broker.say(`device/${one}/data/status`, { status: { batteryLevel: 50 } })
  await soon(() => expect(patches).toHaveLength(1))
  await clock.advance(90)
  await settle()
  expect(broker.commandsTo(one)).toHaveLength(2)
  await clock.advance(10)
  await soon(() => expect(broker.commandsTo(one)).toEqual(firstQuestions))
})

test('whoever asks for the status meanwhile gets the next one, together with all others', async () => {
  await connected()
  broker.published.length = 0
  const settled = [client.refresh(one), client.refresh(one), client.refresh(one)]
  await broker.say(`device/${one}/data/events`, { cardId: 'none' })
  await broker.say(`device/${one}/data/events`, { cardId: 'abcDE' })
  await soon(() => expect(patches).toHaveLength(2))
  expect(statusQuestions()).toEqual(['status/request'])
  broker.onCommand = answerQuestion
  for (let step = 0; step < 10; step++) {
    await clock.advance(500)
    await settle()
  }
  await Promise.all(settled)
  expect(statusQuestions()).toEqual(['status/request', 'status/request', 'status/request', 'status'])
})

test('a status question without an answer is asked three times, and then the other one has its turn', async () => {
  client.start()
  await soon(() => expect(statusQuestions()).toHaveLength(1))
  for (const expected of [1, 2, 2, 3, 3]) {
    await clock.advance(1_000)
    await settle()
    expect(statusQuestions()).toEqual(Array(expected).fill('status/request'))
  }
  await clock.advance(1_000)
  await settle()
  expect(statusQuestions()).toEqual([...Array(3).fill('status/request'), 'status'])
})

test('events are armed again every 240 s, and again where the player does not say that they are', async () => {
  await connected()
  broker.published.length = 0
  broker.onCommand = (command) => {
    if (!command.topic.endsWith('events/request')) answerQuestion(command)
  }
  const armed = () => broker.commandsTo(one).filter((command) => command === 'events/request')
  await clock.advance(238_900)
  await settle()
  expect(armed()).toHaveLength(0)
  await clock.advance(200)
  await soon(() => expect(armed()).toHaveLength(1))
  // Those of an earlier request go on for a while.
  await broker.say(`device/${one}/data/events`, { position: 5 })
  await clock.advance(2_000)
  await soon(() => expect(armed()).toHaveLength(2))
  await broker.say(`device/${one}/response`, { status: { events: 'OK', req_body: '' } })
  await broker.say(`device/${one}/data/events`, { position: 6 })
  await soon(() => expect(patches.at(-1)?.[1]).toMatchObject({ position_s: 6 }))
  await clock.advance(10_000)
  await settle()
  expect(armed()).toHaveLength(2)
})

test('status is asked for every 60 s, and the full one every other time', async () => {
  await connected()
  broker.published.length = 0
  broker.onCommand = answerQuestion
  await clock.advance(58_900)
  await settle()
  expect(broker.commandsTo(one)).toEqual([])
  for (let step = 0; step < 186; step++) {
    await clock.advance(1_000)
    await aMoment()
  }
  expect(statusQuestions()).toEqual([
    'status/request',
    'status/request',
    'status',
    'status/request',
    'status/request',
    'status',
  ])
})

test('it stops at once, even while it waits for a token', async () => {
  const waiting = new YotoClient({
    mqttUrl,
    accessToken: () => new Promise(() => {}),
    playerIds: () => [],
    clock,
    random: Math.random,
    log,
    onPatch: () => {},
    onConnection: (state) => states.push(state),
  })
  waiting.start()
  await settle()
  await waiting.stop()
  expect(states).toEqual([{ connected: false, reason: 'stopped' }])
})

test('what players say arrives as patches', async () => {
  await connected()
  await broker.say(`device/${one}/data/events`, { volume: 8, cardId: '08aB0' })
  await broker.say(`device/${one}/presence`, { state: 'offline' }, { retain: true })
  await soon(() => expect(patches).toHaveLength(2))
  expect(patches).toEqual([
    [one, { online: true, volume_step: 8, volume_percent: 50, card_id: '08aB0' }],
    [one, { online: false }],
  ])
})

test('a change of card or streaming asks for the status, a repetition does not', async () => {
  await connected()
  const say = (payload: object) => broker.say(`device/${one}/data/events`, payload)
  await say({ cardId: 'none', streaming: false })
  await soon(() => expect(patches).toHaveLength(1))
  broker.published.length = 0
  await say({ cardId: 'abcDE', chapterKey: '01' })
  await soon(() => expect(broker.commandsTo(one)).toEqual(['status/request']))
  await broker.say(`device/${one}/data/status`, { status: {} })
  await soon(() => expect(patches).toHaveLength(3))
  await clock.advance(500)
  await say({ cardId: 'abcDE', streaming: false })
  await say({ streaming: true })
  await soon(() => expect(broker.commandsTo(one)).toEqual(['status/request', 'status/request']))
  await settle()
  expect(broker.commandsTo(one)).toHaveLength(2)
})

test('a player that comes back is asked for everything', async () => {
  await connected()
  await broker.say(`device/${one}/presence`, { state: 'offline' })
  await soon(() => expect(patches).toHaveLength(1))
  broker.published.length = 0
  await broker.say(`device/${one}/presence`, { state: 'online' })
  await soon(() => expect(broker.commandsTo(one).slice(0, 2)).toEqual(['events/request', 'status/request']))
})

test('after the broker has closed the socket it comes back with a new token and another client id', async () => {
  await connected()
  broker.dropAll()
  await soon(() => expect(states.at(-1)?.connected).toBe(false))
  await expect(client.send(one, { topic: 'command/card/pause', payload: null })).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(broker.arrivals).toHaveLength(1)
  await clock.advance(1_000)
  await soon(() => expect(states.at(-1)).toEqual({ connected: true, reason: null }))
  expect(broker.arrivals.map(({ password }) => password)).toEqual(['secret-1', 'secret-2'])
  expect(broker.arrivals[0]?.clientId).not.toBe(broker.arrivals[1]?.clientId)
  await soon(() => expect(broker.subscriptions.flat()).toHaveLength(12))
})

test('a broker that lets it in and closes again is asked at growing distances', async () => {
  await connected()
  for (const arrivals of [2, 3, 4]) {
    broker.dropAll()
    await soon(() => expect(states.at(-1)?.connected).toBe(false))
    await clock.advance(2 ** (arrivals - 2) * 500 - 1)
    await settle()
    expect(broker.arrivals).toHaveLength(arrivals - 1)
    await clock.advance(2 ** (arrivals - 2) * 500 + 1)
    await soon(() => expect(states.at(-1)?.connected).toBe(true))
    expect(broker.arrivals).toHaveLength(arrivals)
  }
})

test('a token that the broker does not accept is named once, so that it is replaced', async () => {
  broker.refusedPasswords.add('secret-1').add('secret-2')
  client.start()
  await soon(() => expect(states.at(-1)?.reason).toBe('the broker does not accept the token'))
  await clock.advance(1_000)
  await soon(() => expect(broker.arrivals).toHaveLength(2))
  await settle()
  await clock.advance(2_000)
  await soon(() => expect(states.at(-1)?.connected).toBe(true))
  expect(refusals).toEqual([undefined, 'secret-1', 'secret-1'])
})

test('new players are subscribed to and asked, players that are gone are left', async () => {
  await connected()
  players = [two]
  client.playersChanged()
  await soon(() => expect(broker.unsubscriptions).toEqual([topicsOf(one)]))
  await soon(() => expect(broker.commandsTo(two)).toHaveLength(2))
  await expect(client.send(one, { topic: 'command/card/pause', payload: null })).rejects.toMatchObject({
    code: 'not_found',
  })
  broker.published.length = 0
  await clock.advance(240_000)
  await soon(() => expect(broker.commandsTo(two)).toContain('events/request'))
  expect(broker.commandsTo(one)).toEqual([])
})

test('a command with a body carries a request id, and OK to it ends the wait', async () => {
  await connected()
  answering('OK', 'set-volume')
  await client.send(one, { topic: 'command/volume/set', payload: { volume: 50 } })
  expect(JSON.parse(broker.published.at(-1)?.payload ?? '')).toEqual({
    volume: 50,
    requestId: expect.any(String),
  })
})

test('a command without body stays without, and its answer is told from the answers to questions', async () => {
  await connected()
  let done = false
  const sent = client.send(one, { topic: 'command/card/pause', payload: null }).then(() => {
    done = true
  })
  await soon(() =>
    expect(broker.published.at(-1)).toEqual({ topic: `device/${one}/command/card/pause`, payload: '' }),
  )
  await broker.say(`device/${one}/response`, { status: { 'status/request': 'OK', req_body: '' } })
  await settle()
  expect(done).toBe(false)
  await broker.say(`device/${one}/response`, { status: { 'card-pause': 'OK', req_body: '' } })
  await sent
})

test('answers to commands without a body find them in whatever order they come', async () => {
  await connected()
  const settled: string[] = []
  const sent = ['pause', 'resume'].map((word) =>
    client.send(one, { topic: `command/card/${word}`, payload: null }).then(() => settled.push(word)),
  )
  await soon(() => expect(broker.commandsTo(one)).toContain('card/resume'))
  await broker.say(`device/${one}/response`, { status: { 'card-resume': 'OK', req_body: '' } })
  await soon(() => expect(settled).toEqual(['resume']))
  await broker.say(`device/${one}/response`, { status: { 'card-pause': 'OK', req_body: '' } })
  await Promise.all(sent)
  expect(settled).toEqual(['resume', 'pause'])
})

test('FAIL is a refusal', async () => {
  await connected()
  answering('FAIL')
  const start = { topic: 'command/card/start', payload: { uri: 'https://yoto.io/abcDE' } }
  await expect(client.send(one, start)).rejects.toMatchObject({ code: 'refused' })
})

test('a player that stays silent for 5 s did not answer', async () => {
  await connected()
  const sent = client.send(one, { topic: 'command/card/stop', payload: null })
  const outcome = expect(sent).rejects.toMatchObject({
    code: 'unanswered',
    message: `player ${one} did not answer to card/stop within 5 s; it may have happened all the same`,
  })
  await soon(() => expect(broker.commandsTo(one)).toContain('card/stop'))
  await clock.advance(5_000)
  await outcome
})

test('a command whose connection is lost fails at once and is never sent again', async () => {
  await connected()
  const sent = client.send(one, { topic: 'command/card/start', payload: { uri: 'https://yoto.io/abcDE' } })
  const outcome = expect(sent).rejects.toMatchObject({ code: 'unavailable' })
  await soon(() => expect(broker.commandsTo(one)).toContain('card/start'))
  broker.dropAll()
  await outcome
  broker.published.length = 0
  await clock.advance(2_000)
  await soon(() => expect(states.at(-1)?.connected).toBe(true))
  await soon(() => expect(broker.commandsTo(one)).toContain('status/request'))
  expect(broker.commandsTo(one)).not.toContain('card/start')
})

test.each([
  // Answered by the player, answered by nobody. More than the other side takes in unread, and less than our own machine goes on sending.
  ['command/card/start', { uri: 'https://yoto.io/abcDE', filler: 'x'.repeat(1_000_000) }],
  ['command/reboot', { filler: 'x'.repeat(1_000_000) }],
])('a %s that the broker did not take in time never arrives later', async (topic, payload) => {
  await connected()
  broker.stopReading()
  const sent = client.send(one, { topic, payload })
  const outcome = expect(sent).rejects.toMatchObject({
    code: expect.stringMatching(/^un(available|answered)$/),
  })
  await settle()
  await clock.advance(5_000)
  await outcome
  broker.readAgain()
  await soon(() => expect(states.at(-1)?.connected).toBe(false))
  await clock.advance(1_000)
  await soon(() => expect(states.at(-1)?.connected).toBe(true))
  await soon(() =>
    expect(broker.commandsTo(one).filter((command) => command === 'status/request')).toHaveLength(2),
  )
  await settle()
  expect(broker.published.map((each) => each.topic)).not.toContain(`device/${one}/${topic}`)
})

test('a command before there is a connection is refused', async () => {
  const pause = { topic: 'command/card/pause', payload: null }
  await expect(client.send(one, pause)).rejects.toMatchObject({ code: 'unavailable' })
})

test('a reboot waits for no answer', async () => {
  await connected()
  await client.send(one, { topic: 'command/reboot', payload: null })
  await soon(() => expect(broker.commandsTo(one)).toContain('reboot'))
})

test('rubbish is logged once a kind and harms nothing', async () => {
  await connected()
  for (let turn = 0; turn < 3; turn++) {
    await broker.say(`device/${one}/data/events`, new Uint8Array([0xff, 0x00, 0x7b]))
    await broker.say(`device/${one}/status`, new Uint8Array(0))
    await broker.say(`device/${one}/data/events`, { volume: 99 + turn, position: turn })
  }
  await soon(() => expect(patches).toHaveLength(3))
  expect(log.lines.filter(({ level }) => level === 'warn').map(({ detail }) => detail)).toEqual([
    { topic: `device/${one}/data/events`, reason: 'the payload is not a JSON object in UTF-8' },
    { topic: `device/${one}/status`, reason: 'the payload is not a JSON object in UTF-8' },
    { topic: `device/${one}/data/events`, field: 'volume', value: '99' },
  ])
})

const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
test.each([
  ['a list in the place of the object', 'data/events', '[1,2]'],
  ['a field that is a list in a list without end', 'data/events', `{"volume":${deep}}`],
  ['an object in the place of an id', 'data/events', '{"cardId":{"toString":1}}'],
  ['a status that is a list', 'data/status', '{"status":[]}'],
  ['names that are parts of every object', 'response', '{"status":{"__proto__":"OK","constructor":"FAIL"}}'],
  ['more than the cloud allows', 'data/events', `{"trackTitle":"${'x'.repeat(140_000)}"}`],
  ['half a message', 'status/full', '{"status":{"batteryLev'],
])('%s harms nothing', async (_, topic, payload) => {
  await connected()
  await broker.say(`device/${one}/${topic}`, Buffer.from(payload))
  await broker.say(`device/${one}/data/events`, { volume: 3 })
  await soon(() => expect(patches.at(-1)?.[1]).toMatchObject({ volume_step: 3 }))
  expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
  expect(JSON.stringify(log.lines).length).toBeLessThan(2_000)
  expect(Object.prototype).not.toHaveProperty('online')
})

test('a network that takes connections and carries nothing is given up after 10 s, and tried again', async () => {
  let taken = 0
  const silent = createServer((socket) => {
    taken++
    socket.on('error', () => undefined).resume()
  })
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const { port } = silent.address() as AddressInfo
  const lost = new YotoClient({
    mqttUrl: `ws://127.0.0.1:${port}`,
    accessToken: async () => 'secret',
    playerIds: () => players,
    clock,
    random: () => 0,
    log,
    onPatch: () => undefined,
    onConnection: (state) => states.push(state),
  })
  lost.start()
  await soon(() => expect(taken).toBe(1))
  await clock.advance(9_900)
  await settle()
  expect(states).toEqual([])
  await clock.advance(200)
  await soon(() =>
    expect(states).toEqual([
      { connected: false, reason: "Yoto's broker cannot be reached: no answer within 10 s" },
    ]),
  )
  await advanceUntil(clock, () => taken === 2)
  await lost.stop()
  silent.close()
})

/** A client that tries there for ten minutes; gives how long after each other its tries began, in ms. */
async function distancesOfTries(url: string): Promise<number[]> {
  const began: number[] = []
  const lost = new YotoClient({
    mqttUrl: url,
    accessToken: async () => {
      began.push(clock.now().getTime())
      return 'secret'
    },
    playerIds: () => players,
    clock,
    random: () => 0.999,
    log,
    onPatch: () => undefined,
    onConnection: () => undefined,
  })
  lost.start()
  const end = clock.now().getTime() + 600_000
  await advanceUntil(clock, () => clock.now().getTime() >= end, 2_000)
  await lost.stop()
  return began.slice(1).map((ms, index) => ms - (began[index] ?? 0))
}

test('however long nobody is there, it tries again after 10 s and not sooner', async () => {
  const distances = await distancesOfTries(`ws://127.0.0.1:${await freePort()}`)
  expect(distances.slice(0, 4).map((ms) => Math.round(ms / 1_000))).toEqual([1, 2, 4, 8])
  for (const ms of distances.slice(4)) expect(Math.round(ms / 1_000)).toBe(10)
})

test('a try that was held up for long is followed by the next at once', async () => {
  const silent = createServer((socket) => void socket.on('error', () => undefined).resume())
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const distances = await distancesOfTries(`ws://127.0.0.1:${(silent.address() as AddressInfo).port}`)
  expect(distances.length).toBeGreaterThan(40)
  for (const ms of distances) expect(ms).toBeLessThanOrEqual(12_500)
  silent.close()
})

test('whoever is not in the account is not heard, and is once the account lists it', async () => {
  await connected()
  await broker.say(`device/${two}/data/events`, { volume: 3 })
  players = [one, two]
  client.playersChanged()
  await soon(() => expect(broker.commandsTo(two)).toHaveLength(2))
  expect(patches).toEqual([])
  await broker.say(`device/${two}/data/events`, { volume: 4 })
  await soon(() => expect(patches).toMatchObject([[two, { volume_step: 4 }]]))
})

test('while nobody is signed in it says why, and connects as soon as it is told to', async () => {
  let signedIn = false
  const waiting = new YotoClient({
    mqttUrl,
    accessToken: async () => {
      if (signedIn) return 'secret-1'
      throw new Error('not signed in to Yoto')
    },
    playerIds: () => [],
    clock,
    random: Math.random,
    log,
    onPatch: () => {},
    onConnection: (state) => states.push(state),
  })
  waiting.start()
  await soon(() => expect(states.at(-1)).toEqual({ connected: false, reason: 'not signed in to Yoto' }))
  signedIn = true
  waiting.connectNow()
  await soon(() => expect(states.at(-1)).toEqual({ connected: true, reason: null }))
  await waiting.stop()
})
