import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import yauzl from 'yauzl'
import { AppError } from '../../src/core/error.ts'
import { backupOf } from '../../src/wiring/card-backup.ts'
import {
  type AccountHouse,
  oddDocument,
  openAccountHouse,
  signedAddress,
  streamedTrack,
} from '../support/account-house.ts'
import { until } from '../support/running-app.ts'

let house: AccountHouse

beforeEach(async () => {
  house = await openAccountHouse()
})
afterEach(() => house.stop())

const conflict = (...words: string[]) => ({
  status: 409,
  body: { error: { code: 'conflict', message: expect.stringMatching(words.join('.*')) } },
})
const publish = () =>
  house.cards.published.publish({ stream: 'bedroom', title: 'Bedroom', kind: 'queue', chapters: 20 })

describe('documents', () => {
  test('are given as Yoto has them', async () => {
    const answer = await fetch(`${house.url}/api/account/cards/odd01/document`)
    expect(answer.headers.get('content-type')).toContain('application/json')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="odd01.json"')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.text()).toBe(oddDocument)
  })

  test('lie in one zip, and what is missing is named in it', async () => {
    const titles = ['A', 'B', 'C']
    const ids: string[] = []
    for (const title of titles) ids.push((await house.other.save({ title, content: streamContent })).cardId)
    house.cloud.restTrouble.add({ call: new RegExp(`GET .content.${ids[1]}`), status: 400, times: 9 })
    const answer = await fetch(`${house.url}/api/account/cards/backup`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/zip')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="yoto-cards.zip"')
    const files = await filesIn(Buffer.from(await answer.arrayBuffer()))
    expect([...files.keys()].toSorted()).toEqual(
      [`${ids[0]}.json`, `${ids[2]}.json`, 'odd01.json', 'problems.txt'].toSorted(),
    )
    expect(files.get('odd01.json')).toBe(oddDocument)
    expect(`{"card":${files.get(`${ids[0]}.json`)}}`).toBe(await house.other.text(ids[0] ?? ''))
    expect(files.get('problems.txt')).toContain(`card "B" (${ids[1]}): Yoto refused GET`)
  })

  test('are read no further when who asked for them hangs up', async () => {
    const second = (await house.other.save({ title: 'A', content: streamContent })).cardId
    // The first in the order of ids is given, the other never.
    const [first = '', last = ''] = ['odd01', second].toSorted()
    const order = house.cloud.restTrouble.add({
      call: new RegExp(`GET .content.${last}`),
      status: 'never',
      times: 1,
    })
    const patience = new AbortController()
    const { signal } = patience
    const answer = await fetch(`${house.url}/api/account/cards/backup`, { signal })
    const reader = answer.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString('latin1')).toContain(`${first}.json`)
    await until('the next is asked for', () => order.taken === 1)
    patience.abort()
    await expect(reader?.read()).rejects.toThrow()
    house.cloud.restTrouble.clear()
    expect((await house.ask('GET', '/cards/odd01')).status).toBe(200)
    expect((await fetch(`${house.url}/api/account/cards/backup`, { method: 'HEAD' })).status).toBe(200)
  })

  test('of an account whose cards cannot be listed are an error, and no empty zip', async () => {
    house.cloud.restTrouble.add({ call: /content.mine/, status: 403, times: 9 })
    expect(await house.ask('GET', '/cards/backup')).toMatchObject({
      status: 502,
      body: { error: { code: 'refused' } },
    })
  })

  test('of a Yoto that goes away meanwhile are not all waited for, and each is named', async () => {
    const cardIds = ['a', 'b', 'c', 'd', 'e', 'e']
    const list = cardIds.map((cardId) => ({ cardId, title: cardId.toUpperCase() }))
    const asked: string[] = []
    const read = async (cardId: string) => {
      asked.push(cardId)
      if (cardId === 'a') return '{}'
      throw new AppError('unavailable', 'away')
    }
    const files = await all(backupOf(list, { read, signal: new AbortController().signal }))
    expect(asked).toEqual(['a', 'b', 'c', 'd'])
    expect(files.map(({ name }) => name)).toEqual(['a.json', 'problems.txt'])
    for (const title of ['B', 'C', 'D', 'E']) expect(files[1]?.text).toContain(`card "${title}"`)
  })

  test('make a card anew, without what Yoto makes by itself, and spelt as they are', async () => {
    const made = '{"userId":"me", "slug":"old", "sortkey":"old","createdByClientId":"c", "sharing":{"n":1},'
    const document = made + oddDocument.slice(1)
    const { status, body } = await house.ask('POST', '/cards/restore', { document })
    expect(status).toBe(200)
    expect(body).toMatchObject({ success: true, title: 'Café' })
    expect(body.card_id).not.toBe('odd01')
    const text = await house.other.text(String(body.card_id))
    expect(text).toContain(String.raw`"title" : "Caf\u00e9"`)
    expect(text).toContain('"order": 1.0')
    expect(text).not.toMatch(/2026-01-01T|"me"|"old"|createdByClientId|sharing/)
    expect((await house.ask('POST', '/cards/restore', { document: JSON.parse(oddDocument) })).status).toBe(
      200,
    )
    expect((await house.ask('POST', '/cards/restore', { document: `{"card":${oddDocument}}` })).status).toBe(
      200,
    )
    expect((await house.ask('GET', '/cards')).body.count).toBe(5)
  })

  test('are put in the place of their card where that is asked for', async () => {
    await house.ask('PUT', '/cards/odd01', { title: 'B', author: 'C', theirs: true })
    const stale = { document: oddDocument, replace: true, if_updated_at: '2026-01-01T00:00:00.000Z' }
    expect(await house.ask('POST', '/cards/restore', stale)).toMatchObject(
      conflict('changed by somebody else'),
    )
    const { body } = await house.ask('POST', '/cards/restore', { document: oddDocument, replace: true })
    expect(body).toMatchObject({ success: true, card_id: 'odd01', title: 'Café' })
    expect((await house.ask('GET', '/cards/odd01')).body).toMatchObject({ title: 'Café', author: null })
    const gone = oddDocument.replace('odd01', 'gone0')
    expect((await house.ask('POST', '/cards/restore', { document: gone, replace: true })).status).toBe(404)
    const ours = await publish()
    const old = oddDocument.replace('odd01', String(ours.card_id))
    expect(await house.ask('POST', '/cards/restore', { document: old, replace: true })).toMatchObject(
      conflict('Bedroom', 'published by this product'),
    )
  })

  test.each([
    ['no JSON', '{"title"', /no JSON object/],
    ['a list', '[]', /no JSON object/],
    ['without a title', oddDocument.replace(String.raw`"Caf\u00e9"`, '""'), /title/],
    ['without tracks', '{"title":"A","content":{"chapters":[]}}', /no tracks/],
    [
      'of wrong types',
      oddDocument.replace('"title":"One"', '"title":[1]'),
      /content\.chapters\[0\]\.title must be/,
    ],
    ['signed', oddDocument.replace('https://example.org/r.mp3', signedAddress), /signed address/],
  ])('that are %s are refused', async (_what, document, message) => {
    const { status, body } = await house.ask('POST', '/cards/restore', { document })
    expect(status).toBe(422)
    expect(body.error?.message).toMatch(message)
    expect((await house.ask('POST', '/cards/restore', { document, replace: true })).status).toBe(422)
  })

  test('with too many tracks are refused, and one of 900 KB is not', async () => {
    const json = JSON.parse(oddDocument)
    const [chapter] = json.content.chapters
    const chapters = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ ...chapter, key: String(at) }))
    const many = { ...json, content: { chapters: chapters(51) } }
    const refused = await house.ask('POST', '/cards/restore', { document: many })
    expect(refused.body.error?.message).toContain('102 tracks')
    const long = { ...json, note: '"é\n'.repeat(150_000), content: { chapters: chapters(50) } }
    const document = JSON.stringify(long)
    expect(Buffer.byteLength(document)).toBeGreaterThan(900_000)
    const { status, body } = await house.ask('POST', '/cards/restore', { document })
    expect(status).toBe(200)
    expect(
      await (await fetch(`${house.url}/api/account/cards/${body.card_id}/document`)).json(),
    ).toMatchObject({
      note: long.note,
    })
  })

  test('whose card may have been made are not sent twice, and the error says so', async () => {
    for (const fault of [{ status: null }, { status: 200, cut: 0.5 }]) {
      const order = house.cloud.restTrouble.add({ call: /^POST .content/, done: true, times: 9, ...fault })
      const { status, body } = await house.ask('POST', '/cards/restore', { document: oddDocument })
      expect(status).toBe(503)
      expect(body.error?.message).toContain('look whether the account has the card')
      expect(order.taken).toBe(1)
      house.cloud.restTrouble.clear()
    }
  })
})

