import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Library } from '../../src/audio/library/library.ts'
import type { PublishedCards } from '../../src/cards/published.ts'
import { UploadedAudio } from '../../src/cards/uploaded-audio.ts'
import { AppError } from '../../src/core/error.ts'
import { CardUploads } from '../../src/wiring/card-uploads.ts'
import { ChapterUploads } from '../../src/wiring/chapter-uploads.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { TrackCards } from '../../src/wiring/track-cards.ts'
import { type Ground, newGround, startCards } from '../cards/household.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'

let ground: Ground
let cards: PublishedCards
let trackCards: TrackCards
let uploads: CardUploads
let problems: Problems
let mayStream: boolean
let folder: string
let sent: string[]
let hold: Promise<void>
let fault: AppError | null

const clips = { 'a.mp3': 'nothing-here-yet.mp3', 'b.mp3': 'still-sleepy-time.mp3' }

beforeEach(async () => {
  ground = newGround()
  cards = await startCards(ground)
  mayStream = true
  folder = await mkdtemp(join(tmpdir(), 'track-cards-'))
  for (const [name, clip] of Object.entries(clips))
    await copyFile(resolve('rules/audio/clips', clip), join(folder, name))
  sent = []
  hold = Promise.resolve()
  fault = null
  problems = new Problems((text) => text)
  uploads = new CardUploads({ clock: ground.clock, random: () => 0 })
  const uploaded = new UploadedAudio({
    records: memoryCollection(),
    async upload({ filename, sha256 }) {
      sent.push(filename)
      await hold
      if (fault !== null) throw fault
      return { id: sha256.slice(0, 43), duration_s: 3, bytes: 100, format: 'opus', channels: 'stereo' }
    },
    clock: ground.clock,
    log: recordingLog(),
  })
  trackCards = new TrackCards({
    ...{ cards, uploads, problems },
    sources: new Library({ folders: [folder], log: recordingLog() }),
    streamTitle: (stream) =>
      stream === 'evening' ? 'In the evening' : stream === 'smiling' ? `${'a'.repeat(99)}😀` : null,
    chapters: new ChapterUploads({ uploaded }),
    mayStream: () => mayStream,
  })
})

afterEach(() => rm(folder, { recursive: true }))

const request = (...files: string[]) => ({
  title: 'Car',
  tracks: files.map((file) => ({ plays: { file }, audio: 'uploaded' as const })),
})
const plan = () => ground.account.saved.at(-1)?.plan
const kinds = () =>
  plan()?.chapters.map(({ tracks: [track] }) => (track?.media === undefined ? 'url' : 'media'))

/** With more patience than a machine with much else to do needs. */
function soon<Value>(look: () => Value) {
  return expect.poll(look, { timeout: 15_000 })
}

/** Sending waits until the returned function is called. */
function holdBack(): () => void {
  let release: () => void = () => undefined
  hold = new Promise((resolve) => {
    release = resolve
  })
  return release
}

describe('the titles of tracks', () => {
  test('are cut between characters', async () => {
    await trackCards.publish({ title: 'Car', tracks: [{ plays: { stream: 'smiling' } }] })
    const [chapter] = plan()?.chapters ?? []
    expect(chapter?.title).toMatch(/^a+$/)
  })

  test('are those of what they play, and what is called otherwise by now is told and taken up', async () => {
    const card = await trackCards.publish({
      title: 'Car',
      tracks: [
        { plays: { file: 'a.mp3' } },
        { plays: { stream: 'evening' } },
        { plays: { stream: 'other' } },
        { plays: { file: 'b.mp3' }, title: 'Mine' },
      ],
    })
    expect(plan()?.chapters.map(({ title }) => title)).toEqual(['A', 'In the evening', 'other', 'Mine'])
    expect(await trackCards.newTitles(card)).toEqual(new Map())
    const changed = await cards.change(card.card_id ?? '', {
      tracks: (card.tracks ?? []).map((track) => ({ ...track, title: 'Old' })),
    })
    expect(await trackCards.newTitles(changed)).toEqual(
      new Map([
        [0, 'A'],
        [1, 'In the evening'],
        [2, 'other'],
      ]),
    )
    await trackCards.takeTitles(card.card_id ?? '')
    expect(plan()?.chapters.map(({ title }) => title)).toEqual(['A', 'In the evening', 'other', 'Old'])
  })
})

