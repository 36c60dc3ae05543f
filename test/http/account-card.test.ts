import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { AccountCardDesk } from '../../src/wiring/account-card-desk.ts'
import {
  type AccountHouse,
  boughtCard,
  iconOf,
  oddDocument,
  openAccountHouse,
  signedAddress,
} from '../support/account-house.ts'
import { recordingLog } from '../support/recording-log.ts'

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

describe('one card', () => {
  test('is shown with its chapters and tracks, and no address of audio', async () => {
    const { status, body } = await house.ask('GET', '/cards/08aB0')
    expect(status).toBe(200)
    expect(body).toEqual({
      card_id: '08aB0',
      title: 'Bought stories',
      author: 'Ann',
      description: 'Words',
      cover_url: 'https://example.org/cover.jpg?width=250',
      updated_at: boughtCard.updatedAt,
      whose: 'family',
      interactive: true,
      chapters: [
        {
          key: '07',
          title: 'Seven',
          icon: 'yoto:#icon',
          seconds: 349,
          tracks: [
            { key: '08', title: 'Eight', kind: 'uploaded', seconds: 349, hidden: false },
            { key: 't1', title: 'Rain', kind: 'streamed', seconds: null, hidden: true },
          ],
        },
      ],
    })
    expect(JSON.stringify(body)).not.toMatch(/secure-media|r\.mp3/)
    const ours = await publish()
    expect((await house.ask('GET', `/cards/${ours.card_id}`)).body).toMatchObject({
      whose: 'ours',
      interactive: true,
    })
    expect((await house.ask('GET', '/cards/odd01')).body).toMatchObject({
      whose: 'own',
      title: 'Café',
      author: null,
    })
  })

  test.each(['none0', '..%2Fmine', 'mine', 'x%2F..%2Fmine', '%2e%2e%2f'])(
    'is not found under %s',
    async (id) => {
      expect((await house.ask('GET', `/cards/${id}`)).status).toBe(404)
      expect((await house.ask('PUT', `/cards/${id}`, { title: 'B', theirs: true })).status).toBe(404)
      expect((await house.ask('DELETE', `/cards/${id}`, { theirs: true })).status).toBe(404)
    },
  )

  test('is told without pictures whose addresses open something by themselves', async () => {
    const signedAlso = JSON.stringify(signedAddress)
    const document = oddDocument
      .replace(`"${iconOf('a')}"`, signedAlso)
      .replace('"note"', `"cover":{"imageL":${signedAlso}},"note"`)
    await house.records.set('odd01', { document })
    const { body } = await house.ask('GET', '/cards/odd01')
    expect(body).toMatchObject({ title: 'Café', cover_url: null, chapters: [{ key: 'c1', icon: null }] })
    expect(JSON.stringify(body)).not.toContain('Signature')
  })

  const recorded = resolve('../shared/fixtures/yoto/rest-card-detail-linear.json')
  test.skipIf(!existsSync(recorded))(
    'that was recorded is told without its signed addresses (skipped where it is absent)',
    async () => {
      const { card } = JSON.parse(readFileSync(recorded, 'utf8'))
      await house.records.set(card.cardId, { document: JSON.stringify(card) })
      const { status, body } = await house.ask('GET', `/cards/${card.cardId}`)
      expect(status).toBe(200)
      expect(body.whose).toBe('family')
      expect(body.chapters).toHaveLength(2)
      expect(JSON.stringify(body)).not.toMatch(/Signature|secure-media|long url/)
    },
  )
})

