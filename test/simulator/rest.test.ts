import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Collection } from '../../src/core/collection.ts'
import { House, streamCard } from './support/house.ts'

let house: House
const stored = new Map<string, unknown>()
const cards: Collection<unknown> = {
  get: async (key) => stored.get(key),
  set: async (key, value) => void stored.set(key, value),
  delete: async (key) => stored.delete(key),
  entries: async () => [...stored],
}

beforeEach(async () => {
  stored.clear()
  house = await House.open({ cards })
})
afterEach(() => house.close())

test('both players are listed, and a config write replaces the whole block', async () => {
  const { body } = await house.api('GET', '/device-v2/devices/mine')
  expect(body.devices).toMatchObject([
    { name: 'Nursery', deviceFamily: 'mini', online: true },
    { name: 'Den', deviceFamily: 'v3', online: true },
  ])
  const path = `/device-v2/${house.player(1).id}/config`
  const change = (config: unknown) => house.api('PUT', path, { deviceId: house.player(1).id, config })
  expect((await change({ maxVolumeLimit: '5', dayTime: '07:15' })).body).toEqual({ status: 'ok' })
  expect(house.player(1).snapshot()).toMatchObject({ volume: 5, volumeMax: 5 })
  await change({ dayTime: '08:00' })
  const { config } = (await house.api('GET', path)).body.device
  expect(config).toMatchObject({ maxVolumeLimit: '16', dayTime: '08:00' })
  expect((await change('loud')).status).toBe(400)
  expect((await house.api('GET', '/device-v2/nobody/config')).status).toBe(404)
})

test('shortcuts are kept as they were written, each player its own, and a config write leaves them alone', async () => {
  const path = (index: number) => `/device-v2/${house.player(index).id}`
  const shortcuts = async (index: number) =>
    (await house.api('GET', `${path(index)}/config`)).body.device.shortcuts
  const factory = await shortcuts(0)
  expect(factory).toMatchObject({
    modes: { day: { content: [{ params: { chapter: 'daily' } }, { params: { chapter: 'radio-day' } }] } },
  })
  const play = { cmd: 'track-play', params: { card: '08aB0', chapter: '01', track: '01' } }
  const modes = { day: { content: [play, play] }, night: { content: [] } }
  const written = await house.api('PUT', `${path(1)}/shortcuts`, { shortcuts: { modes } })
  expect(written).toEqual({ status: 200, body: { status: 'ok' } })
  const config = { maxVolumeLimit: '5', shortcuts: 'are no setting' }
  expect((await house.api('PUT', `${path(1)}/config`, { config })).status).toBe(200)
  const kept = await shortcuts(1)
  expect(kept).toEqual({ modes, versionId: expect.stringMatching(/^[0-9a-f]{40}$/) })
  expect(kept).not.toMatchObject({ versionId: (factory as { versionId: string }).versionId })
  expect(await shortcuts(0)).toEqual(factory)
})

test.each([
  [{}, 'shortcuts must be an object'],
  [{ shortcuts: [] }, 'shortcuts must be an object'],
  [{ shortcuts: { modes: { dusk: {} } } }, 'shortcuts.modes must be of day and night alone'],
  [{ shortcuts: { modes: { day: [] } } }, 'shortcuts.modes.day must be an object'],
  [{ shortcuts: { modes: { day: {} } } }, 'shortcuts.modes.day.content must be a list'],
  [
    { shortcuts: { modes: { night: { content: [{ cmd: 'x' }] } } } },
    'shortcuts.modes.night.content[0].params must be an object',
  ],
])('shortcuts of another form change nothing: %j', async (body, message) => {
  const path = `/device-v2/${house.player().id}`
  const { shortcuts } = (await house.api('GET', `${path}/config`)).body.device
  const refused = await house.api('PUT', `${path}/shortcuts`, body)
  expect(refused).toEqual({ status: 400, body: { error: { code: 'bad-request', message } } })
  expect((await house.api('GET', `${path}/config`)).body.device.shortcuts).toEqual(shortcuts)
})

test('shortcuts are written with the scope to manage players alone', async () => {
  const { access_token } = await house.signIn('family:devices:view')
  const headers = { authorization: `Bearer ${access_token}` }
  const url = `${house.cloud.apiUrl}/device-v2/${house.player().id}/shortcuts`
  const body = JSON.stringify({ shortcuts: { modes: {} } })
  expect((await fetch(url, { method: 'PUT', headers, body })).status).toBe(403)
  expect((await house.api('PUT', '/device-v2/nobody/shortcuts', { shortcuts: { modes: {} } })).status).toBe(
    404,
  )
})

