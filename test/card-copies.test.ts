import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { CardCopy } from '../src/core/card-audio.ts'
import type { PublishedCardView } from '../src/http/api/cards.ts'
import { type StoryHouse, storyHouse } from './support/story-house.ts'

let house: StoryHouse | undefined

afterEach(async () => {
  await house?.remove()
  house = undefined
})

const files = ['music/good-morning.mp3', 'music/skipping-song.mp3']

/** A house with a card whose audio lies in the account, beside a track that streams. */
async function withUploadedCard(title = 'Old: "songs"/..'): Promise<{ at: StoryHouse; cardId: string }> {
  const at = await storyHouse()
  house = at
  const tracks = [...files.map((file) => ({ file, audio: 'uploaded' })), { stream: 'evening' }]
  const { body } = await at.call('POST', '/cards', { title, tracks })
  const made: PublishedCardView = body
  await waitFor(at, async () => {
    const card: PublishedCardView = (await at.call('GET', `/cards/${made.card_id}`)).body
    return card.uploading === null
  })
  return { at, cardId: made.card_id }
}

async function waitFor({ clock }: StoryHouse, holds: () => Promise<boolean>): Promise<void> {
  for (let turns = 0; turns < 2_000; turns++) {
    if (await holds()) return
    await clock.advance(100)
    await pause(2)
  }
  throw new Error('waited in vain')
}

async function ended(at: StoryHouse, cardId: string): Promise<CardCopy> {
  const copy = async (): Promise<CardCopy> => (await at.call('GET', `/account/cards/${cardId}/copy`)).body
  await waitFor(at, async () => (await copy()).state !== 'copying')
  return copy()
}

const copied = (at: StoryHouse, name: string) => readFile(join(at.data, 'media', name))

describe('a card of the account becomes a stream', () => {
  test('its audio comes into the library under the names of its tracks, in its order', {
    timeout: 60_000,
  }, async () => {
    const { at, cardId } = await withUploadedCard()
    const begun = await at.call('POST', `/account/cards/${cardId}/copy`, { stream: 'old' })
    expect(begun).toMatchObject({ status: 200, body: { state: 'copying', of: 2, left_out: ['evening'] } })
    const copy = await ended(at, cardId)
    const folder = `cards/Old songs (${cardId})`
    expect(copy).toMatchObject({ state: 'done', done: 2, problem: null })
    expect(copy.files).toEqual([`${folder}/01 Good morning.opus`, `${folder}/02 Skipping song.opus`])
    for (const [place, file] of files.entries())
      expect((await copied(at, copy.files[place] ?? '')).equals(await copied(at, file))).toBe(true)
    const queue: { files: string[] } = (await at.call('GET', '/streams/old/queue')).body
    expect(queue.files).toEqual(copy.files)

    // A card that plays something else by now is copied anew under the same names.
    const sent = at.app.simulator?.media.all() ?? []
    const [first, second] = sent.map(({ id }) => `yoto:#${id}`)
    const card = JSON.stringify(await at.app.simulator?.card(cardId))
    const swapped = card
      .replaceAll(first ?? '', 'yoto:#?')
      .replaceAll(second ?? '', first ?? '')
      .replaceAll('yoto:#?', second ?? '')
    await at.app.simulator?.putCard(JSON.parse(swapped))
    await at.call('POST', `/account/cards/${cardId}/copy`, { stream: 'old' })
    expect(await ended(at, cardId)).toMatchObject({ state: 'done', files: copy.files })
    for (const [place, file] of files.toReversed().entries())
      expect((await copied(at, copy.files[place] ?? '')).equals(await copied(at, file))).toBe(true)

    // Again there is nothing to fetch.
    at.app.simulator?.restTrouble.add({ call: /^GET \/signed/, times: 100, status: 500 })
    await at.call('POST', `/account/cards/${cardId}/copy`, { stream: 'older' })
    expect(await ended(at, cardId)).toMatchObject({ state: 'done', stream: 'older' })
  })

  test('what breaks off goes on where it was, with a new address', { timeout: 60_000 }, async () => {
    const { at, cardId } = await withUploadedCard('Long')
    const trouble = at.app.simulator?.restTrouble
    const refused = trouble?.add({ call: /^GET \/signed/, times: 1, status: 403 })
    const cut = trouble?.add({ call: /^GET \/signed/, times: 1, status: null })
    await at.call('POST', `/account/cards/${cardId}/copy`, { stream: 'long' })
    expect(await ended(at, cardId)).toMatchObject({ state: 'done', done: 2 })
    expect([refused?.taken, cut?.taken]).toEqual([1, 1])
  })

  test('is said to have failed where the audio does not come, and goes on when asked again', {
    timeout: 60_000,
  }, async () => {
    const { at, cardId } = await withUploadedCard('Later')
    at.app.simulator?.restTrouble.add({ call: /^GET \/signed/, times: 1_000, status: 500 })
    await at.call('POST', `/account/cards/${cardId}/copy`, { stream: 'later' })
    expect(await ended(at, cardId)).toMatchObject({
      state: 'failed',
      done: 0,
      problem: expect.stringContaining('answered with 500'),
    })
    expect((await at.call('GET', '/streams/later/queue')).status).toBe(404)
    at.app.simulator?.restTrouble.clear()
    await at.call('POST', `/account/cards/${cardId}/copy`, { stream: 'later' })
    expect(await ended(at, cardId)).toMatchObject({ state: 'done', done: 2 })
    expect((await readdir(join(at.data, 'media', 'cards'))).length).toBe(1)
  })

  test('is refused for a card that plays nothing from the account, or is not its own', {
    timeout: 60_000,
  }, async () => {
    const at = await storyHouse()
    house = at
    const made: PublishedCardView = (await at.call('POST', '/cards', { stream: 'bedroom' })).body
    const copyOf = (cardId: string) => at.call('POST', `/account/cards/${cardId}/copy`, { stream: 'old' })
    expect(await copyOf(made.card_id)).toMatchObject({
      status: 422,
      body: { error: { message: expect.stringContaining('gives the audio of no track') } },
    })
    expect(await copyOf('zzzzz')).toMatchObject({
      status: 404,
      body: { error: { message: expect.stringContaining('cards alone that the account has made itself') } },
    })
    expect((await at.call('GET', '/account/cards/zzzzz/copy')).status).toBe(404)
    expect((await at.call('POST', '/account/cards/zzzzz/copy', { stream: 'queues' })).status).toBe(422)
  })
})
