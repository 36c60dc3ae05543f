import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CardComparison } from '../src/http/api/card-account.ts'
import type { PublishedCardView } from '../src/http/api/cards.ts'
import { type StoryHouse, storyHouse } from './support/story-house.ts'

let at: StoryHouse

beforeAll(async () => {
  at = await storyHouse()
  await at.call('POST', '/streams/evening/queue', {
    files: ['music/lullaby-one.mp3', 'music/lullaby-two.mp3'],
  })
}, 60_000)

afterAll(() => at.remove())

const file = 'music/good-morning.mp3'

async function nothingUnderWay(cardId: string): Promise<void> {
  for (let turns = 0; turns < 3_000; turns++) {
    const card: PublishedCardView = (await at.call('GET', `/cards/${cardId}`)).body
    if (card.uploading === null) return
    await at.clock.advance(100)
    await pause(2)
  }
  throw new Error('never uploaded')
}

const comparison = async (cardId: string): Promise<CardComparison> =>
  (await at.call('GET', `/cards/${cardId}/account`)).body

describe('every kind of card is made, changed, played and deleted', () => {
  test.each([
    ['a queue card', { stream: 'evening' }],
    ['a queue card cut in a row', { stream: 'evening', slots: 'linear' }],
    ['a stream card', { stream: 'evening', kind: 'stream', chapters: 3 }],
    ['a story that its card tells', { story: 'lighthouse', run: 'card' }],
    ['a story that its card tells without us', { story: 'lighthouse', run: 'card', audio: 'uploaded' }],
    ['a story that is decided here', { story: 'lighthouse', run: 'live' }],
    ['a file that streams', { title: 'One', tracks: [{ file }] }],
    ['uploaded files', { title: 'Two', tracks: [{ file }, { file }], audio: 'uploaded' }],
    ['a mix', { title: 'Three', tracks: [{ file, audio: 'uploaded' }, { stream: 'evening' }, { file }] }],
  ])('%s', { timeout: 120_000 }, async (_, body) => {
    const { app, call, pass, player, state } = at
    const cover_url = 'https://example.org/cover.jpg'
    const made = await call('POST', '/cards', { ...body, cover_url })
    expect(made).toMatchObject({ status: 200, body: { cover_url } })
    const { card_id }: PublishedCardView = made.body
    await nothingUnderWay(card_id)
    expect(await comparison(card_id)).toEqual({ state: 'same', differences: [] })

    expect((await call('PUT', `/cards/${card_id}`, { title: 'Another' })).status).toBe(200)
    expect(await app.simulator?.card(card_id)).toMatchObject({
      title: 'Another',
      metadata: { cover: { imageL: cover_url } },
    })
    expect(await comparison(card_id)).toMatchObject({ state: 'same' })

    await call('POST', `/simulator/players/${player}/insert`, { card_id })
    await pass('it plays', () => state()?.playback === 'playing' && state()?.card_id === card_id)
    expect(state()).toMatchObject({ card_title: 'Another', cover_url })
    await pass('some of it is heard', () => (state()?.position_s ?? 0) >= 2)
    await call('POST', `/simulator/players/${player}/remove`)
    await pass('it is out', () => state()?.card_id === null)

    expect((await call('PUT', `/cards/${card_id}`, { cover_url: null, icon: null })).status).toBe(200)
    expect(JSON.stringify(await app.simulator?.card(card_id))).not.toContain(cover_url)
    expect(await comparison(card_id)).toMatchObject({ state: 'same' })

    const { key } = app.cards.card(card_id)
    expect((await call('DELETE', `/cards/${card_id}`)).status).toBe(200)
    expect(await app.simulator?.card(card_id)).toBeUndefined()
    expect(app.cards.byKey(key)).toBeUndefined()
    expect((await call('GET', `/cards/${card_id}`)).status).toBe(404)
    expect((await call('GET', '/account/deleted-cards')).body).toMatchObject({
      cards: expect.arrayContaining([expect.objectContaining({ card_id })]),
    })
  })
})
