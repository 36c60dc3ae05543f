import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { PublishedCardView } from '../src/http/api/cards.ts'
import type { LiveCatchUp } from '../src/http/live-event.ts'
import type { MediaStore } from '../src/simulator/media-store.ts'
import { choicesIn, type StoryHouse, storyHouse, type Walk, walksOf } from './support/story-house.ts'
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

const simulatorOf = ({ app }: StoryHouse) => {
  if (app.simulator === null) throw new Error('nothing is simulated')
  return app.simulator
}

const request = { story: 'lighthouse', run: 'card', audio: 'uploaded' }

/** Publishes it and gives its id; the upload goes on. */
async function publish(at: StoryHouse, body: object = request): Promise<string> {
  const made = await at.call('POST', '/cards', body)
  expect(made).toMatchObject({ status: 200, body: { kind: 'story', story: { run: 'card' } } })
  return (made.body as PublishedCardView).card_id
}

async function view({ call }: StoryHouse, cardId: string): Promise<PublishedCardView> {
  const { body } = await call('GET', `/cards/${cardId}`)
  return body
}

/** Waits until nothing of the card is on its way. */
async function uploaded(at: StoryHouse, cardId: string): Promise<PublishedCardView> {
  let last = await view(at, cardId)
  for (let turns = 0; last.uploading !== null; turns++) {
    if (turns > 3_000) throw new Error(`never uploaded: ${JSON.stringify(last.uploading)}`)
    await at.clock.advance(100)
    await pause(2)
    last = await view(at, cardId)
  }
  return last
}

/** The card as Yoto has it, as text. */
async function cardAtYoto(at: StoryHouse, cardId: string): Promise<string> {
  const stored = await at.app.simulator?.card(cardId)
  return JSON.stringify(stored)
}

const ids = ({ received }: MediaStore) => received.map(({ sha256 }) => sha256)

/** Plays one way to an ending, pressing where somebody chooses. */
async function walk(at: StoryHouse, cardId: string, { choices }: Pick<Walk, 'choices'>): Promise<void> {
  const { broker, call, clock, pass, player, state } = at
  broker.heard.length = 0
  await call('POST', `/simulator/players/${player}/insert`, { card_id: cardId })
  await pass('it plays', () => state()?.playback === 'playing')
  for (const [index, { choice, scene }] of choices.entries()) {
    const sceneNow = () => /^[a-z-]+/.exec(state()?.chapter_key ?? '')?.[0]
    await pass(`"${scene}" is played`, () => sceneNow() === scene)
    const begunMs = clock.now().getTime()
    await pass('a moment of it is heard', () => clock.now().getTime() - begunMs >= 2_000)
    if (choice !== 'silence') await call('POST', `/simulator/players/${player}/press`, { button: choice })
    await pass(`"${scene}" is answered`, () => choicesIn(broker.heard).length > index)
  }
  await pass('it is over', () => state()?.playback === 'stopped')
  await call('POST', `/simulator/players/${player}/remove`)
  await pass('the card is out', () => state()?.card_id === null)
}

/** Writes the shipped story anew. */
async function rewrite(at: StoryHouse, change: (text: string) => string): Promise<void> {
  const file = join(at.data, 'config', 'lighthouse.yaml')
  const text = await readFile(file, 'utf8')
  const changed = change(text)
  expect(changed).not.toBe(text)
  await writeFile(file, changed)
}