const streamContent = { chapters: [{ key: '01', title: 'One', tracks: [streamedTrack] }] }

describe('a deletion', () => {
  const deleted = async () => (await house.ask('GET', '/deleted-cards')).body.cards as { card_id: string }[]

  test('keeps the document, from which the card is made anew', async () => {
    expect(await house.ask('DELETE', '/cards/odd01', {})).toMatchObject(conflict('odd01', '"theirs": true'))
    expect(await deleted()).toEqual([])
    const { status, body } = await house.ask('DELETE', '/cards/odd01', { theirs: true })
    expect(status).toBe(200)
    expect(body).toMatchObject({ success: true, card_id: 'odd01', message: expect.stringContaining('Café') })
    expect((await house.ask('GET', '/cards/odd01')).status).toBe(404)
    expect((await house.ask('GET', '/cards')).body.count).toBe(1)
    expect(await deleted()).toEqual([
      { card_id: 'odd01', title: 'Café', deleted_at: expect.any(String), kept_until: body.kept_until },
    ])
    const restored = (await house.ask('POST', '/deleted-cards/odd01/restore')).body
    expect(restored).toMatchObject({ former_card_id: 'odd01', title: 'Café' })
    expect(restored.card_id).not.toBe('odd01')
    expect(await house.other.text(String(restored.card_id))).toContain('"order": 1.0')
    expect(await deleted()).toEqual([])
    expect((await house.ask('POST', '/deleted-cards/odd01/restore')).status).toBe(404)
  })

  test('may be asked for without a body', async () => {
    expect((await house.ask('DELETE', '/cards/odd01?theirs=yes')).status).toBe(422)
    expect((await house.ask('DELETE', '/cards/odd01?theirs=true')).status).toBe(200)
  })

  test('of a card of ours is not made here', async () => {
    const { card_id } = await publish()
    expect(await house.ask('DELETE', `/cards/${card_id}`, { theirs: true })).toMatchObject(
      conflict('Bedroom', `DELETE /api/cards/${card_id}`),
    )
    expect((await house.ask('GET', `/cards/${card_id}`)).status).toBe(200)
  })

  test('whose answer is lost is done, and one that Yoto refuses leaves nothing behind', async () => {
    house.cloud.restTrouble.add({ call: /^DELETE/, status: 403, times: 1 })
    expect((await house.ask('DELETE', '/cards/odd01', { theirs: true })).status).toBe(502)
    expect(await deleted()).toEqual([])
    house.cloud.restTrouble.add({ call: /^DELETE/, status: null, done: true, times: 1 })
    expect((await house.ask('DELETE', '/cards/odd01', { theirs: true })).status).toBe(200)
    expect(await deleted()).toHaveLength(1)
  })

  test('of which nobody knows keeps the document, and says so', async () => {
    house.cloud.restTrouble.add({ call: /^DELETE/, status: 503, times: 9 })
    const { status, body } = await house.ask('DELETE', '/cards/odd01', { theirs: true })
    expect(status).toBe(503)
    expect(body.error?.message).toContain('its document is kept under /api/account/deleted-cards')
    expect(await deleted()).toHaveLength(1)
  })

  test('restored twice at once makes one card', async () => {
    await house.ask('DELETE', '/cards/odd01', { theirs: true })
    const restore = () => house.ask('POST', '/deleted-cards/odd01/restore')
    const answers = await Promise.all([restore(), restore()])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404])
  })
})

