import { afterEach, describe, expect, test } from 'vitest'
import { startEmbeddedBroker } from '../../src/broker/embedded.ts'
import { segmentOf } from '../../src/broker/segment.ts'
import { ownTopics } from '../../src/broker/topic.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { Effect } from '../../src/core/effect.ts'
import { AppError } from '../../src/core/error.ts'
import type { PlayerEvent } from '../../src/core/event.ts'
import { unknownPlayer } from '../../src/core/player.ts'
import { emptyQueue } from '../../src/core/queue.ts'
import { freePort } from '../support/free-port.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { embedded, listened, opened, settled, startBridge, stopAll, watch } from './bridge-support.ts'
import { eventually, type Observer, observe, passedOn, player } from './support.ts'

afterEach(stopAll)

const pressed: PlayerEvent = {
  type: 'button',
  player: 'abc',
  at: '2026-11-21T10:00:00+00:00',
  button: 'left',
  confidence: 0.9,
  via: 'mqtt',
  card_id: '0042',
  chapter_key: '01',
  track_key: '01',
}

async function mosquitto(options: Parameters<typeof startMosquitto>[0] = {}) {
  const broker = await startMosquitto(options)
  opened.push(broker)
  return broker
}

testWith(
  ['mosquitto'],
  'a state that is too large for Mosquitto is named once per connection, and all others are told',
  async () => {
    const { url } = await mosquitto({ largestPacketBytes: 8000 })
    const observer = await watch(url)
    const large = player('abc', { track_title: 'x'.repeat(8000) })
    const subject = await startBridge(url, { players: [large, player('def')] })
    await settled(subject, observer)
    for (const title of ['y', 'z'])
      subject.bridge.playerChanged({ ...large, track_title: title.repeat(8000) })
    await subject.clock.advance(5000)
    await settled(subject, observer)
    const named = subject
      .warnings()
      .map(({ message }) => message)
      .filter((each) => each.includes('yoto/abc/state'))
    expect(named).toEqual([
      expect.stringMatching(
        /^the MQTT broker takes messages of at most 8000 bytes; yoto\/abc\/state is \d+ and is left out$/,
      ),
    ])
    expect(observer.heard('yoto/abc/state')).toEqual([])
    expect(observer.heard('yoto/def/state')).toHaveLength(1)
    expect(subject.client.connected).toBe(true)
  },
)

describe('on connect', () => {
  test('says online first, then discovery, availability, states and queues', async () => {
    const { url } = await embedded()
    const observer = await watch(url)
    await startBridge(url, {
      players: [player('abc'), player('def', { online: false })],
      queues: [emptyQueue('night')],
    })
    await observer.until(({ topic }) => topic === 'yoto/stream/night/state')
    const isBeside = (topic: string) => ownTopics.some((own) => topic.endsWith(`/${own}`))
    expect(observer.messages.map(({ topic }) => topic).filter((topic) => !isBeside(topic))).toEqual([
      'yoto/bridge/state',
      'homeassistant/device/yoto_bridge/config',
      'yoto/bridge/info',
      'homeassistant/device/yoto_abc/config',
      'homeassistant/device/yoto_def/config',
      'yoto/abc/availability',
      'yoto/def/availability',
      'yoto/abc/state',
      'yoto/def/state',
      'yoto/stream/night/state',
    ])
    expect(observer.heard('yoto/abc/availability')).toEqual(['online'])
    expect(observer.heard('yoto/def/availability')).toEqual(['offline'])
  })

  test('everything stands retained for whoever comes later, with every field of a player', async () => {
    const { url } = await embedded()
    const early = await watch(url)
    const subject = await startBridge(url, { players: [player('abc', { battery_percent: 80 })] })
    await settled(subject, early)
    const late = await watch(url)
    const state = await late.until(({ topic }) => topic === 'yoto/abc/state')
    expect(state.retain).toBe(true)
    expect(JSON.parse(state.payload)).toEqual({
      ...unknownPlayer('abc', 'Bedroom'),
      online: true,
      battery_percent: 80,
    })
    expect((await late.until(({ topic }) => topic === 'yoto/bridge/state')).payload).toBe('online')
    const info = await late.until(({ topic }) => topic === 'yoto/bridge/info')
    expect(JSON.parse(info.payload)).toEqual({
      version: '1.2.3',
      instance: 'one',
      other_instances: [],
      cloud_connected: true,
      problems: [],
      counts: { players: 1, streams: 0 },
    })
  })
})

