import { afterEach, describe, expect, test } from 'vitest'
import type { LibraryEntry } from '../../src/http/api/library.ts'
import type { Listener } from '../../src/http/server.ts'
import { ask } from '../support/ask.ts'
import { houseWith, libraryEntry } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'

const doors: Listener[] = []
afterEach(async () => {
  for (const door of doors.splice(0)) await door.stop()
})

async function doorBefore(more: Partial<ReturnType<typeof houseWith>> = {}) {
  const door = await openPanelDoor({ ...houseWith(), ...more })
  doors.push(door)
  return door
}

describe('a search of the library', () => {
  const entries: readonly LibraryEntry[] = [
    libraryEntry('Bücher/10 Der Bär.mp3', { title: 'Der Bär', artist: 'Håkan Ørsted', plays: 2 }),
    libraryEntry('Bücher/9 Straße.mp3', { title: 'Die Straße', album: 'Żółw', seconds: 30 }),
    libraryEntry('Musik/ice-cream.mp3', {
      title: 'Crème glacée',
      artist: 'Zoë',
      plays: 7,
      last_played_at: '2026-11-20T10:00:00.000+00:00',
    }),
    libraryEntry('Musik/broken.mp3', { state: 'refused', reason: 'no', seconds: null }),
  ]
  const search = async (body: object) => {
    const door = await doorBefore({ library: async () => entries })
    const answer = await ask(door, { path: '/library/search', body })
    const files = (answer.body.files ?? []) as LibraryEntry[]
    return {
      status: answer.status,
      names: files.map(({ file }) => file.replace(/^.*\//, '')),
      ...answer.body,
    }
  }
  const [bear, street, ice, broken] = ['10 Der Bär.mp3', '9 Straße.mp3', 'ice-cream.mp3', 'broken.mp3']

  test.each<[string, object, (string | undefined)[]]>([
    ['everything', {}, [bear, street, ice, broken]],
    ['words without their accents and case', { text: 'BAR' }, [bear]],
    ['words that stand there decomposed', { text: 'ba\u0308r' }, [bear]],
    ['every word, wherever it stands', { text: '  hakan bucher der ' }, [bear]],
    ['letters of other languages', { text: 'orsted' }, [bear]],
    ['more letters of other languages', { text: 'zolw' }, [street]],
    ['a sharp s', { text: 'STRASSE' }, [street]],
    ['what the name alone says', { text: 'cream' }, [ice]],
    ['nothing where a word is missing', { text: 'bär forest' }, []],
    ['a state', { state: 'refused' }, [broken]],
    ['a folder', { folder: 'Musik/' }, [ice, broken]],
    ['a folder that is only the beginning of a name', { folder: 'Mus' }, []],
    ['the most played first', { sort: 'plays', descending: true, limit: 2 }, [ice, bear]],
    ['the order of titles', { sort: 'title', state: 'ready' }, [ice, bear, street]],
    ['the order of artists, those without one last', { sort: 'artist', limit: 2 }, [bear, ice]],
    ['the second page', { limit: 2, offset: 2 }, [ice, broken]],
    ['nothing behind the end', { offset: 100 }, []],
  ])('finds %s', async (_what, body, names) => {
    expect((await search(body)).names).toEqual(names)
  })

  test('finds a folder whose name begins like a source, as it is queued and as it lies there', async () => {
    const odd = libraryEntry('file:clip:own/a.mp3')
    const door = await doorBefore({ library: async () => [...entries, odd] })
    for (const folder of ['clip:own', 'file:clip:own/'])
      expect((await ask(door, { path: '/library/search', body: { folder } })).body).toMatchObject({
        files: [{ file: odd.file }],
        count: 1,
      })
  })

  test('says how many fit, also behind the limit', async () => {
    expect(await search({ limit: 1, offset: 1 })).toMatchObject({ count: 4, offset: 1 })
  })

  test.each([
    { sort: 'colour' },
    { limit: 0 },
    { limit: 1001 },
    { offset: -1 },
    { state: 'missing' },
    { text: 'x'.repeat(201) },
    { words: 'x' },
  ])('refuses %j', async (body) => {
    expect((await search(body)).status).toBe(422)
  })
})

describe('deleting a file', () => {
  const id = 'AbCdEfGhIjKlMnOpQrStUv'
  const users = [{ kind: 'stream', name: 'bath', place: 'item 1' }] as const
  const house = (deleted: string[], named: typeof users | []) => ({
    libraryUsers: async () => ({ file: 'a.mp3', users: named }),
    deleteLibraryFile: async (which: string) => void deleted.push(which),
  })

  test('is refused while something names it, and says what', async () => {
    const deleted: string[] = []
    const door = await doorBefore(house(deleted, users))
    const answer = await ask(door, { path: '/library/delete', body: { id } })
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'conflict', details: { users } } } })
    expect(answer.body.error?.message).toMatch(/"a\.mp3" is needed by stream "bath"/)
    expect(deleted).toEqual([])
  })

  test('is done when it is forced, or nothing names it', async () => {
    const deleted: string[] = []
    const used = await doorBefore(house(deleted, users))
    expect(await ask(used, { path: '/library/delete', body: { id, force: true } })).toMatchObject({
      status: 200,
      body: { success: true, users },
    })
    const free = await doorBefore(house(deleted, []))
    expect((await ask(free, { path: '/library/delete', body: { id } })).status).toBe(200)
    expect(deleted).toEqual([id, id])
  })

  test.each([{ id: '../../etc/passwd' }, { id: 'a.mp3' }, { id, force: 'yes' }, {}])(
    'refuses %j',
    async (body) => {
      const deleted: string[] = []
      const door = await doorBefore(house(deleted, []))
      expect((await ask(door, { path: '/library/delete', body })).status).toBe(422)
      expect(deleted).toEqual([])
    },
  )
})