test('a changed limit is heard of the player at once', async () => {
  const player = house.player(1)
  const ear = await house.listen(player)
  await ear.command('events/request')
  await house.until(() => ear.on('data/events').length === 1)
  const path = `/device-v2/${player.id}/config`
  const config = { maxVolumeLimit: '4', nightMaxVolumeLimit: '4' }
  await house.api('PUT', path, { deviceId: player.id, config })
  await house.until(() => ear.on('data/events').length === 2)
  expect(ear.on('data/events')[1]).toMatchObject({ volumeMax: 4, volume: 4 })
})

test('bought cards stand in the library of the family and are played, but are no own content', async () => {
  const card = { ...streamCard(['http://127.0.0.1:1/a.mp3']), cardId: '08aB0' }
  await house.close()
  house = await House.open({ cards, boughtCards: [card] })
  expect((await house.api('GET', '/content/mine')).body.cards).toEqual([])
  expect((await house.api('GET', '/content/08aB0')).status).toBe(404)
  expect((await house.api('POST', '/content', card)).status).toBe(404)
  expect((await house.api('GET', '/card/family/library')).body.cards).toMatchObject([
    { cardId: '08aB0', card: { title: 'Streams' } },
  ])
  const { body } = await house.api('GET', '/card/08aB0')
  expect(body).toMatchObject({ card: { userId: 'yoto' }, ownership: { cardIsMadeByUser: false } })
  await house.player().insert('08aB0')
  expect(house.player().snapshot().card).toBe('08aB0')
})

test('each save is newer than the one before, even within one moment', async () => {
  const card = streamCard(['http://example.org/a.mp3'])
  const cardId = await house.makeCard(card)
  const times: string[] = []
  for (let saves = 0; saves < 3; saves++)
    times.push((await house.api('POST', '/content', { ...card, cardId })).body.card.updatedAt)
  expect(times).toEqual([...new Set(times)].sort())
  expect((await house.api('GET', `/card/${cardId}`)).body.card.updatedAt).toBe(times[2])
})

test('calls end in the faults that are ordered for them, done or not', async () => {
  const { restTrouble } = house.cloud
  const card = streamCard(['http://example.org/a.mp3'])
  restTrouble.add({ call: /^POST .content$/, status: 429, retryAfterSeconds: 7, times: 1 })
  restTrouble.add({ call: /^POST .content$/, status: 500, done: true, times: 1 })
  restTrouble.add({ call: /^POST .content$/, status: null, times: 1 })
  expect(await house.api('POST', '/content', card)).toMatchObject({
    status: 429,
    body: { error: { code: 'too-many-requests' } },
  })
  const mine = async () => (await house.api('GET', '/content/mine')).body.cards.length
  expect(await mine()).toBe(0)
  expect((await house.api('POST', '/content', card)).status).toBe(500)
  expect(await mine()).toBe(1)
  await expect(house.api('POST', '/content', card)).rejects.toThrow()
  expect(await mine()).toBe(1)
  expect((await house.api('POST', '/content', card)).status).toBe(200)
})

test('a call that is not to be answered hangs until its caller goes, done or not, and the cloud stops all the same', async () => {
  const { restTrouble } = house.cloud
  const order = restTrouble.add({ call: /^POST .content$/, status: 'never', done: true, times: 2 })
  const patience = new AbortController()
  const { access_token } = await house.signIn('user:content:manage')
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' }
  const body = JSON.stringify(streamCard(['http://example.org/a.mp3']))
  const ask = (signal?: AbortSignal) =>
    fetch(`${house.cloud.apiUrl}/content`, { method: 'POST', headers, body, signal: signal ?? null })
  const first = ask(patience.signal)
  const mine = async () => (await house.api('GET', '/content/mine')).body.cards.length
  await house.until(() => order.taken === 1)
  while ((await mine()) < 1) await new Promise((resolve) => setTimeout(resolve, 5))
  const waited = Promise.race([first, new Promise((resolve) => setTimeout(resolve, 50, 'no answer'))])
  expect(await waited).toBe('no answer')
  patience.abort()
  await expect(first).rejects.toThrow()
  const second = expect(ask()).rejects.toThrow()
  await house.until(() => order.taken === 2)
  await house.cloud.stop()
  await second
})