test('a state and an event of one tick both arrive, and the state stands', async () => {
  const { url } = await embedded()
  const observer = await watch(url)
  const subject = await startBridge(url)
  await settled(subject, observer)
  for (let round = 1; round <= 50; round += 1) {
    subject.bridge.playerChanged(player('abc', { volume_percent: round }))
    subject.bridge.event(pressed)
  }
  await eventually(() => observer.heard('yoto/abc/event').length === 50)
  expect(observer.heard('yoto/abc/state').map((each) => JSON.parse(each).volume_percent)).toEqual([
    null,
    ...Array.from({ length: 50 }, (_, index) => index + 1),
  ])
  const late = await watch(url, 'yoto/abc/state')
  const state = await late.until(({ retain }) => retain)
  expect(JSON.parse(state.payload).volume_percent).toBe(50)
})

test('events carry their type twice and are not retained', async () => {
  const { url } = await embedded()
  const observer = await watch(url)
  const subject = await startBridge(url)
  subject.bridge.event(pressed)
  const { payload } = await observer.until(({ topic }) => topic === 'yoto/abc/event')
  expect(JSON.parse(payload)).toEqual({ ...pressed, event_type: 'button' })
  subject.bridge.event({
    type: 'stream_requested',
    player: null,
    at: '2026-11-21T10:00:00+00:00',
    stream: 'night',
    card_id: null,
  })
  await observer.until(({ topic }) => topic === 'yoto/stream/night/event')
  const late = await watch(url)
  await late.until(({ topic }) => topic === 'yoto/abc/state')
  expect(late.messages.filter(({ topic }) => topic.endsWith('/event'))).toEqual([])
})

describe('states', () => {
  const volumes = (observer: Observer) =>
    observer.heard('yoto/abc/state').map((each) => JSON.parse(each).volume_step)
  const positions = (observer: Observer) =>
    observer.heard('yoto/abc/state').map((each) => JSON.parse(each).position_s)

  test('that are the same as the last are not said again', async () => {
    const { url } = await embedded()
    const observer = await watch(url)
    const subject = await startBridge(url)
    await settled(subject, observer)
    for (const volume_step of [3, 3, 4, 4]) {
      subject.bridge.playerChanged(player('abc', { volume_step }))
      await settled(subject, observer)
    }
    expect(volumes(observer)).toEqual([null, 3, 4])
    expect(observer.heard('yoto/abc/availability')).toEqual(['online'])
    expect(observer.heard('homeassistant/device/yoto_abc/config')).toHaveLength(1)
  })

  test('of which only the position moves come once a second, the last of them for certain', async () => {
    const { url } = await embedded()
    const observer = await watch(url)
    const subject = await startBridge(url, { players: [player('abc', { position_s: 0 })] })
    await settled(subject, observer)
    for (let position_s = 1; position_s <= 24; position_s += 1) {
      const last_seen_at = `2026-11-21T10:00:${position_s}+00:00`
      subject.bridge.playerChanged(player('abc', { position_s, last_seen_at }))
      await subject.clock.advance(100)
      await settled(subject, observer)
    }
    await subject.clock.advance(5000)
    await settled(subject, observer)
    expect(positions(observer)).toEqual([0, 10, 20, 24])
  })

  test('of which more moves come at once, and take the position with them', async () => {
    const { url } = await embedded()
    const observer = await watch(url)
    const subject = await startBridge(url, { players: [player('abc', { position_s: 0 })] })
    await settled(subject, observer)
    subject.bridge.playerChanged(player('abc', { position_s: 1 }))
    subject.bridge.playerChanged(player('abc', { position_s: 1, playback: 'paused' }))
    await subject.clock.advance(5000)
    await settled(subject, observer)
    expect(positions(observer)).toEqual([0, 1])
  })

  test('of which the position went back before it was said are not said', async () => {
    const { url } = await embedded()
    const observer = await watch(url)
    const subject = await startBridge(url, { players: [player('abc', { position_s: 0 })] })
    subject.bridge.playerChanged(player('abc', { position_s: 1 }))
    subject.bridge.playerChanged(player('abc', { position_s: 0 }))
    await subject.clock.advance(5000)
    await settled(subject, observer)
    expect(positions(observer)).toEqual([0])
  })
})

