import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Library } from '../../src/audio/library/library.ts'
import type { PublishedCards } from '../../src/cards/published.ts'
import type { CardPress } from '../../src/http/api/cards.ts'
import type { Listener } from '../../src/http/server.ts'
import { deskWithoutAccount } from '../../src/wiring/account.ts'
import { houseOf } from '../../src/wiring/panel-house.ts'
import { type Ground, newGround, startCards } from '../cards/household.ts'
import { send } from '../support/ask.ts'
import { cardDeskOf } from '../support/card-desk.ts'
import { houseWith, withoutPast } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'
import { recordingLog } from '../support/recording-log.ts'

const press: CardPress = {
  at: '2026-11-21T10:00:00.000+00:00',
  player: 'y1',
  button: 'left',
  place: 'left-a',
  via: 'http',
  counted: false,
}

let ground: Ground
let cards: PublishedCards
let door: Listener

beforeEach(async () => {
  ground = newGround()
  cards = await startCards(ground)
  const { hub, perform } = houseWith()
  await hub.mutateQueue('bedroom', { op: 'append', files: ['a.mp3'] }, 'the test')
  const house = houseOf({
    ...withoutPast,
    version: '0.0.0',
    hub,
    library: new Library({ folders: [], log: recordingLog() }),
    onLibraryChange: () => () => undefined,
    cards,
    cardDesk: cardDeskOf(cards),
    presses: (cardId) => (cardId === 'card0' ? [press] : []),
    simulator: null,
    account: deskWithoutAccount,
    perform,
    health: () => ({}),
  })
  door = await openPanelDoor(house)
})

afterEach(() => door.stop())

async function call(method: string, path: string, body?: unknown) {
  const answer = await send(door, { method, path, body })
  const text = await answer.text()
  const keys = cards.list().flatMap(({ key, old_keys }) => [key, ...old_keys.map((old) => old.key)])
  for (const key of keys) expect(text).not.toContain(key)
  return {
    status: answer.status,
    body: JSON.parse(text) as Record<string, never> & { error?: { message: string } },
  }
}

const queueCard = {
  card_id: 'card0',
  title: 'bedroom',
  stream: 'bedroom',
  story: null,
  tracks: null,
  icon: null,
  cover_url: null,
  kind: 'queue',
  slots: 'interactive',
  confirm: 'request',
  player: null,
  distrusted: null,
  old_keys_end_at: null,
  audio: 'streamed',
  uploading: null,
}
const streamCard = {
  ...queueCard,
  card_id: 'card1',
  title: 'Nap',
  kind: 'stream',
  slots: null,
  confirm: null,
}

async function bothCards() {
  const made = [
    await call('POST', '/cards', { stream: 'bedroom' }),
    await call('POST', '/cards', { stream: 'bedroom', title: 'Nap', kind: 'stream' }),
  ]
  expect(made.map(({ status }) => status)).toEqual([200, 200])
  return made.map(({ body }) => body)
}