describe('a card whose files lie in the account', () => {
  test('streams until all of them are there', async () => {
    const release = holdBack()
    const card = await trackCards.publish(request('a.mp3', 'b.mp3'))
    expect(kinds()).toEqual(['url', 'url'])
    expect(trackCards.uploadOf(card)).toMatchObject({ state: 'waiting' })
    release()
    await soon(kinds).toEqual(['media', 'media'])
    await soon(() => trackCards.uploadOf(cards.card(card.card_id ?? ''))).toBeNull()
    expect(ground.account.saved.length).toBe(2)
  })

  test('that is changed while they are sent has the newer tracks, and what was sent for the older is not lost', async () => {
    const release = holdBack()
    const card = await trackCards.publish(request('a.mp3'))
    const cardId = card.card_id ?? ''
    await soon(() => sent.length).toBe(1)
    await trackCards.change(cardId, request('b.mp3', 'a.mp3').tracks)
    release()
    await soon(kinds).toEqual(['media', 'media'])
    expect(plan()?.chapters.map(({ title }) => title)).toEqual(['B', 'A'])
    expect(sent).toEqual(['Car.01.mp3', 'Car.01.mp3'])
  })

  test('that is deleted while they are sent stays deleted, and nothing is wrong with it', async () => {
    const release = holdBack()
    const { card_id } = await trackCards.publish(request('a.mp3'))
    const cardId = card_id ?? ''
    await soon(() => sent.length).toBe(1)
    await cards.delete(cardId)
    trackCards.forget(cardId)
    release()
    await trackCards.stop()
    expect(cards.byCard(cardId)).toBeUndefined()
    expect(ground.account.cards.has(cardId)).toBe(false)
    expect(problems.list()).toEqual([])
    expect(uploads.of(cardId)).toBeNull()
  })

  test('is tried again after a fault, which is said until then', async () => {
    fault = new AppError('unavailable', 'Yoto is away')
    const { card_id } = await trackCards.publish(request('a.mp3'))
    const cardId = card_id ?? ''
    await soon(() => uploads.of(cardId)?.state).toBe('failed')
    expect(JSON.stringify(problems.list())).toContain('needs this program still')
    fault = null
    await ground.clock.advance(120_000)
    await trackCards.tend()
    expect(kinds()).toEqual(['media'])
    expect(problems.list()).toEqual([])
  })

  test('plays there what is gone here, and says nothing of it', async () => {
    const { card_id } = await trackCards.publish(request('a.mp3'))
    await soon(kinds).toEqual(['media'])
    await rm(join(folder, 'a.mp3'))
    trackCards.soundsChanged()
    await trackCards.tend()
    expect(cards.card(card_id ?? '').tracks?.[0]?.media).toBeDefined()
    expect(problems.list()).toEqual([])
  })

  test('is made when they are there, where cards may not carry our address', async () => {
    mayStream = false
    fault = new AppError('unavailable', 'Yoto is away')
    await expect(trackCards.publish(request('a.mp3', 'b.mp3'))).rejects.toThrow('Yoto is away')
    expect(cards.list()).toEqual([])
    fault = null
    const { card_id } = await trackCards.publish(request('a.mp3', 'b.mp3'))
    expect(ground.account.saved.length).toBe(1)
    expect(kinds()).toEqual(['media', 'media'])
    await trackCards.change(card_id ?? '', request('b.mp3').tracks)
    expect(kinds()).toEqual(['media'])
    expect(ground.account.saved.length).toBe(2)
  })

  test('keeps the tracks of a change that waits for Yoto while the upload for the older ones ends', async () => {
    const release = holdBack()
    const { card_id } = await trackCards.publish(request('a.mp3'))
    const cardId = card_id ?? ''
    await soon(() => sent.length).toBe(1)
    let answer: () => void = () => undefined
    ground.account.hold = new Promise((resolve) => {
      answer = resolve
    })
    const changing = trackCards.change(cardId, [{ plays: { file: 'b.mp3' } }])
    release()
    await new Promise((resolve) => setTimeout(resolve, 50))
    answer()
    await changing
    await trackCards.tend()
    expect(cards.card(cardId).tracks?.map(({ plays }) => plays)).toEqual([{ file: 'b.mp3' }])
    expect(plan()?.chapters.map(({ title }) => title)).toEqual(['B'])
  })

  test('of two who change the tracks at once, one is told that they are others by now', async () => {
    const { card_id } = await trackCards.publish({ title: 'Car', tracks: [{ plays: { file: 'a.mp3' } }] })
    const cardId = card_id ?? ''
    const both = await Promise.allSettled([
      trackCards.change(cardId, [{ plays: { file: 'b.mp3' } }]),
      trackCards.setAudio(cardId, 'uploaded'),
    ])
    const tracks = cards.card(cardId).tracks
    expect(tracks?.map(({ plays }) => plays)).toEqual([{ file: 'b.mp3' }])
    for (const each of both)
      if (each.status === 'rejected') expect(String(each.reason)).toContain('were changed meanwhile')
  })

  test('is sent no more when nobody wishes it, and says so', async () => {
    holdBack()
    const { card_id } = await trackCards.publish(request('a.mp3'))
    const cardId = card_id ?? ''
    await soon(() => sent.length).toBe(1)
    const card = await trackCards.setAudio(cardId, 'streamed')
    expect(trackCards.uploadOf(card)).toBeNull()
    expect(uploads.of(cardId)).toBeNull()
    expect(problems.list()).toEqual([])
  })

  test('a card that was made although the answer was lost is known, and plays', async () => {
    const { account } = ground
    account.asked = (asked) => {
      const urls = asked.chapters.flatMap(({ tracks }) => tracks.map(({ url = '' }) => url))
      account.cards.set('lost1', { title: asked.title, urls })
      throw new AppError('unavailable', 'no answer')
    }
    const card = await trackCards.publish({ title: 'Car', tracks: [{ plays: { file: 'a.mp3' } }] })
    expect(card.card_id).toBe('lost1')
    expect(cards.byCard('lost1')?.key).toBe(card.key)
  })

  test('a file that is gone keeps the title that it has on the card', async () => {
    const { card_id } = await trackCards.publish({
      title: 'Car',
      tracks: [{ plays: { stream: 'x'.repeat(64) } }, { plays: { file: 'a.mp3' } }],
    })
    const cardId = card_id ?? ''
    await cards.change(cardId, {
      tracks: (cards.card(cardId).tracks ?? []).map((track) => ({ ...track, title: 'Kept' })),
    })
    await rm(join(folder, 'a.mp3'))
    expect(await trackCards.newTitles(cards.card(cardId))).toEqual(new Map([[0, 'x'.repeat(64)]]))
    expect(await trackCards.missingFiles(cards.card(cardId))).toEqual(new Map([[1, 'a.mp3']]))
  })

  test('cannot be made of what is no file, and says which track', async () => {
    const tracks = [{ plays: { file: 'a.mp3' } }, { plays: { stream: 'x' }, audio: 'uploaded' as const }]
    await expect(trackCards.publish({ title: 'Car', tracks })).rejects.toThrow('tracks[1].audio')
    await expect(trackCards.publish(request('gone.mp3'))).rejects.toThrow('not in the library: gone.mp3')
    expect(ground.account.saved).toEqual([])
  })
})