describe('a cover', () => {
  const jpeg = Buffer.from('\xff\xd8\xff\xe0 a picture', 'latin1')
  const get = async (headers: Record<string, string> = {}, method = 'GET') => {
    const door = await doorBefore({ libraryCover: async (id) => (id === 'mine' ? jpeg : null) })
    const answer = await fetch(`${door.url}/api/library/mine/cover`, { headers, method })
    return { answer, status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) }
  }

  test('is a JPEG that browsers take for nothing else, and ask for again', async () => {
    const { answer, bytes } = await get()
    expect(bytes).toEqual(jpeg)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'",
      'cache-control': 'private, no-cache',
      'content-length': String(jpeg.length),
      etag: expect.stringMatching(/^"[0-9a-f]{40}"$/),
    })
  })

  test('is not sent again where it is the same, nor for a HEAD', async () => {
    const etag = (await get()).answer.headers.get('etag') ?? ''
    // `fetch` adds that it wants no copies, and then is given none.
    const door = await doorBefore({ libraryCover: async () => jpeg })
    const asked = (tag: string) =>
      ask(door, { path: '/library/mine/cover', headers: { 'if-none-match': tag } })
    expect(await asked(etag)).toMatchObject({ status: 304, body: { text: '' } })
    expect((await asked('"other"')).status).toBe(200)
    expect(await get({}, 'HEAD')).toMatchObject({ status: 200, bytes: Buffer.alloc(0) })
  })

  test('has ranges', async () => {
    const etag = (await get()).answer.headers.get('etag') ?? ''
    const part = { range: 'bytes=2-4' }
    expect(await get(part)).toMatchObject({ status: 206, bytes: jpeg.subarray(2, 5) })
    expect(await get({ ...part, 'if-range': etag })).toMatchObject({ status: 206 })
    expect(await get({ ...part, 'if-range': '"other"' })).toMatchObject({ status: 200, bytes: jpeg })
    expect((await get({ range: 'bytes=999-' })).status).toBe(416)
  })

  test('that there is not is not found', async () => {
    const door = await doorBefore({ libraryCover: async () => null })
    expect(await ask(door, { path: '/library/mine/cover' })).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    })
  })
})
