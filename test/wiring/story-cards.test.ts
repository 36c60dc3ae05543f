import { Readable } from 'node:stream'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Playable } from '../../src/audio/playable.ts'
import type { PublishedCards } from '../../src/cards/published.ts'
import { UploadedAudio } from '../../src/cards/uploaded-audio.ts'
import type { CardUpload } from '../../src/core/card-upload.ts'
import { AppError } from '../../src/core/error.ts'
import type { Story } from '../../src/core/story.ts'
import { StoryShelf } from '../../src/stories/card/shelf.ts'
import { type StoredStory, StoryVersions } from '../../src/stories/versions.ts'
import { CardUploads } from '../../src/wiring/card-uploads.ts'
import { ChapterUploads } from '../../src/wiring/chapter-uploads.ts'
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
let uploads: CardUploads
let mayStream: boolean
/** The names of the files that were sent to the account. */
let sent: string[]
/** Sending waits for this, and fails with that. */
let hold: Promise<void>
let fault: AppError | null
/** What a scene sounds like. */
let sound: (scene: string) => string

beforeEach(async () => {
  ground = newGround()
  versions = new StoryVersions(memoryCollection<StoredStory>(), { clock: ground.clock })
  shelf = new StoryShelf(versions)
  const urlOf = (key: string, file: string) => `http://192.0.2.1:8098/media/${key}/${file}.mp3`
  cards = await startCards(ground, undefined, (card) => planOfStoryCard(card, { shelf, urlOf }))
  problems = new Problems((text) => text)
  story = await plain()
  sent = []
  hold = Promise.resolve()
  fault = null
  sound = (scene) => scene
  const uploaded = new UploadedAudio({
    records: memoryCollection(),
    async upload({ filename, sha256 }, { onProgress }) {
      sent.push(filename)
      onProgress(0.5)
      await hold
      if (fault !== null) throw fault
      return { id: sha256, duration_s: 10, bytes: 120_000, format: 'opus', channels: 'stereo' }
    },
    clock: ground.clock,
    log: recordingLog(),
  })
  mayStream = true
  uploads = new CardUploads({ clock: ground.clock, random: () => 0 })
  const whole = async ({ scene }: { scene: string }) => bodyOf(sound(scene))
  storyCards = new StoryCards({
    ...{ versions, shelf, cards, problems, uploads },
    audio: { whole },
    chapters: new ChapterUploads({ uploaded }),
    mayStream: () => mayStream,
    stories: () => new Map([[story.id, story]]),
    log: recordingLog(),
  })
})

