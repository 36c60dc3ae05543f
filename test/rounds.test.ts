import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { frames, put } from './audio/sound.ts'
import { type RunningApp, runApp } from './support/running-app.ts'

const opened: RunningApp[] = []

afterEach(async () => {
  for (const running of opened.splice(0).reverse()) await running.remove()
})

const framesEach = 400
const bytesEach = framesEach * 384
const names = Array.from({ length: 9 }, (_, index) => `song-${index + 1}.mp3`)
const total = names.length * bytesEach
const firstBytes = new Map(names.map((name, index) => [frames(1, index + 1).toString('hex'), name]))

async function open(data?: string) {
  const running = await runApp(data === undefined ? {} : { data })
  opened.push(running)
  return running
}

/** A shuffled stream of nine songs, and the address of its card. */
async function shuffledStream() {
  const house = await open()
  const media = join(house.data, 'media')
  await mkdir(media, { recursive: true })
  await put(media, Object.fromEntries(names.map((name, index) => [name, frames(framesEach, index + 1)])))
  const notReady = async () => {
    const { files } = (await house.call('GET', '/library')).body as {
      files: { file: string; state: string }[]
    }
    return names.filter((name) => !files.some(({ file, state }) => file === name && state === 'ready'))
  }
  await expect.poll(notReady, { timeout: 20_000 }).toEqual([])
  expect((await house.call('POST', '/streams/attic/queue', { files: names })).status).toBe(200)
  expect((await house.call('PUT', '/streams/attic', { shuffle: true })).status).toBe(200)
  await house.call('POST', '/cards', { stream: 'attic', kind: 'stream', chapters: 3 })
  return house
}

async function address(house: RunningApp): Promise<string> {
  return (await house.call('GET', '/streams/attic/queue').then(({ body }) => body as { url: string })).url
}

/** The songs in the order they were heard. */
function heardIn(audio: Buffer): (string | undefined)[] {
  const songs: (string | undefined)[] = []
  for (let at = 0; at < audio.length; at += bytesEach)
    songs.push(firstBytes.get(audio.subarray(at, at + 384).toString('hex')))
  return songs
}

async function fetched(url: string, range?: string): Promise<Buffer> {
  const answer = await fetch(url, range === undefined ? {} : { headers: { range: `bytes=${range}` } })
  expect([200, 206]).toContain(answer.status)
  return Buffer.from(await answer.arrayBuffer())
}

const seedOf = (house: RunningApp) => house.app.hub.queue('attic')?.order?.seed
const turnedFrom = (house: RunningApp, seed: number | undefined) =>
  expect.poll(() => seedOf(house), { timeout: 10_000 }).not.toBe(seed)

test('each round of a shuffled stream plays every song once, in another order, over a restart too', async () => {
  const first = await shuffledStream()
  const rounds: Buffer[] = []
  for (let round = 0; round < 2; round++) {
    const seed = seedOf(first)
    rounds.push(await fetched(await address(first)))
    await turnedFrom(first, seed)
  }
  const seed = seedOf(first)
  await first.stop()
  const second = await open(first.data)
  expect(seedOf(second)).toBe(seed)
  rounds.push(await fetched(await address(second)))
  await turnedFrom(second, seed)
  const orders = rounds.map(heardIn)
  for (const order of orders) expect(order.toSorted()).toEqual(names)
  expect(new Set(orders.map((order) => order.join())).size).toBe(3)
  for (const [index, order] of orders.slice(1).entries()) expect(order[0]).not.toBe(orders[index]?.at(-1))
})

test('a player that reads in ranges turns the round with its last byte, and one in the middle reads on in the old', async () => {
  const house = await shuffledStream()
  const url = await address(house)
  const seed = seedOf(house)
  const looker = `${house.app.panelUrl}/api/streams/attic/stream.mp3`
  // The panel's listener is in the middle, the player comes to the end.
  const begun = await fetched(looker, `0-${bytesEach + 999}`)
  const heard: Buffer[] = []
  for (let at = 0; at < total; at += 100_000)
    heard.push(await fetched(url, `${at}-${Math.min(total, at + 100_000) - 1}`))
  await turnedFrom(house, seed)
  const turned = seedOf(house)
  const rest = await fetched(looker, `${bytesEach + 1000}-`)
  expect(Buffer.concat([begun, rest]).equals(Buffer.concat(heard))).toBe(true)
  // The end of the old round is none of the new one.
  await house.call('PUT', '/streams/attic', { title: 'Attic' })
  expect(seedOf(house)).toBe(turned)
})

test('who looks at the end of the file, asks with HEAD or leaves early turns nothing', async () => {
  const house = await shuffledStream()
  const url = await address(house)
  const seed = seedOf(house)
  await fetched(url, `${total - 128}-`)
  await fetched(url, '-384')
  await fetch(url, { method: 'HEAD' })
  await fetched(url, `0-${total - bytesEach}`)
  await house.call('PUT', '/streams/attic', { title: 'Attic' })
  expect(seedOf(house)).toBe(seed)
})
