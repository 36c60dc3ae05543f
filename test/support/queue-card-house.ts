import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { Doubts } from '../../src/simulator/doubts.ts'
import { type CuttingProxy, cuttingProxy } from './cutting-proxy.ts'
import { listenTo, type RunningApp, runApp, shipped, until } from './running-app.ts'

interface Household {
  readonly running: RunningApp
  readonly broker: Awaited<ReturnType<typeof listenTo>>
  readonly network: CuttingProxy
}

// Slow enough that the 150 ms of a press are long enough in tests too.
const pressingPace = 1

/**
 * The whole product with one simulated player to press, behind a network that can be cut; gone when the test ends.
 * `rules`: a rule file in place of those that come with the product.
 */
export async function queueCardHouse(doubts: Partial<Doubts>, pace = pressingPace, rules?: string) {
  const network = await cuttingProxy()
  const data = rules === undefined ? {} : { data: await folderWithRules(rules) }
  const running = await runApp({ ...data, doubts, pace, env: { YOTO_STREAM_PUBLIC_URL: network.url } })
  network.leadTo(running.app.mediaUrl)
  await untilReady(running)
  const broker = await listenTo(running.app.mqttUrl)
  onTestFinished(async () => {
    await broker.stop()
    await running.remove()
    await network.stop()
  })
  return handsOn({ running, broker, network })
}

/** Audio that has just been copied is waited for until it stands still; until then its streams say that nothing is there. */
async function untilReady({ call }: RunningApp): Promise<void> {
  for (;;) {
    const { files } = (await call('GET', '/library')).body as { files: { state: string }[] }
    if (files.length > 0 && files.every(({ state }) => state === 'ready')) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function handsOn({ running, broker, network }: Household) {
  const { app, call } = running
  const nursery = app.simulator?.players[0]
  if (nursery === undefined) throw new Error('no simulated player')
  const snapshot = () => nursery.snapshot()
  return {
    app,
    log: running.log,
    call,
    network,
    nursery,
    async queueCard(stream: string, how: object = {}): Promise<string> {
      const made = await call('POST', '/cards', { stream, ...how })
      expect(made).toMatchObject({ status: 200, body: { kind: 'queue', title: stream } })
      return (made.body as { card_id: string }).card_id
    },
    async insert(cardId: string): Promise<void> {
      await nursery.insert(cardId)
      await until('the cloud says which card', () => app.hub.player(nursery.id)?.card_id === cardId)
    },
    /** Waits until the player plays from that slot what it has just asked for. */
    async hears(slot: string, file: string, bytes = 40_000): Promise<void> {
      // Before the wait: whoever reads a file first may find the player in its next chapter.
      const whole = await audio(file)
      let heard: Buffer = Buffer.alloc(0)
      let from = 0
      await until(`${slot} is heard`, () => {
        const { chapterKey, lastRequest, bytesReceived } = snapshot()
        const isAnswered = lastRequest?.method === 'GET' && lastRequest.url.includes(`/${slot}.mp3`)
        if (chapterKey !== slot || !isAnswered || bytesReceived < bytes) return false
        // At once: it may ask again the moment after.
        from = Number(/^bytes=(\d+)-$/.exec(lastRequest?.headers.Range ?? '')?.[1] ?? 0)
        heard = nursery.received()
        return true
      })
      expect(
        `${slot}: ${whole.subarray(from, from + heard.length).equals(heard) ? file : 'other audio'}`,
      ).toBe(`${slot}: ${file}`)
    },
    /** Waits until the player plays from that place, whatever it asks for besides. */
    async plays(place: string, file: string, bytes = 20_000): Promise<void> {
      await until(
        `${place} plays`,
        () => snapshot().chapterKey === place && snapshot().bytesReceived >= bytes,
      )
      const heard = nursery.received()
      const isWanted = (await audio(file)).subarray(0, heard.length).equals(heard)
      expect(`${place}: ${isWanted ? file : 'other audio'}`).toBe(`${place}: ${file}`)
    },
    /** Waits until the player has asked for a place that it does not play yet. */
    looksAheadTo: (place: string) =>
      until(
        `the player looks ahead to ${place}`,
        () =>
          snapshot().chapterKey !== place && snapshot().lastRequest?.url.includes(`/${place}.mp3`) === true,
      ),
    problems: async () => ((await call('GET', '/health')).body as { problems: string[] }).problems,
    problemNames: async () =>
      ((await call('GET', '/health')).body as { problem_names: string[] }).problem_names,
    /** Presses of the player, and those of whom nobody could tell who it was. */
    buttons: () =>
      broker.heard
        .filter(({ topic }) => topic.endsWith('/event'))
        .map(({ payload }) => JSON.parse(payload))
        .filter(({ type }) => type === 'button'),
    currentFile: (stream: string) => {
      const queue = app.hub.queue(stream)
      return queue?.items.find(({ id }) => id === queue.current)?.file
    },
  }
}

async function folderWithRules(rules: string): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'yoto-queue-card-'))
  await mkdir(join(data, 'config'))
  await writeFile(join(data, 'config', 'house.yaml'), rules)
  return data
}

const kept = new Map<string, Buffer>()

async function audio(file: string): Promise<Buffer> {
  const bytes = kept.get(file) ?? (await readFile(join(shipped, 'audio', file)))
  kept.set(file, bytes)
  return bytes
}

export const [crossroads, counting, forest, sea] = [
  'stories/crossroads.mp3',
  'music/counting-song.mp3',
  'stories/forest.mp3',
  'stories/sea.mp3',
] as const
