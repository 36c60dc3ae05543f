import { describe, expect, test } from 'vitest'
import { silentFrames } from '../src/audio/frames.ts'
import type { Doubts } from '../src/simulator/doubts.ts'
import { counting, crossroads, forest, queueCardHouse as household, sea } from './support/queue-card-house.ts'
import { until } from './support/running-app.ts'

const trouble = { headBeforeGet: true, rangeOnResume: true, retryAfterBreak: true }

describe.each<[string, Partial<Doubts>, string[]]>([
  ['gives no trouble', {}, []],
  ['fetches from the beginning whatever happens', { headBeforeGet: true, retryAfterBreak: true }, ['slow']],
  ['probes, resumes, retries, and tells its keys late', { ...trouble, mqttKeys: 'late' }, ['slow']],
  ['probes, resumes, retries, and never tells its keys', { ...trouble, mqttKeys: 'missing' }, ['slow']],
])('a queue card in a player that %s', (_, doubts, tags) => {
  test('is pressed once for each press, and the very request brings what the press decided', {
    tags,
    timeout: 90_000,
  }, async () => {
    const { app, network, nursery, queueCard, insert, hears, buttons } = await household(doubts, 0.5)
    const cardId = await queueCard('bedroom')
    const day = { op: 'replace', files: [crossroads, counting], playlist: 'daytime' } as const
    await app.hub.mutateQueue('bedroom', day, 'the test')
    await insert(cardId)
    await hears('start', crossroads)
    expect(buttons()).toEqual([])

    await nursery.press('right')
    await hears('right-a', forest)
    expect(app.hub.queue('bedroom')?.reason).toBe('rule right-to-the-forest')

    if (doubts.retryAfterBreak) network.cutNextAfter(100_000)
    await nursery.press('left')
    await hears('left-a', sea)
    await until('the transfer has broken', () => network.cuts() === (doubts.retryAfterBreak ? 1 : 0))
    await until('the player is over it', () => nursery.snapshot().positionSeconds > 0.5)
    await hears('left-a', sea)
    await nursery.pause()
    await nursery.resume()
    await nursery.power(false)
    await until('the cloud says that it is off', () => app.hub.player(nursery.id)?.online === false)
    await nursery.power(true)
    await until('the player is back', () => nursery.snapshot().playing)
    await until('the cloud says so', () => app.hub.player(nursery.id)?.online === true)
    await until('and with which card', () => app.hub.player(nursery.id)?.card_id === cardId)
    await hears('left-a', sea)

    const slotOf = { left: ['left-b', 'left-a'], right: ['right-a', 'right-b'] }
    const presses = Array.from({ length: 30 }, (_, index) =>
      index % 3 === 1 ? ('left' as const) : ('right' as const),
    )
    let last = 'left-a'
    for (const button of presses) {
      const [one = '', other = ''] = slotOf[button].sort()
      last = last === one ? other : one
      await nursery.press(button)
      await hears(last, button === 'left' ? sea : forest, 1)
    }
    const expected = ['right', 'left', ...presses]
    await until('all presses are told', () => buttons().length >= expected.length)
    // Late keys come three seconds after the change.
    await new Promise((resolve) => setTimeout(resolve, doubts.mqttKeys === 'late' ? 2_000 : 100))
    expect(buttons().map(({ button }) => button)).toEqual(expected)
    for (const button of buttons())
      expect(button).toMatchObject({ via: 'http', confidence: 1, stream: 'bedroom', card_id: cardId })
  })
})

