import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Listener } from '../../src/http/server.ts'
import { send } from '../support/ask.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'
import { badTitles, titleFault } from '../support/titles.ts'

let door: Listener

beforeEach(async () => {
  door = await openPanelDoor(houseWith(['a.mp3', 'b.mp3', 'c.mp3', 'für élise+%.mp3']))
})

afterEach(() => door.stop())

async function call(method: string, path: string, body?: unknown) {
  const answer = await send(door, { method, path, body })
  return {
    status: answer.status,
    body: (await answer.json()) as Record<string, never> & { error?: { message: string } },
  }
}

async function queued(...files: string[]) {
  await call('POST', '/streams/bedroom/queue', { files })
}

async function filesNow(): Promise<unknown> {
  return (await call('GET', '/streams/bedroom/queue')).body.files
}

describe('the stream calls', () => {
  test('list no streams at first, then each by name', async () => {
    expect((await call('GET', '/streams/queues')).body).toEqual({ queues: [], count: 0 })
    await queued('a.mp3')
    expect((await call('GET', '/streams/queues')).body).toEqual({ queues: ['bedroom'], count: 1 })
  })

  test('make a stream by appending to it, and show it whole', async () => {
    const made = await call('POST', '/streams/bedroom/queue', { files: ['a.mp3', 'für élise+%.mp3'] })
    expect(made).toMatchObject({
      status: 200,
      body: { success: true, message: '2 files added to "bedroom"' },
    })
    expect((await call('GET', '/streams/bedroom/queue')).body).toEqual({
      name: 'bedroom',
      title: 'bedroom',
      files: ['a.mp3', 'für élise+%.mp3'],
      loop: false,
      shuffle: false,
      mode: 'finite',
      resume: 'resume',
      closed: false,
      closed_until: null,
      if_pressed: null,
      holds_until: null,
      stays: false,
      playlist: null,
      reason: 'REST',
      file_count: 2,
      version: 1,
      etag: expect.stringMatching(/^"[0-9a-z]+-1"$/),
      current: 'i1',
      url: 'http://127.0.0.1:8098/media/key-of-bedroom/stream.mp3',
      plays: 0,
      last_played_at: null,
      items: [
        { id: 'i1', file: 'a.mp3', title: 'a.mp3', seconds: 10, state: 'ready' },
        { id: 'i2', file: 'für élise+%.mp3', title: 'für élise+%.mp3', seconds: 10, state: 'ready' },
      ],
    })
  })

  test('say what is still being imported is called, and how far that is', async () => {
    await door.stop()
    const lookup = async (file: string) =>
      ({
        state: 'importing',
        progress: 0.25,
        ...(file.endsWith('/02') ? { title: 'The storm' } : {}),
      }) as const
    door = await openPanelDoor({ ...houseWith([]), lookup })
    await queued('a.wav', 'book.m4b/02')
    const importing = { seconds: null, state: 'importing', progress: 0.25 }
    expect((await call('GET', '/streams/bedroom/queue')).body.items).toEqual([
      { id: 'i1', file: 'a.wav', title: 'a.wav', ...importing },
      { id: 'i2', file: 'book.m4b/02', title: 'The storm', ...importing },
    ])
  })

  test('append all files or none, and name those that are missing', async () => {
    await queued('a.mp3')
    const refused = await call('POST', '/streams/bedroom/queue', {
      files: ['b.mp3', 'x.mp3', '../etc/passwd'],
    })
    expect(refused.status).toBe(404)
    expect(refused.body.error).toMatchObject({
      code: 'not_found',
      message: 'not in the library: x.mp3, ../etc/passwd; nothing was added',
      details: { missing: ['x.mp3', '../etc/passwd'] },
    })
    expect(await filesNow()).toEqual(['a.mp3'])
  })

  test('say why a file that is there cannot be played', async () => {
    const refused = await call('POST', '/streams/bedroom/queue', { files: ['a.mp3', 'odd-song.mp3'] })
    expect(refused.status).toBe(422)
    expect(refused.body.error?.message).toBe(
      'cannot be played: "odd-song.mp3" (it has an ID3 tag); nothing was added',
    )
  })

  test('remove the item at a place', async () => {
    await queued('a.mp3', 'b.mp3', 'a.mp3')
    expect((await call('DELETE', '/streams/bedroom/queue/0')).status).toBe(200)
    expect(await filesNow()).toEqual(['b.mp3', 'a.mp3'])
  })

  test.each([
    [0, 2, ['b.mp3', 'c.mp3', 'a.mp3']],
    [2, 0, ['c.mp3', 'a.mp3', 'b.mp3']],
    [1, 1, ['a.mp3', 'b.mp3', 'c.mp3']],
    [0, 1, ['b.mp3', 'a.mp3', 'c.mp3']],
  ])('move the item at %i to %i', async (old_index, new_index, files) => {
    await queued('a.mp3', 'b.mp3', 'c.mp3')
    expect((await call('PUT', '/streams/bedroom/queue/reorder', { old_index, new_index })).status).toBe(200)
    expect(await filesNow()).toEqual(files)
  })

  test('empty a queue and keep the stream; delete it and it is gone', async () => {
    await queued('a.mp3')
    expect((await call('DELETE', '/streams/bedroom/queue')).body).toMatchObject({ queue: { files: [] } })
    expect((await call('DELETE', '/streams/bedroom')).status).toBe(200)
    expect((await call('GET', '/streams/bedroom/queue')).status).toBe(404)
  })

  test('change settings', async () => {
    await queued('a.mp3')
    const changed = await call('PUT', '/streams/bedroom', { title: 'Träume', loop: true })
    expect(changed.body).toMatchObject({ queue: { title: 'Träume', loop: true, shuffle: false } })
  })

  test.each(badTitles)('refuse %s as a title, in the words of the core', async (_what, title) => {
    await queued('a.mp3')
    const refused = await call('PUT', '/streams/bedroom', { title, loop: true })
    const message = titleFault(title)
    const details = { fields: [{ field: 'title', message }] }
    expect(refused).toMatchObject({ status: 422, body: { error: { message, details } } })
    const shown = await call('GET', '/streams/bedroom/queue')
    expect(shown.body).toMatchObject({ title: 'bedroom', loop: false })
  })

  test('say what is heard while a stream is closed or empty, and take it back', async () => {
    await queued('a.mp3')
    const changed = await call('PUT', '/streams/bedroom', { if_pressed: 'für élise+%.mp3' })
    expect(changed).toMatchObject({ status: 200, body: { queue: { if_pressed: 'für élise+%.mp3' } } })
    await call('PUT', '/streams/bedroom', { loop: true })
    const shown = await call('GET', '/streams/bedroom/queue')
    expect(shown.body).toMatchObject({ if_pressed: 'für élise+%.mp3', loop: true })
    const back = await call('PUT', '/streams/bedroom', { if_pressed: null })
    expect(back.body).toMatchObject({ queue: { if_pressed: null } })
  })

  test.each([
    ['gone.mp3', 404, 'not in the library: gone.mp3; nothing was changed'],
    ['../a.mp3', 404, 'not in the library: ../a.mp3; nothing was changed'],
    ['odd-a.mp3', 422, 'cannot be played: "odd-a.mp3" (it has an ID3 tag); nothing was changed'],
    ['', 422, 'if_pressed'],
    [5, 422, 'if_pressed'],
  ])('refuse %j to be heard then, and change nothing else', async (if_pressed, status, message) => {
    await queued('a.mp3')
    const refused = await call('PUT', '/streams/bedroom', { loop: true, if_pressed })
    expect(refused.status).toBe(status)
    expect(refused.body.error?.message).toContain(message)
    const shown = await call('GET', '/streams/bedroom/queue')
    expect(shown.body).toMatchObject({ loop: false, if_pressed: null })
  })

  test.each<[string, string, unknown, number, string]>([
    ['GET', '/streams/nowhere/queue', undefined, 404, 'there is no stream "nowhere"'],
    ['DELETE', '/streams/nowhere', undefined, 404, 'nowhere'],
    ['DELETE', '/streams/nowhere/queue', undefined, 404, 'nowhere'],
    ['DELETE', '/streams/nowhere/queue/0', undefined, 404, 'nowhere'],
    ['PUT', '/streams/nowhere/queue/reorder', { old_index: 0, new_index: 0 }, 404, 'nowhere'],
    ['PUT', '/streams/nowhere', { loop: true }, 404, 'nowhere'],
    ['DELETE', '/streams/bedroom/queue/3', undefined, 400, 'it has 0 to 2'],
    ['DELETE', '/streams/bedroom/queue/x', undefined, 422, 'not a place'],
    ['DELETE', '/streams/bedroom/queue/-1', undefined, 422, 'not a place'],
    ['PUT', '/streams/bedroom/queue/reorder', { old_index: 0, new_index: 3 }, 400, 'no place 3'],
    ['PUT', '/streams/bedroom/queue/reorder', { old_index: -1, new_index: 0 }, 422, 'old_index'],
    ['PUT', '/streams/bedroom/queue/reorder', { old_index: 1.5, new_index: 0 }, 422, 'old_index'],
    ['PUT', '/streams/bedroom/queue/reorder', { old_index: '1', new_index: 0 }, 422, 'old_index'],
    ['PUT', '/streams/bedroom/queue/reorder', {}, 422, 'new_index is missing'],
    ['POST', '/streams/bedroom/queue', { files: [] }, 422, 'files'],
    ['POST', '/streams/bedroom/queue', { files: 'a.mp3' }, 422, 'files'],
    ['POST', '/streams/bedroom/queue', { files: [1] }, 422, 'files.0'],
    ['POST', '/streams/bedroom/queue', { files: ['a.mp3'], extra: 1 }, 422, 'extra is not known here'],
    ['POST', '/streams/bedroom/queue', [], 422, 'body'],
    ['POST', '/streams/queues/queue', { files: ['a.mp3'] }, 422, 'reserved'],
    ['POST', '/streams/.hidden/queue', { files: ['a.mp3'] }, 422, 'cannot be a stream'],
    ['POST', '/streams/a%2Fb/queue', { files: ['a.mp3'] }, 422, 'cannot be a stream'],
    ['PUT', '/streams/bedroom', {}, 422, 'body'],
    ['PUT', '/streams/bedroom', { mode: 'radio' }, 422, 'mode'],
    ['GET', '/nothing', undefined, 404, 'nothing at this address'],
  ])('%s %s with %j is %i', async (method, path, body, status, message) => {
    await queued('a.mp3', 'b.mp3', 'c.mp3')
    const refused = await call(method, path, body)
    expect(refused.status).toBe(status)
    expect(refused.body.error?.message).toContain(message)
    expect(await filesNow()).toEqual(['a.mp3', 'b.mp3', 'c.mp3'])
  })

  test('a body that is no JSON, or too large, is refused', async () => {
    const send = (body: string) =>
      fetch(`${door.url}/api/streams/bedroom/queue`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
    expect((await send('{"files": [')).status).toBe(400)
    expect((await send(`{"files": ["${'x'.repeat(2 ** 20)}"]}`)).status).toBe(413)
  })
})

test('the interface describes itself from the schemas that check it', async () => {
  const { body } = await call('GET', '/openapi.json')
  expect(body).toMatchObject({
    openapi: '3.1.0',
    paths: {
      '/api/streams/{name}/queue/reorder': {
        put: {
          parameters: [{ name: 'name', in: 'path' }],
          requestBody: {
            content: { 'application/json': { schema: { required: ['old_index', 'new_index'] } } },
          },
        },
      },
      '/api/players/{id}/volume': { post: {} },
    },
  })
})