describe('published cards', () => {
  test('are shown with all there is to know of them, but never with a key', async () => {
    expect(await bothCards()).toEqual([queueCard, streamCard])
    expect((await call('GET', '/cards')).body).toEqual({
      cards: [
        { ...queueCard, outdated: [] },
        { ...streamCard, outdated: [] },
      ],
      count: 2,
    })
    expect((await call('GET', '/cards/card1')).body).toEqual({ ...streamCard, outdated: [], presses: [] })
  })

  test('are shown one by one with the presses on them', async () => {
    await bothCards()
    expect((await call('GET', '/cards/card0')).body).toEqual({ ...queueCard, outdated: [], presses: [press] })
  })

  test('are made for a player, cut and confirmed as is asked', async () => {
    const wish = { slots: 'linear', confirm: 'mqtt', player: 'y1' }
    const made = await call('POST', '/cards', { stream: 'bedroom', title: 'Trains', ...wish })
    expect(made.body).toEqual({ ...queueCard, title: 'Trains', ...wish })
    expect(ground.account.saved[0]?.plan.chapters[0]?.key).toBe('01')
  })

  test('are changed', async () => {
    await bothCards()
    const wish = { title: 'Trains', slots: 'linear', confirm: 'mqtt', player: 'y1' }
    expect(await call('PUT', '/cards/card0', wish)).toEqual({ status: 200, body: { ...queueCard, ...wish } })
    expect((await call('PUT', '/cards/card0', { player: null })).body).toMatchObject({ player: null })
    expect((await call('PUT', '/cards/card1', { title: 'Sleep', player: 'y1' })).body).toEqual({
      ...streamCard,
      title: 'Sleep',
      player: 'y1',
    })
  })

  test('are trusted again by one who says so', async () => {
    await bothCards()
    await cards.distrust(cards.card('card0').key, 'Nursery asks ahead')
    expect((await call('GET', '/cards/card0')).body).toMatchObject({
      confirm: 'mqtt',
      distrusted: 'Nursery asks ahead',
    })
    expect((await call('PUT', '/cards/card0', { confirm: 'request' })).body).toEqual(queueCard)
  })

  test('stay as they are when the account does not take a change', async () => {
    await bothCards()
    ground.account.fault = 'refused'
    const change = await call('PUT', '/cards/card0', { title: 'Trains', player: 'y1' })
    expect(change).toMatchObject({ status: 502, body: { error: { message: 'the account says refused' } } })
    ground.account.fault = 'unavailable'
    expect((await call('PUT', '/cards/card0', { slots: 'linear' })).status).toBe(503)
    expect((await call('GET', '/cards')).body).toEqual({
      cards: [queueCard, streamCard].map((card) => ({ ...card, outdated: [] })),
      count: 2,
    })
  })

  test.each<[string, string, unknown, number, string]>([
    ['GET', '/cards/nope0', undefined, 404, 'there is no published card "nope0"'],
    ['PUT', '/cards/nope0', { title: 'A' }, 404, 'there is no published card "nope0"'],
    ['POST', '/cards/nope0/rotate-key', {}, 404, 'there is no published card "nope0"'],
    ['POST', '/cards/nope0/rotate-key', { now: true }, 404, 'there is no published card "nope0"'],
    ['PUT', '/cards/card0', { player: 'y9' }, 404, 'there is no player "y9"'],
    ['POST', '/cards', { stream: 'bedroom', player: 'y9' }, 404, 'there is no player "y9"'],
    ['PUT', '/cards/card0', {}, 422, 'body'],
    ['PUT', '/cards/card0', undefined, 422, 'body'],
    ['PUT', '/cards/card0', { title: '' }, 422, 'title'],
    ['PUT', '/cards/card0', { title: 'x'.repeat(101) }, 422, 'title'],
    ['PUT', '/cards/card0', { slots: 'round' }, 422, 'slots is none of the values it may have'],
    ['PUT', '/cards/card0', { confirm: null }, 422, 'confirm'],
    ['PUT', '/cards/card0', { player: '' }, 422, 'player'],
    ['PUT', '/cards/card0', { kind: 'stream' }, 422, 'kind is not known here'],
    ['PUT', '/cards/card1', { slots: 'linear' }, 422, 'slots: only a queue card has this'],
    [
      'PUT',
      '/cards/card1',
      { confirm: 'mqtt', slots: 'linear' },
      422,
      'slots and confirm: only a queue card',
    ],
    ['POST', '/cards', { stream: 'bedroom', kind: 'stream', confirm: 'mqtt' }, 422, 'confirm: only a queue'],
    ['POST', '/cards', { stream: 'queues' }, 422, 'reserved'],
    ['POST', '/cards', { stream: 'bedroom', chapters: 2 }, 422, 'chapters'],
    ['POST', '/cards', { tracks: [{ file: 'a.mp3' }] }, 422, 'title: is missing'],
    ['POST', '/cards', { title: 'A', kind: 'tracks' }, 422, 'tracks: is missing'],
    ['POST', '/cards', { title: 'A', tracks: [] }, 422, 'tracks'],
    ['POST', '/cards', { title: 'A', tracks: Array(101).fill({ file: 'a.mp3' }) }, 422, 'tracks'],
    ['POST', '/cards', { title: 'A', tracks: [{}] }, 422, 'tracks[0]: name one of'],
    ['POST', '/cards', { title: 'A', tracks: [{ file: 'a.mp3', stream: 'b' }] }, 422, 'not 2 of them'],
    [
      'POST',
      '/cards',
      { title: 'A', tracks: [{ file: 'nowhere.mp3' }] },
      404,
      'not in the library: nowhere.mp3',
    ],
    ['POST', '/cards', { title: 'A', tracks: [{ stream: 'queues' }] }, 422, 'reserved'],
    ['POST', '/cards', { title: 'A', tracks: [{ url: 'ftp://example.org/a' }] }, 422, 'tracks[0].url'],
    ['POST', '/cards', { title: 'A', tracks: [{ url: 'https://a:b@example.org/' }] }, 422, 'tracks[0].url'],
    ['POST', '/cards', { title: 'A', tracks: [{ stream: 'b', audio: 'uploaded' }] }, 422, 'only a file'],
    ['POST', '/cards', { title: 'A', tracks: [{ stream: 'b' }], slots: 'linear' }, 422, 'slots'],
    ['POST', '/cards', { title: 'A', tracks: [{ stream: 'b' }], stream: 'b' }, 422, 'stream'],
    ['POST', '/cards', { stream: 'bedroom', icon: 'short' }, 422, 'icon'],
    ['POST', '/cards', { stream: 'bedroom', cover_url: 'file:///a.jpg' }, 422, 'cover_url'],
    ['PUT', '/cards/card0', { tracks: [{ stream: 'b' }] }, 422, 'it was not made of tracks'],
    ['DELETE', '/cards/nope0', undefined, 404, 'there is no published card "nope0"'],
    ['POST', '/cards/nope0/publish', undefined, 404, 'there is no published card "nope0"'],
    ['GET', '/cards/nope0/account', undefined, 404, 'there is no published card "nope0"'],
    ['POST', '/cards/card0/rotate-key', { now: 'yes' }, 422, 'now'],
    ['POST', '/cards/card0/rotate-key', { soon: true }, 422, 'soon is not known here'],
    ['POST', '/streams/attic/rotate-key', {}, 404, 'there is no stream "attic"'],
    ['POST', '/streams/a%2Fb/rotate-key', {}, 422, 'cannot be a stream'],
    ['POST', '/streams/bedroom/rotate-key', { now: 1 }, 422, 'now'],
  ])('%s %s with %j is %i', async (method, path, body, status, message) => {
    await bothCards()
    const refused = await call(method, path, body)
    expect(refused.status).toBe(status)
    expect(refused.body.error?.message).toContain(message)
    expect((await call('GET', '/cards')).body).toEqual({
      cards: [queueCard, streamCard].map((card) => ({ ...card, outdated: [] })),
      count: 2,
    })
  })
})

