import { beforeEach, describe, expect, test } from 'vitest'
import type { PublishedCards } from '../../src/cards/published.ts'
import type { Story } from '../../src/core/story.ts'
import { StoryShelf } from '../../src/stories/card/shelf.ts'
import { type StoredStory, StoryVersions } from '../../src/stories/versions.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { planOfStoryCard, StoryCards } from '../../src/wiring/story-cards.ts'
import { type Ground, newGround, startCards } from '../cards/household.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { storyIn } from '../support/written-story.ts'

const plain = (scene = 'cave') =>
  storyIn(`stories:
  walk:
    title: A walk
    scenes:
      gate: {play: gate.mp3, left: ${scene}, right: home, silence: home}
      ${scene}: {play: cave.mp3, ending: deep}
      home: {play: home.mp3, ending: home}
`)
const byChance = () =>
  storyIn(`stories:
  walk:
    scenes:
      pond: {play: pond.mp3, random: [frog, duck]}
      frog: {play: frog.mp3, ending: frog}
      duck: {play: duck.mp3, ending: duck}
`)

let ground: Ground
let cards: PublishedCards
let versions: StoryVersions
let shelf: StoryShelf
let problems: Problems
let story: Story
let storyCards: StoryCards

beforeEach(async () => {
  ground = newGround()
  versions = new StoryVersions(memoryCollection<StoredStory>(), { clock: ground.clock })
  shelf = new StoryShelf(versions)
  const urlOf = (key: string, file: string) => `http://192.0.2.1:8098/media/${key}/${file}.mp3`
  cards = await startCards(ground, undefined, (card) => planOfStoryCard(card, { shelf, urlOf }))
  problems = new Problems((text) => text)
  story = await plain()
  storyCards = new StoryCards({
    ...{ versions, cards, problems },
    stories: () => new Map([[story.id, story]]),
    log: recordingLog(),
  })
})

const chapters = () => ground.account.saved.at(-1)?.plan.chapters ?? []
const troubles = () => problems.list()

describe('a card of a story', () => {
  test('has a chapter for each way, each with an address of its own that names its version', async () => {
    const card = await storyCards.publish({ story: 'walk' })
    expect(card).toMatchObject({
      kind: 'story',
      stream: null,
      title: 'A walk',
      story: { id: 'walk', run: 'card' },
    })
    expect(chapters().map(({ key }) => key)).toEqual(['gate~E', 'cave~L', 'home~R', 'home~E'])
    const [gate] = chapters()
    const version = versions.of(story).slice(0, 8)
    expect(gate?.tracks).toEqual([
      {
        ...{ key: 'gate~E', title: 'gate', end: { chapter_key: 'home~E', track_key: 'home~E' } },
        url: `http://192.0.2.1:8098/media/${card.key}/${version}.gate~E.mp3`,
        left: { chapter_key: 'cave~L', track_key: 'cave~L' },
        right: { chapter_key: 'home~R', track_key: 'home~R' },
      },
    ])
  })

  test('has places where it is run live, and whatever belongs to these', async () => {
    const card = await storyCards.publish({ story: 'walk', run: 'live', slots: 'linear', confirm: 'mqtt' })
    expect(card).toMatchObject({ story: { run: 'live', version: null }, slots: 'linear', confirm: 'mqtt' })
    expect(chapters().length).toBe(99)
  })

  test('is refused where there is no such story, no card can hold it, or a place is asked of chapters', async () => {
    await expect(storyCards.publish({ story: 'wlak' })).rejects.toThrow('did you mean "walk"?')
    await expect(storyCards.publish({ story: 'walk', run: 'card', slots: 'linear' })).rejects.toThrow(
      'slots: only',
    )
    story = await byChance()
    await expect(storyCards.publish({ story: 'walk', run: 'card' })).rejects.toThrow('by chance')
    expect((await storyCards.publish({ story: 'walk' })).story?.run).toBe('live')
    expect(ground.account.saved.length).toBe(1)
  })

  test('is there once, however often it is asked for', async () => {
    const first = await storyCards.ensure(story)
    expect((await storyCards.ensure(story)).card_id).toBe(first.card_id)
    expect(ground.account.saved.length).toBe(1)
  })
})

describe('a story that is written anew', () => {
  test('is published again, and what is in players is answered as it was', async () => {
    const { card_id } = await storyCards.publish({ story: 'walk' })
    const old = versions.of(story)
    story = await plain('den')
    await storyCards.settle()
    expect(chapters().map(({ key }) => key)).toEqual(['gate~E', 'den~L', 'home~R', 'home~E'])
    expect(ground.account.saved.at(-1)?.cardId).toBe(card_id)
    const now = cards.card(card_id ?? '').story?.version ?? null
    expect(now).toBe(versions.of(story))
    expect(shelf.chapter('walk', `${old.slice(0, 8)}.cave~L`, now)?.chapter.scene).toBe('cave')
    expect(shelf.chapter('walk', `${now?.slice(0, 8)}.den~L`, now)?.chapter.scene).toBe('den')
    // Of one that nobody knows any more, the same chapter as it is now.
    expect(shelf.chapter('walk', '00000000.gate~E', now)?.version).toBe(now)
    expect(shelf.chapter('walk', '00000000.cave~L', now)).toBeNull()
    await storyCards.settle()
    expect(ground.account.saved.length).toBe(2)
  })

  test('stays as it was on the card where no card can hold it or the account is away, and a problem says so', async () => {
    const { card_id } = await storyCards.publish({ story: 'walk' })
    const before = cards.card(card_id ?? '').story
    story = await byChance()
    await storyCards.settle()
    expect(cards.card(card_id ?? '').story).toEqual(before)
    expect(troubles()).toEqual([expect.stringContaining('by chance')])

    story = await plain('den')
    ground.account.fault = 'unavailable'
    await storyCards.settle()
    expect(cards.card(card_id ?? '').story).toEqual(before)
    expect(troubles().length).toBe(1)
    ground.account.fault = null
    await storyCards.settle()
    expect(cards.card(card_id ?? '').story?.version).toBe(versions.of(story))
    expect(troubles()).toEqual([])
  })

  test('leaves live cards alone', async () => {
    await storyCards.publish({ story: 'walk', run: 'live' })
    story = await plain('den')
    await storyCards.settle()
    expect(ground.account.saved.length).toBe(1)
  })
})