test('players that cannot be reached are unavailable, whatever they said last', async () => {
  const { url } = await embedded()
  const observer = await watch(url)
  const { reach } = await startBridge(url)
  const said = () => observer.heard('yoto/abc/availability')
  await eventually(() => said().length === 1)
  reach(false)
  await eventually(() => said().length === 2)
  reach(true)
  await eventually(() => said().length === 3)
  expect(said()).toEqual(['online', 'offline', 'online'])
  expect(JSON.parse(observer.heard('yoto/abc/state').at(-1) ?? '{}')).toMatchObject({ online: true })
})

test('a player that goes offline, and one that is renamed, are told anew', async () => {
  const { url } = await embedded()
  const observer = await watch(url)
  const subject = await startBridge(url)
  await settled(subject, observer)
  subject.bridge.playerChanged(player('abc', { online: false, name: 'Attic' }))
  await subject.clock.advance(2000)
  await settled(subject, observer)
  expect(observer.heard('yoto/abc/availability')).toEqual(['online', 'offline'])
  const configs = observer.heard('homeassistant/device/yoto_abc/config')
  expect(configs.map((each) => JSON.parse(each).device.name)).toEqual(['Bedroom', 'Attic'])
})

test('queues show at most twenty items, from the current one', async () => {
  const { url } = await embedded()
  const observer = await watch(url)
  const subject = await startBridge(url)
  const items = Array.from({ length: 30 }, (_, index) => ({ id: `i${index}`, file: `${index}.mp3` }))
  subject.bridge.queueChanged({
    ...emptyQueue('night'),
    items,
    current: 'i5',
    playlist: 'p',
    reason: 'rule r',
    if_pressed: 'shh.mp3',
  })
  const { payload, topic } = await observer.until((each) => each.topic === 'yoto/stream/night/state')
  const state = JSON.parse(payload)
  expect(state).toMatchObject({ count: 30, index: 5, playlist: 'p', reason: 'rule r', closed: false })
  expect(state.if_pressed).toBe('shh.mp3')
  expect(state.items.map(({ id }: { id: string }) => id)).toEqual(items.slice(5, 25).map(({ id }) => id))
  subject.bridge.queueRemoved('night')
  await settled(subject, observer)
  expect(observer.heard(topic).at(-1)).toBe('')
})

test('a player that was removed leaves nothing behind, even if the broker was away then', async () => {
  const port = await freePort()
  const first = await startEmbeddedBroker({
    host: '127.0.0.1',
    port,
    log: recordingLog(),
    clock: systemClock,
  })
  const subject = await startBridge(first.url, { players: [player('abc'), player('def')] })
  const observer = await observe(first.url)
  const ofPlayer = ['homeassistant/device/yoto_abc/config', 'yoto/abc/availability', 'yoto/abc/state']
  await settled(subject, observer)
  subject.players.shift()
  subject.bridge.playerRemoved('abc')
  await settled(subject, observer)
  for (const topic of ofPlayer) expect(observer.heard(topic).at(-1)).toBe('')
  const late = await observe(first.url)
  await late.until(({ topic }) => topic === 'yoto/def/state')
  expect(late.messages.filter(({ topic }) => ofPlayer.includes(topic))).toEqual([])
  await Promise.all([observer.leave(), late.leave()])

  await first.stop()
  await eventually(() => !subject.client.connected)
  subject.players.shift()
  subject.bridge.playerRemoved('def')
  const second = await embedded(port)
  const again = await watch(second.url)
  await again.say('yoto/def/state', 'left over', { retain: true })
  await again.until(({ topic, payload }) => topic === 'yoto/def/state' && payload === '')
})

