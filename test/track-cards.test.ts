import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { PublishedCardView } from '../src/http/api/cards.ts'
import { type StoryHouse, storyHouse } from './support/story-house.ts'
import type { VirtualClock } from './support/virtual-clock.ts'

const houses: StoryHouse[] = []

afterEach(async () => {
  for (const house of houses.splice(0)) await house.remove()
})

async function house(options: { data?: string; clock?: VirtualClock } = {}): Promise<StoryHouse> {
  const opened = await storyHouse(options)
  houses.push(opened)
  return opened
}

const morning = 'music/good-morning.mp3'
const skipping = 'music/skipping-song.mp3'
const mixed = {
  title: 'A bit of all',
  tracks: [
    { file: morning },
    { stream: 'evening', title: 'Tonight' },
    { file: skipping, audio: 'uploaded' },
    { url: 'https://example.org/song.mp3' },
  ],
}

async function publish(at: StoryHouse, body: object): Promise<PublishedCardView> {
  const made = await at.call('POST', '/cards', body)
  expect(made).toMatchObject({ status: 200, body: { kind: 'tracks' } })
  return made.body
}

async function uploaded(at: StoryHouse, cardId: string): Promise<PublishedCardView> {
  for (let turns = 0; turns < 3_000; turns++) {
    const card: PublishedCardView = (await at.call('GET', `/cards/${cardId}`)).body
    if (card.uploading === null) return card
    await at.clock.advance(100)
    await pause(2)
  }
  throw new Error('never uploaded')
}

interface Track {
  readonly type: string
  readonly trackUrl: string
  readonly title: string
}

/** The only track of each chapter, as the account has them. */
async function tracksAtYoto({ app }: StoryHouse, cardId: string): Promise<readonly Track[]> {
  const card = JSON.parse(JSON.stringify(await app.simulator?.card(cardId)))
  return card.content.chapters.map(({ tracks }: { tracks: Track[] }) => tracks[0])
}

const inLibrary = ({ data }: StoryHouse, file: string) => readFile(join(data, 'media', file))