describe('cards with pictures, of tracks, and gone', () => {
  const icon = 'i'.repeat(43)
  const cover_url = 'https://example.org/cover.jpg'

  test('have the cover and the icon that they were given, and keep them', async () => {
    const made = await call('POST', '/cards', { stream: 'bedroom', icon, cover_url })
    expect(made.body).toEqual({ ...queueCard, icon, cover_url })
    const plan = () => ground.account.saved.at(-1)?.plan
    expect(plan()).toMatchObject({ cover: cover_url })
    expect(new Set(plan()?.chapters.map((chapter) => chapter.icon))).toEqual(new Set([icon]))
    const other = 'j'.repeat(43)
    const changed = await call('PUT', '/cards/card0', { icon: other })
    expect(changed.body).toEqual({ ...queueCard, icon: other, cover_url })
    expect(plan()?.chapters[0]?.icon).toBe(other)
    expect((await call('PUT', '/cards/card0', { title: 'B' })).body).toMatchObject({ icon: other, cover_url })
  })

  test('have them taken off by null, once: what others put there afterwards stays', async () => {
    await call('POST', '/cards', { stream: 'bedroom', icon, cover_url })
    const bare = await call('PUT', '/cards/card0', { icon: null })
    expect(bare).toMatchObject({ status: 200, body: { icon: null, cover_url } })
    const plan = () => ground.account.saved.at(-1)?.plan
    expect(new Set(plan()?.chapters.map((chapter) => chapter.icon))).toEqual(new Set([null]))
    expect(plan()?.cover).toBe(cover_url)
    expect((await call('PUT', '/cards/card0', { cover_url: null })).body).toEqual(queueCard)
    expect(plan()?.cover).toBeNull()
    expect(plan()?.chapters[0]).not.toHaveProperty('icon')
    await call('POST', '/cards/card0/publish')
    expect(plan()).not.toHaveProperty('cover')
    expect(cards.card('card0').look).toBeNull()
  })

  test('that the account does not take keep the pictures they have', async () => {
    await call('POST', '/cards', { stream: 'bedroom', icon, cover_url })
    ground.account.fault = 'refused'
    expect((await call('PUT', '/cards/card0', { icon: null, cover_url: null })).status).toBe(502)
    expect((await call('GET', '/cards/card0')).body).toMatchObject({ icon, cover_url })
  })

  test('of tracks take an icon off a track by null, and by another list that names none', async () => {
    const url = 'https://example.org/a.mp3'
    const own = 'k'.repeat(43)
    const icons = () => ground.account.saved.at(-1)?.plan.chapters.map((chapter) => chapter.icon)
    await call('POST', '/cards', { title: 'Two', tracks: [{ url, icon: own }, { url }, { url, icon: null }] })
    expect(icons()).toEqual([own, undefined, undefined])
    await call('PUT', '/cards/card0', { tracks: [{ url }, { url, icon: null }, { url }] })
    expect(icons()).toEqual([null, null, undefined])
    await call('PUT', '/cards/card0', { title: 'Three' })
    expect(icons()).toEqual([undefined, undefined, undefined])
    await call('PUT', '/cards/card0', { icon, tracks: [{ url, icon: null }, { url, icon: own }, { url }] })
    expect(icons()).toEqual([icon, own, icon])
  })

  test('are made of tracks, with icons of their own and that of the card for the others', async () => {
    const tracks = [
      { stream: 'bedroom', icon: 'k'.repeat(43) },
      { url: 'https://example.org/a.mp3', title: 'A' },
    ]
    const made = await call('POST', '/cards', { title: 'Two', icon, tracks })
    expect(made).toMatchObject({ status: 200, body: { kind: 'tracks', stream: null, slots: null } })
    const chapters = ground.account.saved.at(-1)?.plan.chapters
    expect(chapters?.map(({ key, title, icon }) => [key, title, icon?.[0]])).toEqual([
      ['01', 'bedroom', 'k'],
      ['02', 'A', 'i'],
    ])
    cards = await startCards(ground)
    expect(cards.card('card0').tracks).toEqual([
      { title: 'bedroom', plays: { stream: 'bedroom' }, icon: 'k'.repeat(43) },
      { title: 'A', isNamed: true, plays: { url: 'https://example.org/a.mp3' } },
    ])
  })

  test('that the account does not have any more are told so, with the way out', async () => {
    await bothCards()
    ground.account.cards.delete('card0')
    const refused = await call('PUT', '/cards/card0', { title: 'Trains' })
    expect(refused.status).toBe(404)
    expect(refused.body.error?.message).toContain('POST /api/cards/card0/publish makes it anew')
    const anew = await call('POST', '/cards/card0/publish')
    expect(anew).toMatchObject({ status: 200, body: { title: 'bedroom' } })
    expect(anew.body.card_id).not.toBe('card0')
    expect((await call('GET', '/cards')).body).toMatchObject({ count: 2 })
  })

  test('are kept where the account does not delete them', async () => {
    await bothCards()
    ground.account.fault = 'unavailable'
    expect((await call('DELETE', '/cards/card0')).status).toBe(503)
    ground.account.fault = null
    expect((await call('GET', '/cards')).body).toMatchObject({ count: 2 })
    expect((await call('DELETE', '/cards/card0')).body).toEqual({
      success: true,
      message: 'card "bedroom" is deleted',
    })
    expect([...ground.account.cards.keys()]).toEqual(['card1'])
    expect((await call('GET', '/cards')).body).toEqual({ cards: [{ ...streamCard, outdated: [] }], count: 1 })
    cards = await startCards(ground)
    expect(cards.list().map(({ card_id }) => card_id)).toEqual(['card1'])
  })
})