async function republishes(
  start: (port: number) => Promise<{ url: string; stop(): Promise<void> }>,
): Promise<void> {
  const port = await freePort()
  const first = await start(port)
  const subject = await startBridge(first.url, { queues: [emptyQueue('night')] })
  expect(subject.client.connected).toBe(true)
  await first.stop()
  await eventually(() => !subject.client.connected)
  subject.players[0] = player('abc', { volume_step: 7 })
  subject.bridge.playerChanged(player('abc', { volume_step: 7 }))
  subject.bridge.event(pressed)
  const second = await start(port)
  opened.unshift(second)
  const observer = await watch(second.url)
  await observer.until(({ topic }) => topic === 'yoto/stream/night/state')
  await settled(subject, observer)
  const state = observer.heard('yoto/abc/state').at(-1)
  expect(JSON.parse(state ?? '{}').volume_step).toBe(7)
  for (const topic of [
    'yoto/bridge/state',
    'yoto/bridge/info',
    'yoto/abc/availability',
    'homeassistant/device/yoto_abc/config',
  ])
    expect(observer.heard(topic).length).toBeGreaterThan(0)
  expect(observer.heard('yoto/abc/event')).toEqual([])
  await observer.say('yoto/abc/set/volume_step', '4')
  await eventually(() => subject.performed.length === 1)
}

test('after a restart of the embedded broker everything retained is there again, and no old event', async () => {
  await republishes((port) =>
    startEmbeddedBroker({ host: '127.0.0.1', port, log: recordingLog(), clock: systemClock }),
  )
})

testWith(
  ['mosquitto'],
  'after a restart of Mosquitto everything retained is there again, and no old event',
  async () => {
    await republishes((port) => startMosquitto({ port }))
  },
)

describe("Home Assistant's birth", () => {
  const configs = (observer: Observer) => observer.heard('homeassistant/device/yoto_abc/config').length

  test('is answered once, after a while, with discovery, availability and states', async () => {
    const { url } = await embedded()
    const observer = await watch(url)
    const subject = await startBridge(url, { random: 0.5 })
    await settled(subject, observer)
    for (let birth = 0; birth < 3; birth += 1) await observer.say('homeassistant/status', 'online')
    await listened(subject, observer)
    await subject.clock.advance(2900)
    await settled(subject, observer)
    expect(configs(observer)).toBe(1)
    await subject.clock.advance(200)
    await settled(subject, observer)
    expect(configs(observer)).toBe(2)
    expect(observer.heard('yoto/abc/state')).toHaveLength(2)
    await subject.clock.advance(60_000)
    await settled(subject, observer)
    expect(configs(observer)).toBe(2)
    await observer.say('homeassistant/status', 'online')
    await listened(subject, observer)
    await subject.clock.advance(6000)
    await settled(subject, observer)
    expect(configs(observer)).toBe(3)
  })

  test('is no birth when it says offline or was kept from before', async () => {
    const { url } = await embedded()
    const observer = await watch(url)
    await observer.say('homeassistant/status', 'online', { retain: true })
    const subject = await startBridge(url)
    await observer.say('homeassistant/status', 'offline')
    await listened(subject, observer)
    await subject.clock.advance(60_000)
    await settled(subject, observer)
    expect(configs(observer)).toBe(1)
  })
})

async function goodbye(url: string): Promise<void> {
  const observer = await watch(url)
  const subject = await startBridge(url)
  await settled(subject, observer)
  await subject.stop()
  await passedOn(observer)
  expect(observer.heard('yoto/bridge/state')).toEqual(['online', 'offline'])
  const late = await watch(url)
  const state = await late.until(({ topic }) => topic === 'yoto/bridge/state')
  expect(state).toMatchObject({ payload: 'offline', retain: true })
  await observer.say('yoto/abc/set/volume_step', '4')
  await passedOn(observer)
  expect(subject.performed).toEqual([])
}