describe('a card of tracks', () => {
  test('has a chapter for each file, stream and address, streamed or uploaded', {
    timeout: 120_000,
  }, async () => {
    const at = await house()
    await at.call('POST', '/streams/evening/queue', {
      files: ['music/lullaby-one.mp3', 'music/lullaby-two.mp3'],
    })
    const { card_id } = await publish(at, mixed)
    const { tracks, audio } = await uploaded(at, card_id)
    expect(audio, 'some of it needs us').toBe('streamed')
    expect(tracks?.map(({ key, title, uploaded }) => ({ key, title, uploaded }))).toEqual([
      { key: '01', title: 'Good morning', uploaded: false },
      { key: '02', title: 'Tonight', uploaded: false },
      { key: '03', title: 'Skipping song', uploaded: true },
      { key: '04', title: 'example.org', uploaded: false },
    ])
    const [file, stream, sent, foreign] = await tracksAtYoto(at, card_id)
    expect(sent).toMatchObject({ type: 'audio', trackUrl: expect.stringMatching(/^yoto:#/) })
    expect(foreign).toMatchObject({ type: 'stream', trackUrl: 'https://example.org/song.mp3' })

    const heard = async (track: Track | undefined) => {
      const answer = await fetch(track?.trackUrl ?? '')
      expect(answer.status).toBe(200)
      return Buffer.from(await answer.arrayBuffer())
    }
    expect((await heard(file)).equals(await inLibrary(at, morning))).toBe(true)
    const lullabies = await Promise.all(
      ['music/lullaby-one.mp3', 'music/lullaby-two.mp3'].map((name) => inLibrary(at, name)),
    )
    expect((await heard(stream)).equals(Buffer.concat(lullabies))).toBe(true)

    await at.call('DELETE', '/streams/evening/queue/0')
    expect((await heard(stream)).equals(await inLibrary(at, 'music/lullaby-two.mp3'))).toBe(true)
    const url = file?.trackUrl ?? ''
    for (const wrong of ['03a', '05', '101', '00', 'start'])
      expect((await fetch(url.replace('/01.mp3', `/${wrong}.mp3`))).status, wrong).toBe(404)
  })

  test('that is outdated is told by itself, and no more when it was published or is so no longer', {
    timeout: 120_000,
  }, async () => {
    const at = await house()
    await at.call('POST', '/streams/evening/queue', { files: [morning] })
    const called = (title: string) => at.call('PUT', '/streams/evening', { title })
    const problem = async (): Promise<string | undefined> => {
      const { problems, problem_names } = (await at.call('GET', '/health')).body as {
        problems: string[]
        problem_names: string[]
      }
      return problems[problem_names.indexOf('outdated_cards')]
    }
    await called('Evening')
    const { card_id } = await publish(at, { title: 'Night', tracks: [{ stream: 'evening' }] })
    expect(await problem()).toBeUndefined()

    const fact = 'track 01 is called "Evening" on the card, and "Dusk" by now'
    await called('Dusk')
    await expect.poll(problem).toContain(`card "Night" (${card_id}): ${fact}`)
    const listed = (await at.call('GET', '/cards')).body as {
      cards: { card_id: string; outdated: string[] }[]
    }
    expect(listed.cards.find((card) => card.card_id === card_id)?.outdated).toEqual([fact])
    await called('Evening')
    await expect.poll(problem).toBeUndefined()

    await called('Dusk')
    await expect.poll(problem).toContain(fact)
    await at.call('POST', `/cards/${card_id}/publish`, {})
    await expect.poll(problem).toBeUndefined()
    expect((await tracksAtYoto(at, card_id)).map(({ title }) => title)).toEqual(['Dusk'])
  })

  test('is played track by track by a player, and its presses are told', { timeout: 120_000 }, async () => {
    const at = await house()
    await at.call('POST', '/streams/evening/queue', { files: ['music/lullaby-one.mp3'] })
    const { card_id } = await publish(at, { ...mixed, tracks: mixed.tracks.slice(0, 3) })
    await uploaded(at, card_id)
    const { call, pass, player, state } = at
    await call('POST', `/simulator/players/${player}/insert`, { card_id })
    await pass(
      'the first track plays',
      () => state()?.playback === 'playing' && state()?.chapter_key === '01',
    )
    await call('POST', `/simulator/players/${player}/press`, { button: 'right' })
    await pass('the stream plays', () => state()?.chapter_key === '02')
    await pass('the press is told', () =>
      at.broker.heard.some(
        ({ topic, payload }) => topic.endsWith('/event') && payload.includes('"button":"right"'),
      ),
    )
    await pass('what was uploaded plays', () => state()?.chapter_key === '03')
    await pass('the card is over', () => state()?.playback === 'stopped')
  })

  test('is uploaded anew where its file has changed, and keeps its id; nothing is sent twice', {
    timeout: 120_000,
  }, async () => {
    const at = await house()
    const { card_id } = await publish(at, {
      title: 'For the car',
      tracks: [{ file: morning }, { file: skipping }],
      audio: 'uploaded',
    })
    expect(await uploaded(at, card_id)).toMatchObject({ audio: 'uploaded' })
    const sent = () => at.app.simulator?.media.received.length ?? 0
    const before = await tracksAtYoto(at, card_id)
    expect(sent()).toBe(2)
    expect(JSON.stringify(before)).not.toContain('http')
    await copyFile(join(at.data, 'media', 'music/counting-song.mp3'), join(at.data, 'media', morning))
    for (let turns = 0; sent() < 3; turns++) {
      if (turns > 3_000) throw new Error('the changed file was never sent')
      await at.clock.advance(500)
      await pause(2)
    }
    await uploaded(at, card_id)
    const after = await tracksAtYoto(at, card_id)
    expect(after[0]?.trackUrl).not.toBe(before[0]?.trackUrl)
    expect(after[1]).toEqual(before[1])

    await at.call('PUT', `/cards/${card_id}`, {
      tracks: [{ file: skipping }, { file: morning }],
      audio: 'uploaded',
    })
    await uploaded(at, card_id)
    expect((await tracksAtYoto(at, card_id)).map(({ trackUrl }) => trackUrl)).toEqual([
      after[1]?.trackUrl,
      after[0]?.trackUrl,
    ])
    expect(sent()).toBe(3)
  })

  test('goes on to be uploaded after the program was ended in the middle', {
    tags: 'slow',
    timeout: 120_000,
  }, async () => {
    const at = await house()
    at.app.simulator?.restTrouble.add({ call: /^PUT \/uploaded/, times: 1_000, status: 503 })
    const { card_id } = await publish(at, { title: 'Later', tracks: [{ file: morning }], audio: 'uploaded' })
    await at.pass('it has failed', () => at.log.lines.some(({ message }) => message.includes('broke off')))
    await at.stop()
    const next = await house({ data: at.data, clock: at.clock })
    expect(await uploaded(next, card_id)).toMatchObject({ audio: 'uploaded' })
  })

  test('is deleted there and here, and its key opens nothing any more', { timeout: 120_000 }, async () => {
    const at = await house()
    const { card_id } = await publish(at, { title: 'Short', tracks: [{ file: morning }] })
    const [track] = await tracksAtYoto(at, card_id)
    expect((await fetch(track?.trackUrl ?? '')).status).toBe(200)
    // The answer of the first try is lost on its way.
    at.app.simulator?.restTrouble.add({ call: /^DELETE \/content\//, times: 1, status: null, done: true })
    const deleting = at.call('DELETE', `/cards/${card_id}`)
    let isDone = false
    void deleting.then(() => (isDone = true))
    await at.pass('it is deleted', () => isDone)
    expect(await deleting).toMatchObject({ status: 200, body: { success: true } })
    expect(await at.app.simulator?.card(card_id)).toBeUndefined()
    expect((await at.call('GET', `/cards/${card_id}`)).status).toBe(404)
    expect((await fetch(track?.trackUrl ?? '')).status).toBe(404)
    // Its addresses would lead nowhere.
    expect(await at.call('POST', `/account/deleted-cards/${card_id}/restore`)).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('make it anew with POST /api/cards') } },
    })
  })

  test('is held against what the account has, and published anew', { timeout: 120_000 }, async () => {
    const at = await house()
    const { card_id } = await publish(at, { title: 'Mine', tracks: [{ file: morning }] })
    const compare = async () => (await at.call('GET', `/cards/${card_id}/account`)).body
    expect(await compare()).toEqual({ state: 'same', differences: [] })
    const card = await at.app.simulator?.card(card_id)
    await at.app.simulator?.putCard({ ...card, title: 'Theirs', own: { kept: 1.5 } })
    expect(await compare()).toEqual({
      state: 'different',
      differences: [{ path: 'title', account: '"Theirs"', here: '"Mine"' }],
    })
    expect((await at.call('POST', `/cards/${card_id}/publish`)).status).toBe(200)
    expect(await compare()).toEqual({ state: 'same', differences: [] })
    expect(await at.app.simulator?.card(card_id)).toMatchObject({ title: 'Mine', own: { kept: 1.5 } })

    await at.app.simulator?.deleteCard(card_id)
    expect(await compare()).toEqual({ state: 'gone', differences: [] })
    const anew: PublishedCardView = (await at.call('POST', `/cards/${card_id}/publish`)).body
    expect(anew.card_id).not.toBe(card_id)
    expect(await tracksAtYoto(at, anew.card_id)).toHaveLength(1)
    expect((await at.call('GET', `/cards/${card_id}`)).status).toBe(404)
  })
})
