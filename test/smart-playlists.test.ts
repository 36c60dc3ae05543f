import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runApp } from './support/running-app.ts'

const rules = `
playlists:
  short: {pick: {all: [{folder: music}, {shorter_than: 14s}]}}
  long: {pick: {all: [{longer_than: 14s}], none: [{folder: music}, {folder: scenes}], sort: title}}
  heard: {pick: {all: [{played_in: 1d}]}}
  loved: {pick: {all: [{loved: true}]}}
  nothing: {pick: {all: [{title: no such words}]}}
schedules:
  kitchen: {default: short}
`

test('smart playlists take from the library by its lengths, folders and what was heard', async () => {
  const data = await mkdtemp(join(tmpdir(), 'yoto-picks-'))
  await mkdir(join(data, 'config'), { recursive: true })
  await writeFile(join(data, 'config', 'house.yaml'), rules)
  const running = await runApp({ data, env: { YOTO_STREAM_SIMULATE: 'never' } })
  onTestFinished(() => running.remove())
  const { call } = running
  const files = async (stream: string) =>
    ((await call('GET', `/streams/${stream}/queue`)).body as { files: string[] }).files
  await expect
    .poll(() => files('kitchen'), { timeout: 10_000 })
    .toEqual(['music/good-morning.mp3', 'music/skipping-song.mp3'])
  await call('POST', '/streams/bath/queue', { files: ['stories/sea.mp3'] })
  const set = (playlist: string) =>
    call('POST', '/streams/bath/queue/mutations', { op: 'queue', options: { set: playlist } })
  await set('heard')
  expect(await files('bath')).toEqual(['stories/sea.mp3'])
  const { url } = (await call('GET', '/streams/bath/queue')).body as { url: string }
  await (await fetch(url)).arrayBuffer()
  expect(await set('long')).toMatchObject({ status: 200 })
  expect(await files('bath')).toEqual(['stories/forest.mp3', 'stories/sea.mp3'])
  await set('heard')
  expect(await files('bath')).toEqual(['stories/sea.mp3'])
  const { body } = await call('GET', '/library')
  const forest = (body as { files: { id: string; file: string }[] }).files.find(
    ({ file }) => file === 'stories/forest.mp3',
  )
  expect(await set('loved')).toMatchObject({ status: 409 })
  await call('PUT', `/library/${forest?.id}/loved`, { loved: true })
  await set('loved')
  expect(await files('bath')).toEqual(['stories/forest.mp3'])
  await set('heard')
  const empty = await set('nothing')
  expect([empty.status, await files('bath')]).toEqual([409, ['stories/sea.mp3']])
})
