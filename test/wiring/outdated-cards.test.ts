import { beforeEach, describe, expect, test } from 'vitest'
import type { PublishedCards } from '../../src/cards/published.ts'
import type { TrackOnCard } from '../../src/cards/track-on-card.ts'
import type { Story } from '../../src/core/story.ts'
import { OutdatedCards } from '../../src/wiring/outdated-cards.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { newTitleOf, titledAs } from '../../src/wiring/story-title.ts'
import { type Ground, newGround, startCards } from '../cards/household.ts'
import { recordingLog } from '../support/recording-log.ts'

let ground: Ground
let problems: Problems
/** What files are called by now. */
let titles: Map<string, string>
let missing: Set<string>
/** Of these cards no source of audio can be read. */
let unreadable: Set<string | null>
let stories: Map<string, Story>
let log: ReturnType<typeof recordingLog>

beforeEach(() => {
  ground = newGround()
  problems = new Problems()
  titles = new Map()
  missing = new Set()
  unreadable = new Set()
  stories = new Map()
  log = recordingLog()
})

function outdatedAmong(cards: PublishedCards): OutdatedCards {
  const files = (tracks: readonly TrackOnCard[] | null) =>
    (tracks ?? []).map(({ plays }) => ('file' in plays ? plays.file : ''))
  return new OutdatedCards({
    ...{ cards, problems, log },
    storyCards: { newTitle: (card) => newTitleOf(card, stories) },
    trackCards: {
      async newTitles({ card_id, tracks }) {
        if (unreadable.has(card_id)) throw new Error('EIO')
        return new Map(
          files(tracks).flatMap((file, place) => (titles.has(file) ? [[place, titles.get(file) ?? '']] : [])),
        )
      },
      missingFiles: async ({ tracks }) =>
        new Map(files(tracks).flatMap((file, place) => (missing.has(file) ? [[place, file]] : []))),
    },
  })
}

const tracks = (...files: string[]): TrackOnCard[] =>
  files.map((file) => ({ title: `Old ${file}`, plays: { file } }))
const ofTracks = (title: string, ...files: string[]) =>
  ({ title, kind: 'tracks', stream: null, chapters: 0, tracks: tracks(...files) }) as const
const said = () => problems.list().join('\n')

describe('what is written on a card and is otherwise by now', () => {
  test('is told of the others where the source of one cannot be read', async () => {
    const cards = await startCards(ground)
    const outdated = outdatedAmong(cards)
    const unread = await cards.publish(ofTracks('Bike', 'a.mp3'))
    await cards.publish(ofTracks('Car', 'a.mp3'))
    unreadable.add(unread.card_id)
    titles.set('a.mp3', 'New')
    await outdated.look()
    expect(said()).toContain('card "Car"')
    expect(said()).not.toContain('Bike')
    await expect(outdated.of(unread)).resolves.toEqual([])
  })

  test('is a problem that names the card and the way out, until it is so no more', async () => {
    const cards = await startCards(ground)
    const outdated = outdatedAmong(cards)
    const card = await cards.publish(ofTracks('Car', 'a.mp3', 'b.mp3'))
    await outdated.look()
    expect(said()).toBe('')
    titles.set('b.mp3', 'New')
    await outdated.look()
    expect(problems.names()).toEqual(['outdated_cards'])
    expect(said()).toContain(
      `a published card is outdated: card "Car" (${card.card_id}): track 02 is called "Old b.mp3" on the card, and "New" by now`,
    )
    expect(said()).toContain('POST /api/cards/{card_id}/publish')
    titles.clear()
    await outdated.look()
    expect(said()).toBe('')
    missing.add('a.mp3')
    await outdated.look()
    expect(said()).toContain('the file "a.mp3" of track 01 is not in the library any more')
  })

  test('of many cards a few are named, and of many facts', async () => {
    const cards = await startCards(ground)
    const outdated = outdatedAmong(cards)
    for (const name of ['1', '2', '3', '4', '5', '6', '7'])
      await cards.publish(ofTracks(`Card ${name}`, 'a', 'b', 'c', 'd'))
    for (const file of ['a', 'b', 'c', 'd']) titles.set(file, 'New')
    await outdated.look()
    expect(said()).toMatch(/^7 published cards are outdated: card "Card 1"/)
    expect(said()).toMatch(/track 03 is [^;]* by now, and 1 more; card "Card 2"/)
    expect(said()).toContain('; and 2 more. POST')
    expect(said()).not.toContain('track 04')
  })

  test('is the address of ours, but not of cards that carry none, and never the key', async () => {
    const before = await startCards(ground, 'http://192.0.2.1:8098')
    const card = await before.publish({ title: 'Bed', kind: 'queue', stream: 'bed', chapters: 0 })
    const foreign = { title: 'Radio', plays: { url: 'https://example.org/a.mp3' } }
    await before.publish({ ...ofTracks('Radio'), tracks: [foreign] })
    await outdatedAmong(before).look()
    expect(said()).toBe('')

    const cards = await startCards(ground, 'https://yoto.example')
    const outdated = outdatedAmong(cards)
    await outdated.look()
    expect(said()).toContain(
      'card "Bed" (card0): it fetches what it plays from http://192.0.2.1:8098, and this program is at https://yoto.example by now',
    )
    expect(said()).not.toContain('Radio')
    expect(said()).not.toContain(card.key)
    await cards.publishAgain('card0')
    await outdated.look()
    expect(said()).toBe('')
  })

  test('is not said of the address of a card that is owed to the account anyway', async () => {
    const before = await startCards(ground, 'http://192.0.2.1:8098')
    await before.publish({ title: 'Bed', kind: 'queue', stream: 'bed', chapters: 0 })
    ground.account.fault = 'unavailable'
    const cards = await startCards(ground, 'https://yoto.example')
    await cards.rotateCard('card0', { now: false })
    await outdatedAmong(cards).look()
    expect(said()).toBe('')
  })

  test('is the title of its story, where the card has taken that', async () => {
    const cards = await startCards(ground)
    const walk = { id: 'walk', title: 'A walk' } as Story
    const onCard = { id: 'walk', run: 'live', version: null } as const
    const request = { kind: 'story', stream: null, chapters: 0, story: onCard } as const
    const [taken, given] = [
      await cards.publish({ ...request, ...titledAs(walk) }),
      await cards.publish({ ...request, title: 'Mine' }),
    ]
    const outdated = outdatedAmong(await startCards(ground))
    stories.set('walk', walk)
    await outdated.look()
    expect(said()).toBe('')
    stories.set('walk', { ...walk, title: 'A long walk' })
    expect(await outdated.of(given)).toEqual([])
    expect(await outdated.of(taken)).toEqual(['it is called "A walk", and its story "A long walk" by now'])
    await outdated.look()
    expect(said()).toMatch(/^a published card is outdated: card "A walk"/)
    expect(await outdated.of({ ...taken, title: 'Otherwise' })).toEqual([])
  })
})

test('who asks while a look is waited for gets that one, and what fails is told in the log', async () => {
  const cards = await startCards(ground)
  let looks = 0
  const outdated = new OutdatedCards({
    ...{ cards, problems, log },
    storyCards: { newTitle: () => null },
    trackCards: {
      async newTitles() {
        looks++
        throw new Error('the folder is gone')
      },
      missingFiles: async () => new Map(),
    },
  })
  await cards.publish(ofTracks('Car', 'a.mp3'))
  await Promise.all([outdated.look(), outdated.look(), outdated.look()])
  expect(looks).toBe(1)
  await outdated.look()
  expect(looks).toBe(2)
  expect(JSON.stringify(log.lines)).toContain('the folder is gone')
})
