import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Listener } from '../../src/http/server.ts'
import { send } from '../support/ask.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'

let door: Listener
let house: ReturnType<typeof houseWith>
const files = ['a.mp3', 'b.mp3', 'c.mp3', 'd.mp3']

beforeEach(async () => {
  house = houseWith(files)
  door = await openPanelDoor(house)
  await call('POST', '/streams/bedroom/queue', { body: { files: files.slice(0, 3) } })
})

afterEach(() => door.stop())

interface Answer {
  readonly status: number
  readonly etag: string | null
  readonly body: {
    readonly message: string
    readonly error: { readonly code: string; readonly message: string; readonly details?: object }
    readonly queue: Shown
  }
}

interface Shown {
  readonly files: readonly string[]
  readonly current: string | null
  readonly etag: string
  readonly items: readonly { readonly id: string }[]
}

async function call(
  method: string,
  path: string,
  { body, ifMatch }: { body?: unknown; ifMatch?: string } = {},
): Promise<Answer> {
  const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch }
  const answer = await send(door, { method, path, headers, body })
  return {
    status: answer.status,
    etag: answer.headers.get('etag'),
    body: (await answer.json()) as Answer['body'],
  }
}

const mutate = (body: object, ifMatch?: string) =>
  call('POST', '/streams/bedroom/queue/mutations', { body, ...(ifMatch === undefined ? {} : { ifMatch }) })

async function shown(): Promise<Shown> {
  const answer = await fetch(`${door.url}/api/streams/bedroom/queue`)
  return (await answer.json()) as Shown
}

describe('a queue is changed by the ids of its items', () => {
  test.each<[object, readonly string[]]>([
    [{ op: 'append', files: ['d.mp3'] }, ['a.mp3', 'b.mp3', 'c.mp3', 'd.mp3']],
    [{ op: 'insert_next', files: ['d.mp3'] }, ['a.mp3', 'd.mp3', 'b.mp3', 'c.mp3']],
    [{ op: 'replace', files: ['d.mp3'] }, ['d.mp3']],
    [{ op: 'remove', id: 'i2' }, ['a.mp3', 'c.mp3']],
    [{ op: 'move', id: 'i3', before: 'i1' }, ['c.mp3', 'a.mp3', 'b.mp3']],
    [{ op: 'move', id: 'i1', before: null }, ['b.mp3', 'c.mp3', 'a.mp3']],
    [{ op: 'clear' }, []],
    [{ op: 'queue', options: { add: 'd.mp3' } }, ['a.mp3', 'b.mp3', 'c.mp3', 'd.mp3']],
  ])('%j', async (body, left) => {
    const answer = await mutate(body)
    expect(answer).toMatchObject({ status: 200, body: { success: true, queue: { files: left } } })
    expect(answer.etag).toBe(answer.body.queue.etag)
    expect((await shown()).files).toEqual(left)
  })

  test('another item becomes due', async () => {
    expect((await mutate({ op: 'skip' })).body.queue.current).toBe('i2')
    expect((await mutate({ op: 'go_to', id: 'i3' })).body.queue.current).toBe('i3')
    expect((await mutate({ op: 'step', by: -1 })).body.queue.current).toBe('i2')
    const now = (await mutate({ op: 'insert_next', files: ['d.mp3'], now: true })).body.queue
    expect(now.files[now.items.findIndex(({ id }) => id === now.current)]).toBe('d.mp3')
  })

  test('that is heard at once, and a player that cannot be told is', async () => {
    const asked: unknown[] = []
    const command = { kind: 'command', player: 'y1', command: { type: 'restart' } } as const
    const perform: typeof house.perform = (effect, why) =>
      effect.kind === 'command' ? Promise.reject(new Error('Yoto is away')) : house.perform(effect, why)
    const playAnew: typeof house.playAnew = (...anew) => {
      asked.push(anew)
      return [command]
    }
    await door.stop()
    door = await openPanelDoor({ ...house, perform, playAnew })
    expect((await mutate({ op: 'skip' })).body.message).toBe(
      '"bedroom": another item is due; a player could not be told: Yoto is away',
    )
    await mutate({ op: 'go_to', id: 'i2' })
    await mutate({ op: 'insert_next', files: ['d.mp3'], now: true })
    await mutate({ op: 'queue', options: { now: 'd.mp3' } })
    await mutate({ op: 'append', files: ['d.mp3'] })
    expect(asked).toEqual(
      [true, false, true, true].map((isAnother) => ['bedroom', { what: 'item', isAnother }]),
    )
  })

  test('the items are mixed, the current one first', async () => {
    await mutate({ op: 'skip' })
    const { queue } = (await mutate({ op: 'shuffle' })).body
    expect(queue.items[0]?.id).toBe('i2')
    expect(queue.files.toSorted()).toEqual(files.slice(0, 3))
  })

  test('an earlier queue comes back with its ids', async () => {
    await mutate({ op: 'skip' })
    const before = await shown()
    await mutate({ op: 'replace', files: ['d.mp3'], keep_old: true })
    const back = (await mutate({ op: 'restore' })).body.queue
    expect([back.items, back.current]).toEqual([before.items, before.current])
    expect(await mutate({ op: 'restore' })).toMatchObject({
      status: 404,
      body: {
        error: {
          message:
            'stream "bedroom" has nothing to restore: REST kept no earlier queue, or it was brought back already, or something else was put there for good',
        },
      },
    })
    await mutate({ op: 'queue', options: { set: 'd.mp3', keep_old: true } })
    expect((await mutate({ op: 'queue', options: { restore: true } })).body.queue.items).toEqual(before.items)
  })

  test.each<[object, number, string]>([
    [{ op: 'remove', id: 'i9' }, 404, 'stream "bedroom" has no item "i9" (any more)'],
    [{ op: 'append', files: ['x.mp3'] }, 404, 'not in the library: x.mp3; nothing was changed'],
    [{ op: 'append' }, 422, 'files is missing'],
    [{ op: 'move', id: 'i1' }, 422, 'before is missing'],
    [{ op: 'step', by: 2 }, 422, 'by is none of the values it may have'],
    [{ op: 'shufle' }, 422, 'op is none of the values it may have'],
    [{}, 422, 'op is missing'],
    [{ op: 'clear', all: true }, 422, 'all is not known here'],
    [{ op: 'queue', options: {} }, 400, '`queue` says nothing to do'],
    [{ op: 'queue', options: { set: 'nothing.mp3' } }, 404, 'there is no playlist "nothing.mp3"'],
    [{ op: 'queue', options: { set: 'a.mp3', stream: 'attic' } }, 422, '`stream` names "attic"'],
  ])('%j is refused, and nothing is changed', async (body, status, message) => {
    const before = await shown()
    const answer = await mutate(body)
    expect(answer.status).toBe(status)
    expect(answer.body.error.message).toContain(message)
    expect(await shown()).toEqual(before)
  })

  test('what brings no items needs a stream', async () => {
    const at = (body: object) => call('POST', '/streams/attic/queue/mutations', { body })
    expect((await at({ op: 'clear' })).status).toBe(404)
    expect((await at({ op: 'skip' })).status).toBe(404)
    expect((await at({ op: 'insert_next', files: ['a.mp3'] })).status).toBe(200)
  })

  test('ten thousand items are taken at once, and not one more', async () => {
    const many = Array.from({ length: 9_997 }, () => 'a.mp3')
    expect((await mutate({ op: 'append', files: many })).body.queue.files).toHaveLength(10_000)
    expect(await mutate({ op: 'append', files: ['a.mp3'] })).toMatchObject({
      status: 409,
      body: {
        error: { message: expect.stringContaining('would have 10001 items, and a queue takes 10000') },
      },
    })
  })
})

