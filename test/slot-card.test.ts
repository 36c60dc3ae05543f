import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Doubts } from '../src/simulator/doubts.ts'
import { type CuttingProxy, cuttingProxy } from './support/cutting-proxy.ts'
import { listenTo, type RunningApp, runApp, shipped, until } from './support/running-app.ts'

interface Household {
  readonly running: RunningApp
  readonly broker: Awaited<ReturnType<typeof listenTo>>
  readonly network: CuttingProxy
}

let house: Household | undefined

afterEach(async () => {
  await house?.broker.stop()
  await house?.running.remove()
  await house?.network.stop()
  house = undefined
})

// Slow enough that the 150 ms of a press are long enough in tests too.
const pressingPace = 2

async function household(doubts: Partial<Doubts>, pace = pressingPace): Promise<ReturnType<typeof handsOn>> {
  const network = await cuttingProxy()
  const running = await runApp({ doubts, pace, env: { YOTO_STREAM_PUBLIC_URL: network.url } })
  network.leadTo(running.app.mediaUrl)
  const broker = await listenTo(running.app.mqttUrl)
  house = { running, broker, network }
  return handsOn(house)
}

function handsOn({ running, broker, network }: Household) {
  const { app, call } = running
  const nursery = app.simulator?.players[0]
  if (nursery === undefined) throw new Error('no simulated player')
  const snapshot = () => nursery.snapshot()
  return {
    app,
    network,
    nursery,
    async queueCard(stream: string): Promise<string> {
      const made = await call('POST', '/cards', { stream })
      expect(made).toMatchObject({ status: 200, body: { kind: 'queue', title: stream } })
      return (made.body as { card_id: string }).card_id
    },
    async insert(cardId: string): Promise<void> {
      await nursery.insert(cardId)
      await until('the cloud says which card', () => app.hub.player(nursery.id)?.card_id === cardId)
    },
    /** Waits until the player plays from that slot what it has just asked for. */
    async hears(slot: string, file: string, bytes = 40_000): Promise<void> {
      await until(`${slot} is heard`, () => {
        const { chapterKey, lastRequest, bytesReceived } = snapshot()
        const isAnswered = lastRequest?.method === 'GET' && lastRequest.url.includes(`/${slot}.mp3`)
        return chapterKey === slot && isAnswered && bytesReceived >= bytes
      })
      const whole = await audio(file)
      const from = Number(/^bytes=(\d+)-$/.exec(snapshot().lastRequest?.headers.Range ?? '')?.[1] ?? 0)
      const heard = nursery.received()
      expect(
        `${slot}: ${whole.subarray(from, from + heard.length).equals(heard) ? file : 'other audio'}`,
      ).toBe(`${slot}: ${file}`)
    },
    buttons: () =>
      broker.heard
        .filter(({ topic }) => topic === `yoto/${nursery.id}/event`)
        .map(({ payload }) => JSON.parse(payload))
        .filter(({ type }) => type === 'button'),
    currentFile: (stream: string) => {
      const queue = app.hub.queue(stream)
      return queue?.items.find(({ id }) => id === queue.current)?.file
    },
  }
}

const kept = new Map<string, Buffer>()

async function audio(file: string): Promise<Buffer> {
  const bytes = kept.get(file) ?? (await readFile(join(shipped, 'audio', file)))
  kept.set(file, bytes)
  return bytes
}

const [crossroads, counting, forest, sea] = [
  'stories/crossroads.mp3',
  'music/counting-song.mp3',
  'stories/forest.mp3',
  'stories/sea.mp3',
] as const

const trouble = { headBeforeGet: true, rangeOnResume: true, retryAfterBreak: true }

describe.each<[string, Partial<Doubts>]>([
  ['gives no trouble', {}],
  ['fetches from the beginning whatever happens', { headBeforeGet: true, retryAfterBreak: true }],
  ['probes, resumes, retries, and tells its keys late', { ...trouble, mqttKeys: 'late' }],
  ['probes, resumes, retries, and never tells its keys', { ...trouble, mqttKeys: 'missing' }],
])('a queue card in a player that %s', (_, doubts) => {
  test('is pressed once for each press, and the very request brings what the press decided', async () => {
    const { app, network, nursery, queueCard, insert, hears, buttons } = await household(doubts)
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
    await nursery.power(true)
    await until('the player is back', () => nursery.snapshot().playing)
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
  }, 60_000)
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
    const { app, nursery, queueCard, insert, hears, buttons } = await household({}, 4)
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, counting, forest] }, 'the test')
    await insert(await queueCard('kitchen'))
    await hears('start', crossroads)
    const ask = (what: string) => house?.running.call('POST', `/players/${nursery.id}/${what}`)
    expect(await ask('next')).toMatchObject({ status: 200 })
    await hears('now-a', counting)
    await until('the cloud says so', () => app.hub.player(nursery.id)?.chapter_key === 'now-a')
    expect(await ask('next')).toMatchObject({ status: 200 })
    await hears('now-b', forest)
    expect(await ask('previous')).toMatchObject({ status: 409 })
    expect(buttons()).toEqual([])
  })

  test('goes on by itself to the end, says so once, and begins anew with the next press', async () => {
    const { app, nursery, queueCard, insert, hears, buttons } = await household({ headBeforeGet: true }, 40)
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, forest] }, 'the test')
    await insert(await queueCard('kitchen'))
    await hears('start', crossroads)
    await hears('now-a', forest)
    await hears('now-b', 'clips/nothing-here-yet.mp3')
    await until('the player rests', () => nursery.snapshot().playback === 'stopped')
    expect(app.hub.queue('kitchen')?.current).toBeNull()
    expect(buttons()).toEqual([])
    await nursery.press('right')
    await hears('start', crossroads)
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