test('a card is made, listed without chapters, read, replaced and deleted', async () => {
  const made = await house.api('POST', '/content', streamCard(['http://example.org/a.mp3']))
  const { cardId } = made.body.card
  expect(cardId).toMatch(/^[A-Za-z0-9]{5}$/)
  const mine = (await house.api('GET', '/content/mine')).body.cards
  expect(mine).toMatchObject([{ cardId, title: 'Streams' }])
  expect(mine[0]?.content).not.toHaveProperty('chapters')
  expect((await house.api('GET', '/card/family/library')).body.cards[0]?.card?.cardId).toBe(cardId)

  await house.clock.advance(1000)
  const next = { ...streamCard(['http://example.org/b.mp3']), cardId, title: 'Other' }
  expect((await house.api('POST', '/content', next)).body.card.cardId).toBe(cardId)
  const read = (await house.api('GET', `/content/${cardId}?playable=true`)).body.card
  expect(read.title).toBe('Other')
  expect(read.createdAt).toBe(made.body.card.createdAt)
  expect(read.updatedAt > made.body.card.updatedAt).toBe(true)

  expect((await house.api('DELETE', `/content/${cardId}`)).body).toEqual({ status: 'ok' })
  expect((await house.api('GET', `/content/${cardId}`)).status).toBe(404)
  expect((await house.api('POST', '/content', next)).status).toBe(404)
})

test('a card is given back in the very spelling in which it was sent', async () => {
  const sent = JSON.stringify(streamCard(['http://example.org/a.mp3']))
  const spelt = `{ "order" : 1.0,"big":12345678901234567890, "name":"\\u00e9",\n${sent.slice(1)}`
  const { access_token } = await house.signIn()
  const headers = { authorization: `Bearer ${access_token}` }
  const at = (path: string, init: RequestInit = {}) => fetch(house.cloud.apiUrl + path, { ...init, headers })
  const { card } = (await (await at('/content', { method: 'POST', body: spelt })).json()) as {
    card: { cardId: string }
  }
  const text = await (await at(`/content/${card.cardId}`)).text()
  expect(text.startsWith(`{"card":${spelt.slice(0, -1)},`)).toBe(true)
  expect(JSON.parse(text).card).toEqual(
    expect.objectContaining({ ...JSON.parse(spelt), ...card, deleted: false }),
  )
  const again = text.slice('{"card":'.length, -1)
  await house.clock.advance(1000)
  await at('/content', { method: 'POST', body: again })
  const updatedAt = /"updatedAt":"[^"]+"/
  const second = await (await at(`/content/${card.cardId}`)).text()
  expect(second).not.toBe(text)
  expect(second.replace(updatedAt, '')).toBe(text.replace(updatedAt, ''))
})

test('an answer is cut off where that is ordered, and its request is done', async () => {
  const { access_token } = await house.signIn()
  const headers = { authorization: `Bearer ${access_token}` }
  const ask = async () => {
    const answer = await fetch(`${house.cloud.apiUrl}/content/mine`, { headers })
    return { status: answer.status, text: await answer.text() }
  }
  const whole = (await ask()).text
  for (const cut of [0.5, 0]) {
    house.cloud.restTrouble.add({ call: /mine/, status: 200, cut, times: 1 })
    expect(await ask()).toEqual({ status: 200, text: whole.slice(0, Math.floor(whole.length * cut)) })
  }
  expect((await ask()).text).toBe(whole)
})

test('cards that the service does not take are refused by name', async () => {
  const urls = Array.from({ length: 101 }, (_, index) => `http://example.org/${index}.mp3`)
  expect(await house.api('POST', '/content', streamCard(urls))).toEqual({
    status: 400,
    body: { error: { code: 'bad-request', message: 'track count is limited to 100' } },
  })
  const { title: _, ...untitled } = streamCard(['http://example.org/a.mp3'])
  const refusal = await house.api('POST', '/content', untitled)
  expect(refusal.status).toBe(400)
  expect(refusal.body.error.message).toBe('title must be a text')
  const strange = { title: 'x', content: { chapters: [{ key: '1', title: 'c', tracks: [{ key: 1 }] }] } }
  const named = await house.api('POST', '/content', strange)
  expect(named.body.error.message).toBe('content.chapters[0].tracks[0].key must be a text')
  expect((await house.api('POST', '/content', 'not an object')).status).toBe(400)
  expect((await house.api('GET', '/no/such/thing')).body.error.code).toBe('not-found')
})

test('a card outlives its cloud, and a spoilt entry in the store is passed over with one line', async () => {
  const cardId = await house.makeCard(streamCard(['http://example.org/a.mp3']))
  stored.set('WRONG', { cardId: 'WRONG', title: 7 })
  stored.set('OTHER', 'what')
  await house.close()
  house = await House.open({ cards })
  const mine = (await house.api('GET', '/content/mine')).body.cards
  expect(mine.map((card) => card.cardId)).toEqual([cardId])
  expect(house.lines.filter((line) => line.detail?.card === 'WRONG')).toHaveLength(1)
  await expect(house.player().insert('WRONG')).rejects.toThrow('no card "WRONG"')
})