describe('a change that carries If-Match', () => {
  const changes: [string, string, object | undefined][] = [
    ['POST', '/queue/mutations', { op: 'clear' }],
    ['POST', '/queue/mutations', { op: 'queue', options: { set: 'b.mp3' } }],
    ['POST', '/queue', { files: ['d.mp3'] }],
    ['DELETE', '/queue/0', undefined],
    ['DELETE', '/queue', undefined],
    ['PUT', '/queue/reorder', { old_index: 0, new_index: 1 }],
    ['PUT', '', { loop: true }],
    ['PUT', '/answers', { answers: [] }],
    ['DELETE', '', undefined],
  ]

  test.each(changes)(
    '%s %s %j is done only while the stream is as its tag says',
    async (method, path, body) => {
      const { etag } = await shown()
      const send = (ifMatch: string) => call(method, `/streams/bedroom${path}`, { body, ifMatch })
      await mutate({ op: 'skip' })
      const now = await shown()
      for (const old of [etag, `W/${now.etag}`, '"other", "another"'])
        expect(await send(old)).toMatchObject({
          status: 412,
          body: {
            error: {
              code: 'stale',
              message: expect.stringContaining('Read it anew and repeat the change with the tag it has then'),
              details: { etag: now.etag },
            },
          },
        })
      expect(await shown()).toEqual(now)
      expect((await send(`"other" , ${now.etag}`)).status).toBe(200)
    },
  )

  test('is done whatever the stream is like, where it says so', async () => {
    expect((await mutate({ op: 'clear' }, '*')).status).toBe(200)
    const body = { files: ['a.mp3'] }
    expect((await call('POST', '/streams/attic/queue', { body, ifMatch: '*' })).status).toBe(412)
    expect((await call('GET', '/streams/attic/queue')).status).toBe(404)
  })

  test.each(['a', '"a" b', '', '"a'])('is refused where that is no list of tags: %j', async (ifMatch) => {
    const answer = await mutate({ op: 'clear' }, ifMatch)
    expect(answer.status).toBe(400)
  })

  test('of many that come at once with one tag, just one is done', async () => {
    const { etag } = await shown()
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => mutate({ op: 'append', files: ['d.mp3'] }, etag)),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(15).fill(412)])
    expect((await shown()).files).toHaveLength(4)
  })

  test('is not meant for a stream of the same name that was made anew', async () => {
    const { etag } = await shown()
    await call('DELETE', '/streams/bedroom')
    await call('POST', '/streams/bedroom/queue', { body: { files: files.slice(0, 3) } })
    expect((await shown()).etag).not.toBe(etag)
    expect((await mutate({ op: 'clear' }, etag)).status).toBe(412)
  })
})

test('where a listener begins is a setting of the stream', async () => {
  const put = (body: object) => call('PUT', '/streams/bedroom', { body })
  expect((await put({ resume: 'restart' })).body).toMatchObject({ queue: { resume: 'restart' } })
  expect((await put({ resume: 'anywhere' })).status).toBe(422)
})