/** A body of these few bytes. */
function bodyOf(text: string): Playable {
  const bytes = Buffer.from(text)
  return {
    length: bytes.length,
    etag: `"${text}"`,
    read: async ({ start, end }) => Readable.from([bytes.subarray(start, end + 1)]),
    readAtOnce: () => null,
    fileAt: () => null,
  }
}

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

  test('takes the new title of its story with the new version, unless somebody gave it one', async () => {
    const taken = await storyCards.publish({ story: 'walk' })
    const given = await storyCards.publish({ story: 'walk', title: 'Mine' })
    story = { ...story, title: 'A long walk' }
    expect(storyCards.newTitle(taken)).toEqual({ title: 'A long walk', story_title: 'A long walk' })
    expect(storyCards.newTitle(given)).toBeNull()
    await storyCards.settle()
    expect(ground.account.saved.slice(-2).map(({ plan }) => plan.title)).toEqual(['A long walk', 'Mine'])
    expect(storyCards.newTitle(cards.card(taken.card_id ?? ''))).toBeNull()
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

describe('audio that is to lie in the account', () => {
  const request = { story: 'walk', audio: 'uploaded' } as const
  /** Of each card that was saved: its version, and whether it plays uploaded audio. */
  const saved = () =>
    ground.account.saved.map(({ plan }) => {
      const tracks = plan.chapters.flatMap((chapter) => chapter.tracks)
      const kinds = new Set(tracks.map(({ media, url }) => `${media !== undefined} ${url !== undefined}`))
      const scene = plan.chapters[1]?.title
      return kinds.size === 1 ? `${scene} ${kinds.has('true false') ? 'uploaded' : 'streamed'}` : 'mixed'
    })
  const state = (card: { card_id: string | null }) =>
    storyCards.uploadOf(cards.card(card.card_id ?? ''))?.state ?? null
  /** Holds back what is sent until the returned function is called. */
  const holdBack = () => {
    let release: () => void = () => undefined
    hold = new Promise((resolve) => {
      release = resolve
    })
    return release
  }

  test('is fetched from here until all of it lies there, each sound once, and it is told how far it is', async () => {
    const told: (CardUpload | null)[] = []
    uploads.onChange((cardId) => told.push(storyCards.uploadOf(cards.card(cardId))))
    const card = await storyCards.publish(request)
    expect(state(card)).toBe('waiting')
    await storyCards.settle()
    expect(saved()).toEqual(['cave streamed', 'cave uploaded'])
    // Twins of a chapter play the same.
    expect(sent).toEqual(['walk.gate~E.mp3', 'walk.cave~L.mp3', 'walk.home~R.mp3'])
    expect(state(card)).toBeNull()
    expect(told.at(0)).toMatchObject({ state: 'waiting' })
    expect(told.at(1)).toEqual({ state: 'uploading', of: 3, done: 0, percent: 0, problem: null })
    expect(told.at(-2)).toMatchObject({ state: 'uploading', of: 3, done: 3, percent: 100 })
    expect(told.at(-1)).toBeNull()
    const percents = told.flatMap((upload) => (upload?.state === 'uploading' ? upload.percent : []))
    expect(percents).toEqual([...percents].sort((one, other) => one - other))
    await storyCards.settle()
    expect(saved().length).toBe(2)
  })

  test('comes first where cards may not carry our address, and the card never streams', async () => {
    mayStream = false
    fault = new AppError('unavailable', 'Yoto is away')
    await expect(storyCards.publish(request)).rejects.toThrow('Yoto is away')
    expect(cards.list()).toEqual([])
    fault = null
    sent = []
    const card = await storyCards.publish(request)
    expect(saved()).toEqual(['cave uploaded'])
    expect(state(card)).toBeNull()
    expect(sent.length).toBe(3)
    expect((await storyCards.setAudio(card.card_id ?? '', 'uploaded')).story?.media).toBeDefined()
  })

  test('is that of the newest version: one that was written meanwhile is not overtaken by the one before', async () => {
    const release = holdBack()
    const card = await storyCards.publish(request)
    await expect.poll(() => sent.length).toBe(3)
    story = await plain('den')
    const settled = storyCards.settle()
    release()
    await settled
    expect(saved()).toEqual(['cave streamed', 'den streamed', 'den uploaded'])
    expect(sent.slice(3)).toEqual(['walk.den~L.mp3'])
    expect(cards.card(card.card_id ?? '').story?.version).toBe(versions.of(story))
  })

  test('is not put on a card that is to stream again', async () => {
    const release = holdBack()
    const { card_id } = await storyCards.publish(request)
    await expect.poll(() => sent.length).toBe(3)
    await storyCards.setAudio(card_id ?? '', 'streamed')
    release()
    await storyCards.settle()
    expect(saved()).toEqual(['cave streamed'])
    expect(storyCards.uploadOf(cards.card(card_id ?? ''))).toBeNull()
    await storyCards.setAudio(card_id ?? '', 'uploaded')
    await storyCards.settle()
    expect(saved().at(-1)).toBe('cave uploaded')
    expect(sent.length).toBe(3)
  })

  test('is tried again by itself, a minute later at first and then more seldom, and a problem says why', async () => {
    fault = new AppError('unavailable', 'the line is bad')
    const card = await storyCards.publish(request)
    await storyCards.settle()
    expect(state(card)).toBe('failed')
    expect(troubles()).toEqual([expect.stringContaining('needs this program still')])
    expect(troubles()[0]).toContain('the line is bad; tried again by itself')
    const triesAfter = async (seconds: number) => {
      const before = sent.length
      await ground.clock.advance(seconds * 1_000)
      await storyCards.tend()
      return sent.length - before
    }
    // What may sound otherwise is looked at once after the start.
    await storyCards.tend()
    expect(await triesAfter(20)).toBe(0)
    expect(await triesAfter(120)).toBeGreaterThan(0)
    expect(await triesAfter(20)).toBe(0)
    fault = null
    await ground.clock.advance(3_600_000)
    await storyCards.tend()
    expect(state(card)).toBeNull()
    expect(troubles()).toEqual([])
    expect(saved()).toEqual(['cave streamed', 'cave uploaded'])
  })

  test('follows a file that becomes another, and one that is gone goes on to be heard', async () => {
    await storyCards.publish(request)
    await storyCards.settle()
    await storyCards.tend()
    sound = (scene) => (scene === 'home' ? 'another' : scene)
    await storyCards.tend()
    expect(sent.length).toBe(3)
    storyCards.soundsChanged()
    await storyCards.tend()
    expect(sent.slice(3)).toEqual(['walk.home~R.mp3'])
    expect(saved()).toEqual(['cave streamed', 'cave uploaded', 'cave uploaded'])
    sound = () => {
      throw new AppError('unavailable', 'it is not in the library')
    }
    storyCards.soundsChanged()
    await storyCards.tend()
    expect(saved().length).toBe(3)
    expect(troubles()).toEqual([])
  })

  test('is known to lie there after a restart; where the record cannot be read it streams until it is', async () => {
    const card = await storyCards.publish(request)
    await storyCards.settle()
    const urlOf = (key: string, file: string) => `http://192.0.2.1:8098/media/${key}/${file}.mp3`
    const restarted = () => startCards(ground, undefined, (each) => planOfStoryCard(each, { shelf, urlOf }))
    const again = await restarted()
    const known = again.card(card.card_id ?? '')
    expect(known.story).toEqual(cards.card(card.card_id ?? '').story)
    expect(JSON.stringify(again.planOf(known))).not.toContain('http')
    const stored = (await ground.records.get(card.key)) as { story: { media: Record<string, unknown> } }
    const media = { ...stored.story.media, 'gate~E': { id: 7 } }
    await ground.records.set(card.key, { ...stored, story: { ...stored.story, media } })
    const broken = (await restarted()).card(card.card_id ?? '')
    expect(broken.story).toMatchObject({ audio: 'uploaded', run: 'card' })
    expect(broken.story?.media).toBeUndefined()
  })

  test('ends with the program without a word of trouble', async () => {
    const release = holdBack()
    await storyCards.publish(request)
    await expect.poll(() => sent.length).toBe(3)
    const stopped = storyCards.stop()
    fault = new AppError('unavailable', 'aborted')
    release()
    await stopped
    expect(troubles()).toEqual([])
    expect(saved()).toEqual(['cave streamed'])
  })
})