describe('new keys', () => {
  test('of a card: it is published again, and the old key lives on for a while', async () => {
    await bothCards()
    const { status, body } = await call('POST', '/cards/card0/rotate-key')
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        success: true,
        message:
          'card "bedroom" has a new key; 1 card was published again; old keys work until 2026-11-28T10:00:00.000+00:00 at most, that of a card until a player uses its new one',
        cards: [{ card_id: 'card0', title: 'bedroom', republished: true }],
        old_keys_end_at: '2026-11-28T10:00:00.000+00:00',
      },
    })
    expect((await call('GET', '/cards/card0')).body.old_keys_end_at).toBe('2026-11-28T10:00:00.000+00:00')
    expect((await call('GET', '/cards/card1')).body.old_keys_end_at).toBeNull()
  })

  test('of a stream: its address is another, and all its cards are published again', async () => {
    await bothCards()
    const address = (await call('GET', '/streams/bedroom/queue')).body.url
    const { body } = await call('POST', '/streams/bedroom/rotate-key', { now: true })
    expect(body).toEqual({
      success: true,
      message: 'stream "bedroom" has new keys; 2 cards were published again; old keys open nothing any more',
      cards: [
        { card_id: 'card0', title: 'bedroom', republished: true },
        { card_id: 'card1', title: 'Nap', republished: true },
      ],
      old_keys_end_at: null,
    })
    expect((await call('GET', '/streams/bedroom/queue')).body.url).not.toBe(address)
  })

  test('are given although the account is away, and the answer says what is left to do', async () => {
    await bothCards()
    ground.account.fault = 'unavailable'
    const { status, body } = await call('POST', '/streams/bedroom/rotate-key', { now: true })
    expect(status).toBe(200)
    const reason = 'the account says unavailable'
    expect(body).toMatchObject({
      message: `stream "bedroom" has new keys; 2 cards were not published again yet; that is tried again by itself; other cards of the account could not all be looked through for old keys yet (${reason}); old keys open nothing any more`,
      cards: [
        { card_id: 'card0', republished: false, reason },
        { card_id: 'card1', republished: false, reason },
      ],
    })
  })
})

test.each([
  [0, '"bedroom" deleted; its address is kept for 30 days, and a stream of that name plays there again'],
  [1, '"bedroom" deleted; 1 card keeps its address for 30 days, and a stream of that name plays there again'],
  [
    2,
    '"bedroom" deleted; 2 cards keep their address for 30 days, and a stream of that name plays there again',
  ],
])('who deletes a stream with %i cards is told how long their address is kept', async (count, message) => {
  for (let made = 0; made < count; made++) await call('POST', '/cards', { stream: 'bedroom' })
  expect((await call('DELETE', '/streams/bedroom')).body).toEqual({
    ...{ success: true, message },
    comes_back: [],
  })
})