test('says offline before it goes and takes no more commands', async () => {
  await goodbye((await embedded()).url)
})

testWith(['mosquitto'], 'says offline before it goes (Mosquitto)', async () => {
  const broker = await startMosquitto()
  opened.push(broker)
  await goodbye(broker.url)
})

describe('commands', () => {
  async function house() {
    const { url } = await embedded()
    const subject = await startBridge(url, { players: [player('abc'), player('a+b/#🦊')] })
    const observer = await watch(url)
    /** Says it, then something that is performed for certain, and shows what came before that. */
    const effectsOf = async (topic: string, payload: string) => {
      await observer.say(topic, payload)
      await observer.say('yoto/abc/set/refresh', 'PRESS')
      const end = await eventually(() => {
        const at = subject.performed.findIndex(
          (each) => each.kind === 'command' && each.command.type === 'refresh',
        )
        return at < 0 ? undefined : at + 1
      })
      return subject.performed.slice(0, end - 1)
    }
    return { ...subject, url, observer, effectsOf }
  }

  test.each<[string, string, Effect]>([
    [
      'yoto/abc/set/volume_step',
      '4',
      { kind: 'command', player: 'abc', command: { type: 'volume-step', step: 4 } },
    ],
    ['yoto/abc/set', '{"playback":"pause"}', { kind: 'command', player: 'abc', command: { type: 'pause' } }],
    [
      'yoto/abc/set/card',
      '00042',
      { kind: 'command', player: 'abc', command: { type: 'card', card_id: '00042' } },
    ],
    [
      `yoto/${segmentOf('a+b/#🦊')}/set/playback`,
      'stop',
      { kind: 'command', player: 'a+b/#🦊', command: { type: 'stop' } },
    ],
    [
      'yoto/stream/night/set',
      '{"closed":true}',
      { kind: 'mutate-queue', stream: 'night', mutation: { op: 'settings', settings: { closed: true } } },
    ],
  ])('%s %s is carried out', async (topic, payload, effect) => {
    const { effectsOf } = await house()
    expect(await effectsOf(topic, payload)).toEqual([effect])
  })

  test('plain text to a stream hands over the name of a playlist', async () => {
    const { effectsOf } = await house()
    expect(await effectsOf('yoto/stream/night/set', 'good-night')).toEqual([
      { kind: 'fill-queue', stream: 'night', how: 'replace', content: 'good-night' },
    ])
  })

  test.each([
    [
      'yoto/abc/set/volume_step',
      '99',
      { field: 'volume_step', value: '99', problem: 'expected a whole number from 0 to 16' },
    ],
    ['yoto/abc/set', 'loud', { value: 'loud' }],
    ['yoto/abc/set', '{"volume_step":3,"playback":"eject"}', { field: 'playback', value: 'eject' }],
    [
      'yoto/abc/set/volum_step',
      '3',
      { code: 'unknown_field', problem: expect.stringContaining('did you mean volume_step?') },
    ],
    ['yoto/abc/set/nightlight', 'y'.repeat(200), { value: `${'y'.repeat(80)}…` }],
  ])('%s %s does nothing but write one line', async (topic, payload, detail) => {
    const { effectsOf, warnings } = await house()
    expect(await effectsOf(topic, payload)).toEqual([])
    expect(warnings()).toHaveLength(1)
    expect(warnings()[0]).toMatchObject({ message: 'ignored an MQTT command', detail: { topic, ...detail } })
  })

  test.each([
    ['yoto/nobody/set/volume_step', '3', 'there is no such player'],
    ['yoto/stream/a b/set', 'x', `"a b" cannot be a stream's name`],
  ])('%s is nobody whom a command could be for', async (topic, payload, problem) => {
    const { effectsOf, warnings } = await house()
    expect(await effectsOf(topic, payload)).toEqual([])
    expect(warnings()).toMatchObject([
      {
        message: 'an MQTT command failed',
        detail: { topic, value: payload, problem: expect.stringContaining(problem) },
      },
    ])
  })

  test('retained ones are ignored and named in the log, and taking them back is no command', async () => {
    const { url } = await embedded()
    const observer = await watch(url)
    await observer.say('yoto/abc/set/reboot', 'PRESS', { retain: true })
    await observer.say('yoto/abc/set', '{"playback":"play"}', { retain: true })
    await observer.say('yoto/stream/night/set', 'loud-songs', { retain: true })
    const subject = await startBridge(url)
    await eventually(() => subject.warnings().length === 3)
    await observer.say('yoto/abc/set/reboot', '', { retain: true })
    await observer.say('yoto/abc/set/refresh', 'PRESS')
    await eventually(() => subject.performed.length > 0)
    expect(subject.performed).toHaveLength(1)
    expect(
      subject
        .warnings()
        .map(({ detail }) => detail?.topic)
        .toSorted(),
    ).toEqual(['yoto/abc/set', 'yoto/abc/set/reboot', 'yoto/stream/night/set'])
  })

  testWith(['mosquitto'], 'retained ones are ignored also while Mosquitto is connected', async () => {
    const { url } = await mosquitto()
    const observer = await watch(url)
    const subject = await startBridge(url)
    await observer.say('yoto/abc/set/reboot', 'PRESS', { retain: true })
    await observer.say('yoto/abc/set', '{"playback":"play"}', { retain: true })
    await observer.say('yoto/stream/night/set', 'loud-songs', { retain: true })
    await observer.say('yoto/bridge/request/restart', '{}', { retain: true })
    await observer.until(
      ({ topic, payload }) => topic === 'yoto/bridge/response/restart' && payload.includes('"retained"'),
    )
    await observer.say('homeassistant/status', 'online', { retain: true })
    await listened(subject, observer)
    expect(subject.performed).toHaveLength(1)
    const configs = observer.heard('homeassistant/device/yoto_abc/config').length
    await subject.clock.advance(5000)
    await eventually(() => observer.heard('homeassistant/device/yoto_abc/config').length > configs)
  })

  test('each is answered with what became of it', async () => {
    const { observer, failWith } = await house()
    const answerTo = async (topic: string, payload: string) => {
      await observer.say(topic, payload)
      const isItsAnswer = (message: { topic: string; payload: string }) =>
        message.topic === 'yoto/bridge/response/set' && message.payload.includes(`"topic":"${topic}"`)
      const { payload: answer, retain } = await observer.until(isItsAnswer)
      expect(retain).toBe(false)
      return JSON.parse(answer)
    }
    const set = 'yoto/abc/set/'
    expect(await answerTo(`${set}volume_step`, '4')).toEqual({
      status: 'ok',
      data: { topic: `${set}volume_step` },
    })
    expect(await answerTo(`${set}volume_max_step_day`, '99')).toEqual({
      status: 'error',
      data: { topic: `${set}volume_max_step_day` },
      error: {
        code: 'invalid_value',
        message: 'volume_max_step_day: expected a whole number from 0 to 16',
        field: 'volume_max_step_day',
      },
    })
    failWith(new AppError('refused', 'player abc answered FAIL to card/pause'))
    expect(await answerTo(`${set}playback`, 'pause')).toEqual({
      status: 'error',
      data: { topic: `${set}playback` },
      error: { code: 'refused', message: 'player abc answered FAIL to card/pause' },
    })
  })

  test('one that fails is told in the log and stops no other', async () => {
    const { observer, failWith, warnings, performed } = await house()
    failWith(new AppError('unavailable', 'Yoto cannot be reached'))
    await observer.say('yoto/abc/set/volume_step', '4')
    await eventually(() => warnings().length === 1)
    expect(warnings()[0]).toMatchObject({
      message: 'an MQTT command failed',
      detail: { topic: 'yoto/abc/set/volume_step', problem: 'Yoto cannot be reached' },
    })
    await observer.say('yoto/abc/set/volume_step', '5')
    await eventually(() => performed.length === 2)
  })
})