describe('a change', () => {
  test('is made at its places alone, and told', async () => {
    const change = {
      title: '素敵な物語 😀',
      author: 'Zoë',
      description: '',
      cover_url: 'https://example.org/c.jpg',
      chapters: [{ key: 'c1', title: 'Eins', icon: 'z'.repeat(43) }],
    }
    const { status, body } = await house.ask('PUT', '/cards/odd01', { ...change, theirs: true })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      card_id: 'odd01',
      whose: 'own',
      title: change.title,
      author: 'Zoë',
      description: null,
      cover_url: change.cover_url,
      chapters: [{ key: 'c1', title: 'Eins', icon: iconOf('z') }],
    })
    const text = await house.other.text('odd01')
    for (const kept of ['"title" : "素敵な物語 😀"', '"order": 1.0', '{"note":1e2', iconOf('b')])
      expect(text).toContain(kept)
    // The track that showed its chapter's picture shows the new one.
    expect(text.split(iconOf('z'))).toHaveLength(3)
    expect(text).not.toContain(iconOf('a'))
    const { body: listed } = await house.ask('GET', '/cards')
    expect(JSON.stringify(listed)).toContain(change.title)
  })

  test('of a card that is not ours needs that it is said', async () => {
    expect(await house.ask('PUT', '/cards/odd01', { title: 'B' })).toMatchObject(
      conflict('"Café"', 'odd01', 'not made by this product', '"theirs": true'),
    )
    expect(await house.other.text('odd01')).toBe(`{"card":${oddDocument}}`)
  })

  test('of a card of ours is made here, but for its titles', async () => {
    const { card_id } = await publish()
    const refusal = conflict('Bedroom', `PUT /api/cards/${card_id}`)
    expect(await house.ask('PUT', `/cards/${card_id}`, { title: 'B', theirs: true })).toMatchObject(refusal)
    const chapters = [{ key: 'start', title: 'B' }]
    expect(await house.ask('PUT', `/cards/${card_id}`, { chapters })).toMatchObject(refusal)
    const change = { author: 'Ann', chapters: [{ key: 'start', icon: iconOf('z') }] }
    expect((await house.ask('PUT', `/cards/${card_id}`, change)).status).toBe(200)
    await house.cards.published.change(card_id ?? '', { title: 'Nursery' })
    expect((await house.ask('GET', `/cards/${card_id}`)).body).toMatchObject({
      title: 'Nursery',
      author: 'Ann',
    })
  })

  test('of a bought card is refused in words', async () => {
    for (const [method, body] of [
      ['PUT', { title: 'B', theirs: true }],
      ['DELETE', { theirs: true }],
    ] as const)
      expect(await house.ask(method, '/cards/08aB0', body)).toMatchObject(
        conflict('Bought stories', 'only its maker can change'),
      )
    expect(await house.ask('GET', '/cards/08aB0/document')).toMatchObject(conflict('only its maker'))
  })

  test('that is meant for another state of the card is refused', async () => {
    const { updated_at } = (await house.ask('GET', '/cards/odd01')).body
    await house.cards.accountDesk.change('odd01', { author: 'Somebody' }, { theirs: true, ifUpdatedAt: null })
    const wish = { title: 'B', theirs: true, if_updated_at: updated_at }
    const refused = await house.ask('PUT', '/cards/odd01', wish)
    expect(refused).toMatchObject(conflict('Café', 'changed by somebody else'))
    const { details } = refused.body.error as { details: { updated_at: string } }
    const now = { ...wish, if_updated_at: details.updated_at }
    expect(
      (await house.ask('DELETE', '/cards/odd01', { theirs: true, if_updated_at: updated_at })).status,
    ).toBe(409)
    expect((await house.ask('PUT', '/cards/odd01', now)).body).toMatchObject({
      title: 'B',
      author: 'Somebody',
    })
  })

  test.each([
    [{ title: 'x'.repeat(101) }, /title/],
    [{ title: '  ' }, /title: must have 1 to 100/],
    [{ cover_url: 'javascript:alert(1)' }, /cover_url: must be an http/],
    [{ chapters: [] }, /chapters/],
    [{ chapters: [{ key: 'none', title: 'B' }] }, /none with the key "none"/],
    [{ chapters: [{ key: 'c1' }, { key: 'c1' }] }, /more than once/],
    [{ chapters: [{ key: 'c1', title: ' ' }] }, /the title of "c1"/],
    [{ chapters: [{ key: 'c1', icon: 'https://example.org/a.png' }] }, /is no icon/],
    [{ tracks: [] }, /tracks is not known here/],
    [{}, /.*/],
  ])('is not made where it cannot be: %j', async (change, message) => {
    const { status, body } = await house.ask('PUT', '/cards/odd01', { theirs: true, ...change })
    if (Object.keys(change).length === 0) expect(status).toBe(200)
    else {
      expect(status).toBe(422)
      expect(body.error?.message).toMatch(message)
    }
    expect(await house.other.text('odd01')).toBe(`{"card":${oddDocument}}`)
  })

  test.each([
    ['401', { status: 401 }, 502],
    ['403', { status: 403 }, 502],
    ['500', { status: 500 }, 503],
    ['no answer', { status: null }, 503],
    ['half a JSON', { status: 200, cut: 0.5 }, 503],
    ['nothing', { status: 200, cut: 0 }, 503],
  ])('that Yoto answers with %s is an error', async (_what, fault, status) => {
    house.cloud.restTrouble.add({ call: /^POST .content/, times: 9, ...fault })
    const answer = await house.ask('PUT', '/cards/odd01', { title: 'B', theirs: true })
    expect(answer).toMatchObject({ status, body: { error: { message: expect.stringContaining('Yoto') } } })
  })

  test('that is written is told, though the card cannot be read again', async () => {
    const away = async () => {
      throw new AppError('unavailable', 'Yoto is away')
    }
    const { published, known, deleted } = house.cards
    const desk = new AccountCardDesk({
      link: () => ({ cards: away, ownCard: away, familyCard: away, ownCards: house.link.ownCards }),
      ...{ published, known, deleted, mediaUrl: 'http://here/media/', log: recordingLog() },
    })
    const told = await desk.change('odd01', { title: 'B' }, { theirs: true, ifUpdatedAt: null })
    expect(told).toMatchObject({ title: 'B', whose: 'own', updated_at: null })
    expect(await house.other.text('odd01')).toContain('"title" : "B"')
  })
})