describe('a queue card of a stream that no rule speaks of', () => {
  test('goes forward and back in its queue, and resumes what it played', async () => {
    const { app, nursery, queueCard, insert, hears, buttons, currentFile } = await household({}, 4)
    const files = [crossroads, counting, forest]
    await app.hub.mutateQueue('kitchen', { op: 'append', files }, 'the test')
    await insert(await queueCard('kitchen'))
    await hears('start', crossroads)
    await nursery.press('right')
    await hears('right-a', counting)
    await nursery.press('left')
    await hears('left-a', crossroads)
    await nursery.press('right')
    await hears('right-a', counting)
    await until('it has played for more than five seconds', () => nursery.snapshot().positionSeconds > 5.5)
    await nursery.press('left')
    await hears('left-a', counting)
    expect(currentFile('kitchen')).toBe(counting)
    await nursery.power(false)
    await nursery.power(true)
    await until('the player is back', () => nursery.snapshot().playing)
    await hears('left-a', counting)
    expect(buttons()).toHaveLength(4)
  })

  test('goes to the next item when somebody else than the child asks for it, and that is no press', async () => {
    const { app, call, nursery, queueCard, insert, hears, buttons } = await household({}, 4)
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, counting, forest] }, 'the test')
    await insert(await queueCard('kitchen'))
    await hears('start', crossroads)
    const ask = (what: string) => call('POST', `/players/${nursery.id}/${what}`)
    expect(await ask('next')).toMatchObject({ status: 200 })
    await hears('now-a', counting)
    await until('the cloud says so', () => app.hub.player(nursery.id)?.chapter_key === 'now-a')
    expect(await ask('next')).toMatchObject({ status: 200 })
    await hears('now-b', forest)
    expect(buttons()).toEqual([])
  })

  test('goes on by itself to the end and is silent, and starts over with the next press', {
    tags: 'slow',
  }, async () => {
    const { app, nursery, queueCard, insert, hears, buttons } = await household({ headBeforeGet: true }, 10)
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, forest] }, 'the test')
    await insert(await queueCard('kitchen'))
    await hears('start', crossroads)
    await hears('now-a', forest)
    await until('the end is heard', () => {
      const { chapterKey, bytesReceived } = nursery.snapshot()
      return chapterKey === 'now-b' && bytesReceived >= 40_000
    })
    const silence = nursery.received()
    expect(silence.equals(silentFrames(1_250).subarray(0, silence.length))).toBe(true)
    await until('the player rests', () => nursery.snapshot().playback === 'stopped')
    expect(app.hub.queue('kitchen')?.current).toBeNull()
    expect(buttons()).toEqual([])
    await nursery.press('right')
    await hears('start', crossroads)
  })
})

const leftAndRight = `playlists: {day: [${[crossroads, counting, forest].join(', ')}]}
schedules: {kitchen: {default: day}}
rules:
  on:
    stream: kitchen
    when: [button: right]
    do: [skip: next]
  back:
    stream: kitchen
    when: [button: left]
    do: [skip: previous]
tests:
  one-press-one-step:
    now: "2026-11-24T15:00:00"
    stream: kitchen
    players: {nursery: {playing: true}}
    steps:
      - press: right
      - expect: {ran: on, stream.now_playing: ${counting}}
      - press: left
      - expect: {ran: back, stream.now_playing: ${crossroads}}
`

describe('rules that skip with the knobs', () => {
  test('go one step for one press, as their own tests say, and what they lead to is heard at once', async () => {
    const { nursery, queueCard, insert, hears, buttons, currentFile } = await household({}, 0.5, leftAndRight)
    await insert(await queueCard('kitchen'))
    await hears('start', crossroads)
    await nursery.press('right')
    await hears('right-a', counting)
    await nursery.press('right')
    await hears('right-b', forest)
    await nursery.press('left')
    await hears('left-a', counting)
    // What a command of a rule would still bring.
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(nursery.snapshot().chapterKey).toBe('left-a')
    expect(currentFile('kitchen')).toBe(counting)
    expect(buttons().map(({ button }) => button)).toEqual(['right', 'right', 'left'])
  })
})

test('a stream that is closed says so, and plays again when it is opened', async () => {
  const { app, nursery, queueCard, insert, hears } = await household({})
  await app.hub.mutateQueue(
    'kitchen',
    { op: 'replace', files: [forest], playlist: null, closed: true },
    'test',
  )
  await insert(await queueCard('kitchen'))
  await hears('start', 'clips/nothing-here-yet.mp3')
  await app.hub.mutateQueue('kitchen', { op: 'settings', settings: { closed: false } }, 'test')
  await nursery.press('right')
  await hears('right-a', forest)
})
