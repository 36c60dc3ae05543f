import { afterEach, describe, expect, test, vi } from 'vitest'
import { audioServer, serveMp3 } from './support/audio-server.ts'
import { type Ear, House, streamCard } from './support/house.ts'
import { silentMp3 } from './support/mp3.ts'
import { testTraps } from './support/trap-table.ts'

const song = silentMp3(12)

// Those of the cloud and of its sign-in are in traps.test.ts.
testTraps([
  {
    name: 'pushEnds: five minutes after it was asked for',
    on: {},
    off: { doubts: { pushEnds: false } },
    seen: toldVolumes,
    expected: { on: [8], off: [8, 9] },
  },
  {
    name: 'losesStatusReplies: of two hasty questions the second has no reply',
    on: { doubts: { losesStatusReplies: true } },
    off: {},
    seen: repliesToHaste,
    expected: { on: ['data/status'], off: ['data/status', 'status/full'] },
  },
  {
    name: 'refusesCommands: FAIL, and nothing is done, but questions are answered',
    on: { doubts: { refusesCommands: true } },
    off: {},
    seen: wordsAndVolume,
    expected: { on: ['set-volume FAIL', 'events OK', 8], off: ['set-volume OK', 'events OK', 16] },
  },
  {
    name: 'answersLate: after the answer to a question that came later',
    on: { doubts: { answersLate: true } },
    off: {},
    seen: orderOfAnswers,
    expected: { on: ['events', 'set-volume'], off: ['set-volume', 'events'] },
  },
  {
    name: 'headBeforeGet: a probe before each track',
    on: { doubts: { headBeforeGet: true } },
    off: {},
    seen: requestsForATrack,
    expected: {
      on: ['HEAD by ESP32 HTTP Client/1.0', 'GET by Yoto v2 FW; version v2.23.4'],
      off: ['GET by Yoto v2 FW; version v2.23.4'],
    },
  },
])

describe('a player in the middle of a track', () => {
  let house: House
  let audio: Awaited<ReturnType<typeof audioServer>>
  let connectedMs: number
  afterEach(async () => {
    await house.close()
    await audio.stop()
  })

  /** What a peer hears of a player that has played two seconds by now. */
  async function midTrack(): Promise<Ear> {
    audio = await audioServer((request, response) => serveMp3(request, response, song))
    house = await House.open()
    connectedMs = house.clock.now().getTime()
    const ear = await house.listen()
    await house.player().insert(await house.makeCard(streamCard([audio.url])))
    await house.until(() => house.player().snapshot().positionSeconds >= 2)
    await ear.caughtUp()
    ear.messages.length = 0
    return ear
  }

  const off = { on: false, playback: 'stopped' }

  test('is switched off with a word', async () => {
    const ear = await midTrack()
    await house.player().power(false)
    expect(await house.fateOf(ear.client)).toBe('open')
    expect(ear.messages).toMatchObject([
      { topic: 'status', payload: { status: { shutDown: 'userShutdown' } } },
      { topic: 'presence', payload: { state: 'offline' } },
    ])
    expect(house.player().snapshot()).toMatchObject(off)
  })

  test('ends without a word, and 90 s later its last will names the time of its connection', async () => {
    const ear = await midTrack()
    await house.player().die()
    await house.clock.advance(89_999)
    expect(await house.fateOf(ear.client)).toBe('open')
    expect(ear.messages).toEqual([])
    expect(house.player().snapshot()).toMatchObject(off)
    await house.clock.advance(1)
    await vi.waitFor(() => expect(ear.on('presence')).toEqual([{ state: 'offline', ts: connectedMs }]), 5_000)
  })

  test('that is back before it is missed has its last will told first, and only once', async () => {
    const ear = await midTrack()
    await house.player().die()
    await house.player().power(true)
    await house.clock.advance(124_000)
    await ear.caughtUp()
    expect(ear.on('presence').map(({ state }) => state)).toEqual(['offline', 'online'])
    expect(house.player().snapshot()).toMatchObject({ on: true })
  })

  test('plays on to the end when it is left on', async () => {
    const ear = await midTrack()
    await house.play(12)
    await ear.caughtUp()
    expect(ear.messages).toEqual([])
    expect(house.player().snapshot()).toMatchObject({ on: true, playback: 'stopped', problem: null })
    expect(house.player().received().equals(song)).toBe(true)
  })
})

async function toldVolumes(house: House): Promise<unknown> {
  const ear = await house.listen()
  await ear.command('events/request')
  await house.until(() => ear.on('data/events').length === 1)
  await house.clock.advance(300_000)
  await house.player().turn('left', 1)
  await house.clock.advance(1_000)
  await ear.caughtUp()
  return ear.on('data/events').map(({ volume }) => volume)
}

async function repliesToHaste(house: House): Promise<unknown> {
  const ear = await house.listen()
  const replies = () => ear.messages.map(({ topic }) => topic).filter((topic) => topic.includes('/'))
  await ear.command('status/request')
  await ear.command('status', { requestId: 'x' })
  await ear.caughtUp()
  await house.clock.advance(1_000)
  await ear.caughtUp()
  const hasty = replies()
  await ear.command('status', { requestId: 'x' })
  await house.until(() => replies().length > hasty.length)
  return hasty
}

async function wordsAndVolume(house: House): Promise<unknown> {
  const ear = await house.listen()
  await ear.command('volume/set', { volume: 100 })
  await ear.command('events/request')
  await vi.waitFor(() => expect(ear.on('response')).toHaveLength(2), 5_000)
  return [...answersTo(ear).map((words) => words.join(' ')), house.player().snapshot().volume]
}

async function orderOfAnswers(house: House): Promise<unknown> {
  const ear = await house.listen()
  await ear.command('volume/set', { volume: 25 })
  await ear.command('events/request')
  // The clock stands still until one answer is there.
  await vi.waitFor(() => expect(ear.on('response')).not.toEqual([]), 5_000)
  await house.until(() => ear.on('response').length === 2)
  expect(house.player().snapshot().volume).toBe(4)
  return answersTo(ear).map(([name]) => name)
}

async function requestsForATrack(house: House): Promise<unknown> {
  const audio = await audioServer((request, response) => serveMp3(request, response, song))
  await house.player().insert(await house.makeCard(streamCard([audio.url])))
  await house.until(() => house.player().snapshot().arrivedSeconds >= 5)
  await audio.stop()
  return audio.seen.map(({ method, headers }) => `${method} by ${headers['user-agent']}`)
}

/** The name and the word of each acknowledgement. */
function answersTo(ear: Ear): unknown[][] {
  return ear.on('response').map(({ status }) => Object.entries(status as object)[0] ?? [])
}