describe('requests', () => {
  async function ask(
    what: string,
    payload: string,
    prepare?: (subject: Awaited<ReturnType<typeof startBridge>>) => void,
  ) {
    const { url } = await embedded()
    const subject = await startBridge(url, { players: [player('abc'), player('def')] })
    prepare?.(subject)
    const observer = await watch(url)
    await observer.say(`yoto/bridge/request/${what}`, payload)
    const answer = await observer.until(({ topic }) => topic === `yoto/bridge/response/${what}`)
    return { subject, answer: JSON.parse(answer.payload) }
  }

  test('info answers what bridge/info says, with the transaction', async () => {
    const { answer } = await ask('info', '{"transaction": "t-1"}')
    expect(answer).toEqual({
      status: 'ok',
      data: {
        version: '1.2.3',
        instance: 'one',
        other_instances: [],
        cloud_connected: true,
        problems: [],
        counts: { players: 2, streams: 0 },
      },
      transaction: 't-1',
    })
  })

  test('players/refresh asks every player', async () => {
    const { answer, subject } = await ask('players/refresh', '')
    expect(answer).toEqual({ status: 'ok', data: { refreshed: ['abc', 'def'], failed: [] } })
    expect(subject.performed).toEqual(
      ['abc', 'def'].map((id) => ({ kind: 'command', player: id, command: { type: 'refresh' } })),
    )
  })

  test('players/refresh says why when no player could be asked', async () => {
    const { answer } = await ask('players/refresh', '{"transaction": 7}', ({ failWith }) =>
      failWith(new AppError('unavailable', 'Yoto cannot be reached')),
    )
    expect(answer).toMatchObject({
      status: 'error',
      error: { code: 'unavailable', message: 'Yoto cannot be reached' },
      transaction: 7,
    })
  })

  test.each(['reboot', '__proto__', 'players/refresh/x'])('%s is answered as unknown', async (what) => {
    const { answer } = await ask(what, '{"transaction": "t-2"}')
    expect(answer).toMatchObject({ status: 'error', error: { code: 'unknown_request' }, transaction: 't-2' })
  })
})

