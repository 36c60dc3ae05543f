import { createHash } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { playOrder } from '../src/core/play-order.ts'
import { type RunningApp, runApp } from './support/running-app.ts'

const opened: RunningApp[] = []

afterEach(async () => {
  for (const running of opened.splice(0).reverse()) await running.remove()
})

async function open(data?: string) {
  const running = await runApp(data === undefined ? {} : { data })
  opened.push(running)
  const read = async <Body>(path: string) => (await running.call('GET', path)).body as Body
  const audio = async (stream: string) => {
    const answer = await fetch(`${running.app.panelUrl}/api/streams/${stream}/stream.mp3`)
    return Buffer.from(await answer.arrayBuffer())
  }
  return { ...running, read, audio }
}

const mutate = ({ call }: RunningApp, body: object) => call('POST', '/streams/attic/queue/mutations', body)
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

interface Library {
  readonly files: readonly { readonly file: string; readonly state: string }[]
}

test('a shuffled stream plays in its order, and goes on with that after a restart, with presets and what was kept', {
  tags: 'slow',
}, async () => {
  const first = await open()
  const { files } = await first.read<Library>('/library')
  const names = files.flatMap(({ file, state }) => (state === 'ready' ? [file] : [])).slice(0, 6)
  expect(names).toHaveLength(6)
  const alone = new Map<string, Buffer>()
  for (const file of names) {
    await first.call('POST', '/streams/single/queue', { files: [file] })
    alone.set(file, await first.audio('single'))
    await first.call('DELETE', '/streams/single/queue')
  }
  await first.call('POST', '/streams/attic/queue', { files: names })
  await first.call('PUT', '/streams/attic', { shuffle: true, resume: 'restart' })
  await first.call('POST', '/presets', { name: 'all', stream: 'attic' })
  await mutate(first, { op: 'replace', files: names.slice(0, 1), keep_old: true })
  await mutate(first, { op: 'restore' })
  await mutate(first, { op: 'replace', files: names.slice(1, 2), keep_old: true })
  await mutate(first, { op: 'restore' })

  const queue = first.app.hub.queue('attic')
  const order = queue === undefined ? [] : playOrder(queue).map(({ file }) => file)
  expect(order.toSorted()).toEqual(names.toSorted())
  expect(order).not.toEqual(names)
  const whole = await first.audio('attic')
  const bytesOf = (files: readonly string[]) => Buffer.concat(files.flatMap((file) => alone.get(file) ?? []))
  expect(hashOf(whole)).toBe(hashOf(bytesOf(order)))
  // It was heard to the end, so the next round has begun.
  const turned = () => first.app.hub.queue('attic')
  await expect.poll(() => turned()?.order?.seed).not.toBe(queue?.order?.seed)
  const next = turned()
  await mutate(first, { op: 'replace', files: names.slice(2, 3), keep_old: true })
  const exported = await first.read('/queues/export')
  const { etag } = await first.read<{ etag: string }>('/streams/attic/queue')
  await first.stop()

  const second = await open(first.data)
  expect(await second.read('/queues/export')).toEqual(exported)
  expect(await second.read('/streams/attic/queue')).toMatchObject({ etag, files: names.slice(2, 3) })
  await mutate(second, { op: 'restore' })
  expect(second.app.hub.queue('attic')).toMatchObject({ items: queue?.items, order: next?.order })
  const nextFiles = next === undefined ? [] : playOrder(next).map(({ file }) => file)
  expect(nextFiles.toSorted()).toEqual(names.toSorted())
  expect(hashOf(await second.audio('attic'))).toBe(hashOf(bytesOf(nextFiles)))
  expect((await second.call('POST', '/presets/apply', { name: 'all', stream: 'cellar' })).status).toBe(200)
  expect(await second.read('/streams/cellar/queue')).toMatchObject({ files: names, resume: 'restart' })
})

test('a file with all queues is taken in by another household, and stays there', async () => {
  const first = await open()
  await first.call('POST', '/streams/attic/queue', { files: ['music/good-morning.mp3'] })
  await first.call('PUT', '/streams/attic', { title: 'Dachboden', loop: true })
  await first.call('POST', '/presets', { name: 'all', stream: 'attic' })
  const file = await first.read<{ streams: { attic: object } }>('/queues/export')
  const second = await open()
  await second.call('POST', '/streams/cellar/queue', { files: ['music/good-morning.mp3'] })
  const brought = await second.call('POST', '/queues/import', { mode: 'replace', file })
  expect(brought).toMatchObject({ status: 200, body: { removed: ['cellar'], missing: [] } })
  expect(await second.read('/queues/export')).toEqual(file)
  await second.stop()
  const third = await open(second.data)
  expect(await third.read('/queues/export')).toEqual(file)
})