test('a document that is nested 10,000 deep is refused in words, however it is sent', async () => {
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
  const document = `{"title":"Deep","content":{"chapters":[{"tracks":[{"key":"01"}],"x":${deep}}]}}`
  for (const body of [`{"document":${document}}`, JSON.stringify({ document }), deep])
    expect(await sent('/account/cards/restore', body)).toMatchObject([
      422,
      { error: { code: 'unprocessable', message: expect.stringContaining('more than 100 deep') } },
    ])
  for (const path of ['/cards', '/streams/bedroom/queue', '/rules/check'])
    expect((await sent(path, `{"x":${deep}}`))[0], path).toBe(422)
  const text = `rules:\n  - name: deep\n    when: ${deep}\n`
  expect((await sent('/rules/check', JSON.stringify({ text })))[0]).toBeLessThan(500)
})

async function sent(path: string, body: string): Promise<[number, unknown]> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${house.url}/api${path}`, { method: 'POST', headers, body })
  return [answer.status, await answer.json().catch(() => null)]
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

function filesIn(zip: Buffer): Promise<ReadonlyMap<string, string>> {
  return new Promise((resolve, reject) => {
    const files = new Map<string, string>()
    yauzl.fromBuffer(zip, { lazyEntries: true }, (error, opened) => {
      if (error) return reject(error)
      opened.on('entry', (entry: yauzl.Entry) => {
        opened.openReadStream(entry, async (fault, stream) => {
          if (fault) return reject(fault)
          files.set(entry.fileName, Buffer.concat(await all<Buffer>(stream)).toString())
          opened.readEntry()
        })
      })
      opened.on('end', () => resolve(files)).on('error', reject)
      opened.readEntry()
    })
  })
}