describe('a story whose audio lies at Yoto', () => {
  test('is played to two endings without a single request to us, and its choices are heard', {
    timeout: 240_000,
  }, async () => {
    const at = await house()
    const { app, log, pass, player, story } = at
    const { body: live } = await at.call('GET', '/live/snapshot')
    const cardId = await publish(at)
    expect(await view(at, cardId)).toMatchObject({ audio: 'streamed', uploading: { problem: null } })
    expect(await uploaded(at, cardId)).toMatchObject({ audio: 'uploaded', uploading: null })

    const { body: missed } = await at.call('GET', `/live/snapshot?since=${(live as LiveCatchUp).id}`)
    const told = (missed as LiveCatchUp).messages.flatMap(({ event, data }) => (event === 'card' ? data : []))
    expect(told.at(0)).toMatchObject({ card_id: cardId, audio: 'streamed', uploading: { state: 'waiting' } })
    expect(told.some(({ uploading }) => uploading?.state === 'uploading' && uploading.done > 0)).toBe(true)
    expect(told.at(-1)).toMatchObject({ card_id: cardId, audio: 'uploaded', uploading: null })

    const card = await cardAtYoto(at, cardId)
    expect(card).not.toContain('http')
    expect(card).not.toContain(app.cards.card(cardId).key)
    expect(card).not.toContain('"stream"')
    expect(JSON.parse(card)).toMatchObject({
      metadata: { media: { hasStreams: false } },
      content: { playbackType: 'interactive', config: { onlineOnly: false } },
    })
    const { media } = simulatorOf(at)
    expect(new Set(ids(media)).size).toBe(media.received.length)

    log.lines.length = 0
    const endings: (string | null)[] = []
    app.hub.subscribe('the test', (change) => {
      if (change.kind === 'story' && change.news.ending !== null) endings.push(change.news.ending)
    })
    const walks = walksOf(story).slice(0, 2)
    for (const one of walks) {
      await walk(at, cardId, one)
      expect(choicesIn(at.broker.heard)).toEqual(one.choices)
      await pass('its end is told', () => endings.includes(one.ending))
    }
    expect(walks.length).toBe(2)
    expect(endings).toEqual(walks.map(({ ending }) => ending))
    expect(log.lines.filter(isRequest)).toEqual([])
    expect(simulatorOf(at).player(player)?.snapshot().lastRequest).toBeNull()
  })

  test('is what we serve, byte for byte, each sound once', { tags: 'slow', timeout: 120_000 }, async () => {
    const at = await house()
    const streamed = await publish(at, { ...request, audio: 'streamed' })
    const cardId = await publish(at)
    await uploaded(at, cardId)
    const chapters = at.app.cards.planOf(at.app.cards.card(streamed)).chapters
    const served = new Set<string>()
    for (const { tracks } of chapters) {
      const answer = await fetch(tracks[0]?.url ?? '')
      const digest = await crypto.subtle.digest('SHA-256', await answer.arrayBuffer())
      served.add(Buffer.from(digest).toString('hex'))
    }
    expect(new Set(ids(simulatorOf(at).media))).toEqual(served)
    expect(simulatorOf(at).media.received.length).toBe(served.size)
    expect(served.size).toBeLessThan(chapters.length)
    // By these lines it is seen elsewhere that nobody asked.
    expect(at.log.lines.filter(isRequest).length).toBe(chapters.length)
  })

  test('is not sent twice: not for another card, not for two at once', {
    tags: 'slow',
    timeout: 120_000,
  }, async () => {
    const at = await house()
    const [one, other] = await Promise.all([publish(at), publish(at)])
    expect(one).not.toBe(other)
    await uploaded(at, one)
    await uploaded(at, other)
    const { media } = simulatorOf(at)
    const sent = media.received.length
    expect(new Set(ids(media)).size).toBe(sent)
    const third = await publish(at)
    expect(await uploaded(at, third)).toMatchObject({ audio: 'uploaded' })
    expect(media.received.length).toBe(sent)
  })

  test('goes on where it was after a restart in the middle', { tags: 'slow', timeout: 120_000 }, async () => {
    const at = await house()
    const before = simulatorOf(at)
    const cardId = await publish(at)
    await at.pass('some are there', () => before.media.all().length >= 5)
    before.restTrouble.add({ call: /^PUT \/uploaded/, times: Number.POSITIVE_INFINITY, status: 'never' })
    const isKnown = () => at.log.lines.filter(isThere).length === before.media.all().length
    await at.pass('what has come is known to be there', isKnown)
    // The last of them may be on its way from there to the card.
    await vi.waitFor(
      async () => {
        const { uploading } = await view(at, cardId)
        expect(uploading).toMatchObject({ state: 'uploading', done: before.media.all().length })
      },
      { timeout: 30_000 },
    )
    const { uploading, audio } = await view(at, cardId)
    expect(audio).toBe('streamed')
    expect(uploading?.of).toBeGreaterThan(before.media.all().length)
    houses.pop()
    await at.stop()

    const again = await house({ data: at.data, clock: at.clock })
    expect(await uploaded(again, cardId)).toMatchObject({ audio: 'uploaded' })
    const after = simulatorOf(again).media
    const first = new Set(ids(before.media))
    expect(after.received.length).toBeGreaterThan(0)
    expect(ids(after).filter((sha256) => first.has(sha256))).toEqual([])
    expect(after.all().length).toBe(uploading?.of)
    // What the product itself knows to be there it does not even ask for.
    expect(again.log.lines.filter(isThere).length).toBe(after.received.length)
  })

  test('sends what is new of a story that is written anew, and tells the old one until then', {
    tags: 'slow',
    timeout: 240_000,
  }, async () => {
    const at = await house()
    const cardId = await publish(at)
    await uploaded(at, cardId)
    const { media, restTrouble } = simulatorOf(at)
    const sent = media.received.length
    const old = await cardAtYoto(at, cardId)
    const version = at.app.cards.card(cardId).story?.version
    // As if the line were bad: nothing new arrives.
    const trouble = restTrouble.add({
      call: /^PUT \/uploaded/,
      times: Number.POSITIVE_INFINITY,
      status: null,
    })
    await rewrite(at, (text) => text.replace('harbour-ask.mp3', 'boat-ask.mp3'))
    await at.pass('it is read', () => at.app.ruleSet.stories?.get('lighthouse') !== at.story)
    await at.pass('it is tried', () => trouble.taken > 0)
    expect(await cardAtYoto(at, cardId)).toBe(old)
    for (let turns = 0; (await view(at, cardId)).uploading?.state !== 'failed'; turns++) {
      expect(turns).toBeLessThan(2_000)
      await at.clock.advance(100)
      await pause(2)
    }
    const { body: health } = await at.call('GET', '/health')
    expect(JSON.stringify(health)).toContain('tells its story as it was before it was changed')
    expect(at.app.cards.card(cardId).story?.version).toBe(version)
    // Nobody asks for it: it is tried again by itself.
    restTrouble.clear()
    await uploaded(at, cardId)
    expect(at.app.cards.card(cardId).story?.version).not.toBe(version)
    expect(JSON.stringify((await at.call('GET', '/health')).body)).not.toContain('before it was changed')
    const now = await cardAtYoto(at, cardId)
    expect(now).not.toBe(old)
    // All that is heard at the harbour is one sound.
    expect(media.received.length - sent).toBe(1)
  })

  test('is followed on a card that was put in before its story was written anew', {
    tags: 'slow',
    timeout: 120_000,
  }, async () => {
    const at = await house()
    const { broker, call, clock, pass, player, state } = at
    const cardId = await publish(at)
    await uploaded(at, cardId)
    await call('POST', `/simulator/players/${player}/insert`, { card_id: cardId })
    await pass('it plays', () => state()?.playback === 'playing')
    await rewrite(at, (text) =>
      text.replace('right: boat', 'right: skiff').replace('      boat:', '      skiff:'),
    )
    const keys = () => at.app.cards.planOf(at.app.cards.card(cardId)).chapters.map(({ key }) => key)
    await pass('it is published', () => keys().includes('skiff~R'))
    const begunMs = clock.now().getTime()
    await pass('a moment of it is heard', () => clock.now().getTime() - begunMs >= 2_000)
    await call('POST', `/simulator/players/${player}/press`, { button: 'right' })
    await pass('it is told', () => choicesIn(broker.heard).length > 0)
    expect(choicesIn(broker.heard)).toEqual([{ choice: 'right', scene: 'harbour', leads_to: 'boat' }])
  })

  test('is uploaded again where Yoto has lost some of it', { tags: 'slow', timeout: 120_000 }, async () => {
    const at = await house()
    const first = await publish(at)
    await uploaded(at, first)
    const { media } = simulatorOf(at)
    const [lost] = media.all()
    await media.lose(lost?.id ?? '')
    const sent = media.received.length
    const cardId = await publish(at)
    expect(await uploaded(at, cardId)).toMatchObject({ audio: 'uploaded' })
    expect(ids(media).slice(sent)).toEqual([lost?.sha256])
  })

  test('waits for a sound that is not there, says which, and follows a file that becomes another', {
    tags: 'slow',
    timeout: 120_000,
  }, async () => {
    const at = await house()
    const file = join(at.data, 'media', 'scenes', 'lighthouse', 'harbour-ask.mp3')
    const bytes = await readFile(file)
    await rm(file)
    const cardId = await publish(at)
    const failing = async () => (await view(at, cardId)).uploading
    for (let turns = 0; (await failing())?.state !== 'failed'; turns++) {
      expect(turns).toBeLessThan(500)
      await at.clock.advance(100)
    }
    expect((await failing())?.problem).toContain('harbour-ask.mp3: it is not in the library')
    const { media } = simulatorOf(at)
    expect(media.received).toEqual([])

    await writeFile(file, bytes)
    expect(await uploaded(at, cardId)).toMatchObject({ audio: 'uploaded' })
    const sent = media.received.length
    const before = await cardAtYoto(at, cardId)
    // A library of files in the profile: so many whole frames are another sound.
    await writeFile(file, bytes.subarray(0, 100 * 384))
    await at.pass('it is sent', () => media.received.length > sent)
    await uploaded(at, cardId)
    expect(media.received.length).toBe(sent + 1)
    expect(await cardAtYoto(at, cardId)).not.toBe(before)
  })

  test('is a matter of stories that cards tell by themselves, and may be changed', {
    timeout: 120_000,
  }, async () => {
    const at = await house()
    const { call, app } = at
    for (const run of ['live', 'auto']) {
      const refused = await call('POST', '/cards', { story: 'lighthouse', run, audio: 'uploaded' })
      expect(refused).toMatchObject({
        status: 422,
        body: {
          error: { message: expect.stringContaining('cannot have it uploaded, for it would be run live') },
        },
      })
    }
    expect(await call('POST', '/cards', { stream: 'x', audio: 'uploaded' })).toMatchObject({ status: 422 })
    const live = app.cards.list().find(({ story }) => story?.run === 'live')?.card_id
    expect(await call('PUT', `/cards/${live}`, { audio: 'uploaded' })).toMatchObject({ status: 422 })

    const cardId = await publish(at, { ...request, audio: 'streamed' })
    expect(await view(at, cardId)).toMatchObject({ audio: 'streamed', uploading: null })
    const asked = await call('PUT', `/cards/${cardId}`, { audio: 'uploaded' })
    expect(asked).toMatchObject({ status: 200, body: { audio: 'streamed', uploading: { state: 'waiting' } } })
    expect(await uploaded(at, cardId)).toMatchObject({ audio: 'uploaded' })
    const back = await call('PUT', `/cards/${cardId}`, { audio: 'streamed' })
    expect(back).toMatchObject({ status: 200, body: { card_id: cardId, audio: 'streamed', uploading: null } })
    const card = JSON.parse(await cardAtYoto(at, cardId))
    expect(card.content.config.onlineOnly).toBe(true)
    expect(JSON.stringify(card)).not.toContain('"type":"audio"')
  })
})

const isRequest = ({ message }: { message: string }) => message === 'chapter requested'
const isThere = ({ message }: { message: string }) => message === 'audio lies at Yoto now'
