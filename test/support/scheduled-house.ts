import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openStorage } from '../../src/storage/storage.ts'
import { put } from '../audio/sound.ts'
import { arrived, heard, marked } from './live-house.ts'
import { recordingLog } from './recording-log.ts'
import { type RunningApp, runApp } from './running-app.ts'
import { SleepingClock } from './sleeping-clock.ts'

/** How long each song is: 10 s and a bit. */
export const songFrames = 417
export const songMs = songFrames * 24
/** Of the queue card of the stream `bedroom`. */
const cardKey = 'k'.repeat(32)

/**
 * The whole product at a time of its own with these rules, and with songs of ten seconds called `a.mp3`, `b.mp3` and so
 * on. A time far ahead, for a file that has just been written is waited for.
 */
export async function scheduledHouse(rules: string, time: string, songs = 'abcmnz') {
  const data = await mkdtemp(join(tmpdir(), 'yoto-scheduled-'))
  await mkdir(join(data, 'config'), { recursive: true })
  await writeFile(join(data, 'config', 'house.yaml'), rules)
  const audio = [...songs].map((name) => [`${name}.mp3`, marked(name, songFrames)])
  await put(join(data, 'media'), Object.fromEntries(audio))
  await putCard(data)
  const clock = new SleepingClock(time)
  let running = await runApp({ data, clock, env: { YOTO_STREAM_SIMULATE: 'never' } })
  onTestFinished(() => running.remove())
  return handsOn({
    clock,
    house: () => running,
    /** As after the machine was switched off for a while. */
    async restart(offMs = 0) {
      await running.stop()
      clock.pass(offMs)
      running = await runApp({ data, clock, env: { YOTO_STREAM_SIMULATE: 'never' } })
    },
  })
}

interface Hands {
  readonly clock: SleepingClock
  house(): RunningApp
  restart(offMs?: number): Promise<void>
}

function handsOn({ clock, house, restart }: Hands) {
  const queue = (stream: string) => house().app.hub.queue(stream)
  const fileOf = (stream: string, id: string | null | undefined) =>
    queue(stream)?.items.find((item) => item.id === id)?.file ?? null
  const shown = async (stream: string) =>
    (await house().call('GET', `/streams/${stream}/queue`)).body as { playlist: string | null; url: string }
  return {
    clock,
    house,
    restart,
    queue,
    shown,
    playlist: (stream: string) => queue(stream)?.playlist,
    /** The file that is due. */
    current: (stream: string) => fileOf(stream, queue(stream)?.current),
    mutate: (stream: string, body: object) =>
      house().call('POST', `/streams/${stream}/queue/mutations`, body),
    /** The songs of the file, or of the place of the queue card. */
    async fetched(stream: string, place?: string, method = 'GET') {
      const url =
        place === undefined
          ? (await shown(stream)).url
          : `${house().app.mediaUrl}/media/${cardKey}/${place}.mp3`
      const answer = await fetch(url, { method })
      const bytes = Buffer.from(await answer.arrayBuffer())
      const length = Number(answer.headers.get('content-length'))
      return { status: answer.status, songs: songsIn(bytes), length, bytes }
    },
    listen: async (stream: string) => {
      const { url } = await shown(stream)
      return hear(url.replace(house().app.publicUrl, house().app.mediaUrl))
    },
    /** Lets so much time pass, and what is sent meanwhile arrive. */
    pass: (ms: number) => clock.advance(ms, arrived),
  }
}

/** A song that is heard whole is one letter, and one that is cut says how many of its frames there were: `a b:100`. */
export function songsIn(bytes: Buffer): string {
  return heard(bytes)
    .map((run) => run.replace(` 0+${songFrames}`, '').replace(' 0+', ':'))
    .join(' ')
}

/** A GET on a connection of its own, while it is answered. */
async function hear(url: string) {
  const chunks: Buffer[] = []
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    get(url, { agent: false }, resolve).on('error', reject),
  )
  let isOver = false
  answer.on('data', (chunk: Buffer) => chunks.push(chunk))
  answer.on('error', () => undefined)
  answer.on('close', () => {
    isOver = true
  })
  onTestFinished(() => void answer.destroy())
  return {
    songs: () => songsIn(Buffer.concat(chunks)),
    isOver: () => isOver,
    hangUp: () => void answer.destroy(),
  }
}

/** The record of a queue card as an earlier run has left it. */
async function putCard(data: string): Promise<void> {
  const storage = await openStorage({ url: 'sqlite', folder: data, log: recordingLog() })
  const card = { stream: 'bedroom', title: 'Bedroom', card_id: 'card1', kind: 'queue', slots: 'interactive' }
  await storage.collection('published-cards').set(cardKey, card)
  await storage.close()
}