test.each(['🦊🦊🦊', 'x'.repeat(200), '+', '#', 'a/b', 'bridge', '', '\u0000'])(
  'a player with the id %j gets topics that a strict broker takes',
  async (id) => {
    const { url } = await embedded()
    const observer = await watch(url)
    const subject = await startBridge(url, { players: [player(id, { name: '🦊'.repeat(100) })] })
    subject.bridge.event({ ...pressed, player: id })
    const event = await observer.until(({ topic }) => topic === `yoto/${segmentOf(id)}/event`)
    expect(JSON.parse(event.payload).player).toBe(id)
    expect(JSON.parse(observer.heard(`yoto/${segmentOf(id)}/state`)[0] ?? '{}').id).toBe(id)
    expect(subject.warnings()).toEqual([])
  },
)

testWith(['mosquitto'], 'hostile ids and names pass Mosquitto too, both ways', async () => {
  const broker = await startMosquitto()
  opened.push(broker)
  const ids = ['🦊', 'x'.repeat(200), '+', '#', 'a/b', 'stream', '\u0000']
  const observer = await watch(broker.url)
  const subject = await startBridge(broker.url, { players: ids.map((id) => player(id, { name: id })) })
  for (const id of ids) await observer.say(`yoto/${segmentOf(id)}/set/volume_step`, '1')
  await eventually(() => subject.performed.length === ids.length)
  expect(subject.performed.map((each) => each.kind === 'command' && each.player)).toEqual(ids)
  await settled(subject, observer)
  const states = ids.map((id) => observer.heard(`yoto/${segmentOf(id)}/state`).length)
  expect(states).toEqual(ids.map(() => 1))
})
