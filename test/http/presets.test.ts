import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Listener } from '../../src/http/server.ts'
import { send } from '../support/ask.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'

let door: Listener
const library = ['a.mp3', 'b.mp3', 'c.mp3']

beforeEach(async () => {
  door = await openPanelDoor(houseWith(library))
  await call('POST', '/streams/bedroom/queue', { files: ['a.mp3', 'b.mp3'] })
  await call('PUT', '/streams/bedroom', { loop: true, shuffle: true, resume: 'restart' })
})

afterEach(() => door.stop())

async function call(method: string, path: string, body?: unknown) {
  const answer = await send(door, { method, path, body })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

const save = (more: object = {}) => call('POST', '/presets', { name: 'evening', stream: 'bedroom', ...more })
const apply = (more: object = {}) =>
  call('POST', '/presets/apply', { name: 'evening', stream: 'attic', ...more })
const evening = { name: 'evening', files: ['a.mp3', 'b.mp3'], loop: true, shuffle: true, resume: 'restart' }

describe('a preset', () => {
  test('is what a stream was, and is put on any stream, which is made when it is new', async () => {
    const message = 'what the stream "bedroom" has now is saved as the preset "evening"'
    expect(await save()).toMatchObject({ status: 200, body: { success: true, message, preset: evening } })
    expect((await call('GET', '/presets')).body).toMatchObject({
      presets: [{ ...evening, mode: 'finite', file_count: 2 }],
      count: 1,
    })
    await call('DELETE', '/streams/bedroom')
    const { name: _, ...queue } = evening
    expect(await apply()).toMatchObject({
      status: 200,
      body: {
        success: true,
        message: '"attic" plays the preset "evening" now',
        queue: { name: 'attic', ...queue },
      },
    })
  })

  test('is put on a stream for a while', async () => {
    await save()
    await call('POST', '/streams/attic/queue', { files: ['c.mp3'] })
    await apply({ keep_old: true })
    const back = await call('POST', '/streams/attic/queue/mutations', { op: 'restore' })
    expect(back.body).toMatchObject({
      queue: { files: ['c.mp3'], loop: false, shuffle: false, resume: 'resume' },
    })
  })

  test('is not written over unless that is said', async () => {
    await save()
    await call('DELETE', '/streams/bedroom/queue')
    expect(await save()).toMatchObject({
      status: 409,
      body: {
        error: {
          message: 'there is a preset "evening" already: choose another name, or send overwrite: true',
        },
      },
    })
    expect((await save({ overwrite: true })).status).toBe(200)
    expect((await call('GET', '/presets')).body).toMatchObject({ presets: [{ files: [] }], count: 1 })
  })

  test('whose files are gone is not put anywhere, and says which', async () => {
    await save()
    library.splice(1, 1)
    expect(await apply()).toMatchObject({
      status: 404,
      body: {
        error: { message: 'not in the library: b.mp3; nothing was changed', details: { missing: ['b.mp3'] } },
      },
    })
    library.splice(1, 0, 'b.mp3')
    expect((await call('GET', '/streams/attic/queue')).status).toBe(404)
  })

  test('is deleted', async () => {
    await save()
    expect((await call('DELETE', '/presets/evening')).status).toBe(200)
    expect((await call('DELETE', '/presets/evening')).status).toBe(404)
    expect(await apply()).toMatchObject({
      status: 404,
      body: { error: { message: 'there is no preset "evening"' } },
    })
  })

  test.each(['', '../x', 'a b', '-a', '€', 'x'.repeat(65)])('cannot be called %j', async (name) => {
    expect((await save({ name })).status).toBe(422)
    expect((await apply({ name })).status).toBe(422)
  })

  test('needs a stream to be saved from, and a name to be put on', async () => {
    expect((await save({ stream: 'nowhere' })).status).toBe(404)
    await save()
    expect((await apply({ stream: 'queues' })).status).toBe(422)
  })
})
