import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { queueCardPlan, streamCardPlan, trackAddresses } from '../../src/core/card-plan.ts'
import { isJsonObject } from '../../src/core/json.ts'
import { edgesFrom, slots } from '../../src/core/slot.ts'
import { cardFrom } from '../../src/yoto/card.ts'
import { cardJson } from '../../src/yoto/card-json.ts'

const recorded = resolve('../shared/fixtures/yoto')
const url = 'https://example.org/media/k/stream.mp3'
const plan = streamCardPlan({ title: 'Forest', url: 'https://example.org/media/k/stream.mp3', count: 2 })

describe('a plan as a card', () => {
  test('has everything a player was seen to need', () => {
    expect(cardJson(plan)).toMatchObject({
      title: 'Forest',
      metadata: { media: { duration: 0, fileSize: 0, hasStreams: true } },
      content: {
        playbackType: 'linear',
        config: { autoadvance: 'next' },
        editSettings: { transcodeAudioUploads: true },
        chapters: [
          { key: '01', overlayLabel: '1', hasStreams: true, duration: 0, fileSize: 0 },
          { key: '02' },
        ],
      },
    })
    const [chapter] = (cardJson(plan).content as { chapters: { tracks: unknown[] }[] }).chapters
    expect(chapter?.tracks).toEqual([
      {
        key: '01',
        title: 'Forest 1',
        type: 'stream',
        format: 'mp3',
        trackUrl: 'https://example.org/media/k/stream.mp3',
        overlayLabel: '1',
        channels: 'stereo',
        duration: null,
        fileSize: null,
        display: null,
        ambient: null,
      },
    ])
  })

  test('names uploaded audio in the words that the upload reported, and totals of it', () => {
    const media = (id: string) =>
      ({ id: id.repeat(43), duration_s: 123, bytes: 1_480_000, format: 'opus', channels: 'mono' }) as const
    const tracks = ['a', 'b'].map((id) => ({
      key: id,
      title: id,
      tracks: [{ key: id, title: id, media: media(id), duration_s: 123 }],
    }))
    const streamed = { key: 'a', title: 'a', tracks: [{ key: 'a', title: 'a', url }] }
    const before = cardJson({ title: 'Away', chapters: [streamed] })
    const json = cardJson({ title: 'Away', chapters: tracks }, before)
    expect(json).toMatchObject({
      metadata: { media: { duration: 246, fileSize: 2_960_000, hasStreams: false } },
      content: {
        config: { onlineOnly: false, resumeTimeout: 2_592_000 },
        chapters: [{ duration: 123, fileSize: 1_480_000, hasStreams: false }, { key: 'b' }],
      },
    })
    const [chapter] = (json.content as { chapters: { tracks: unknown[] }[] }).chapters
    expect(chapter?.tracks).toEqual([
      {
        ...{ key: 'a', title: 'a', type: 'audio', format: 'opus', trackUrl: `yoto:#${'a'.repeat(43)}` },
        ...{ overlayLabel: '1', channels: 'mono', duration: 123, fileSize: 1_480_000 },
        ...{ display: null, ambient: null },
      },
    ])
    const back = cardJson({ title: 'Back', chapters: [streamed] }, json)
    expect(JSON.stringify(back)).not.toContain('yoto:#aaa')
    expect(back).toMatchObject({ content: { config: { onlineOnly: true } } })
  })

  test('puts its cover and the icons of its chapters where Yoto has them, and leaves the rest of both', () => {
    const before = cardJson(plan)
    const kept = {
      ...before,
      metadata: {
        ...(before.metadata as object),
        cover: { imageL: 'https://example.org/old.jpg', imageS: 's' },
      },
    }
    const icon = 'i'.repeat(43)
    const cover = 'https://example.org/new.jpg'
    const json = cardJson(
      { ...plan, cover, chapters: plan.chapters.map((each, at) => (at === 0 ? { ...each, icon } : each)) },
      kept,
    )
    expect(json.metadata).toMatchObject({ cover: { imageL: cover, imageS: 's' } })
    const chapters = (card: object) =>
      (card as { content: { chapters: { display: { icon16x16: string } }[] } }).content.chapters
    expect(chapters(json).map(({ display }) => display.icon16x16)).toEqual([
      `yoto:#${icon}`,
      chapters(before)[1]?.display.icon16x16,
    ])
    expect(cardJson(plan, json)).toEqual(json)

    const bare = { ...plan, cover: null, chapters: plan.chapters.map((each) => ({ ...each, icon: null })) }
    const taken = cardJson(bare, json)
    expect(taken.metadata).toMatchObject({ cover: { imageS: 's' } })
    expect(JSON.stringify(taken)).not.toContain(cover)
    expect(chapters(taken)).toEqual(chapters(before))
    const onlyCover = { ...before, metadata: { ...Object(before.metadata), cover: { imageL: cover } } }
    expect(JSON.stringify(cardJson(bare, onlyCover))).not.toContain('"cover"')
  })

  test.each([
    [{ metadata: { cover: { imageL: 5 } } }, /metadata\.cover\.imageL must be/],
    [{ cardId: 'x' }, /cardId must match/],
  ])("is not sent in a form that is not Yoto's: on %j", (before, words) => {
    expect(() => cardJson(plan, before)).toThrow(words)
  })

  test('comes back as the same plan', () => {
    const card = cardFrom({ card: { ...cardJson(plan), cardId: 'abcDE' } })
    expect(card?.plan).toEqual(plan)
    expect(card).toMatchObject({ cardId: 'abcDE', title: 'Forest', coverUrl: null })
  })

  test('keeps what the card had and a plan does not speak of', () => {
    const previous = {
      cardId: 'abcDE',
      sortkey: 'x',
      metadata: { author: 'Me', media: { duration: 7, readableFileSize: 1 } },
      content: { hidden: false, chapters: [{ key: '02', display: { icon16x16: 'yoto:#own' }, tracks: [] }] },
    }
    const json = cardJson(plan, previous)
    expect(json).toMatchObject({
      cardId: 'abcDE',
      sortkey: 'x',
      metadata: { author: 'Me', media: { duration: 0, readableFileSize: 1 } },
      content: { hidden: false, chapters: [{}, { display: { icon16x16: 'yoto:#own' } }] },
    })
  })

  test.each([
    ['no tracks', { title: 'A', chapters: [] }],
    ['takes 100', streamCardPlan({ title: 'A', url: 'https://example.org/', count: 101 })],
    ['1 to 100 characters', { ...plan, title: '' }],
    ['two chapters with the key "01"', { title: 'A', chapters: [...plan.chapters, ...plan.chapters] }],
    ['no http address', streamCardPlan({ title: 'A', url: 'file:///etc/passwd', count: 1 })],
  ])('that Yoto would refuse is refused here: %s', (message, wrong) => {
    expect(() => cardJson(wrong)).toThrow(expect.objectContaining({ code: 'unprocessable' }))
    expect(() => cardJson(wrong)).toThrow(message)
  })
})

describe('a queue card', () => {
  const queuePlan = queueCardPlan({
    slots: 'interactive',
    title: 'Bedroom',
    urlOf: (slot) => `https://example.org/media/k/${slot}.mp3`,
  })

  test('begins with start, and each slot says where presses and its end lead', () => {
    const { content } = cardJson(queuePlan) as { content: { chapters: { tracks: { events: unknown }[] }[] } }
    expect(content).toMatchObject({
      playbackType: 'interactive',
      config: { disableTrackNav: true, disableChapterNav: true, autoadvance: 'none' },
      editSettings: { interactiveContent: true },
    })
    const goto = (key: string) => ({ cmd: 'goto', params: { chapterKey: key, trackKey: key } })
    expect(content.chapters.map(({ tracks }) => tracks[0]?.events)).toEqual(
      slots.map((slot) => {
        const { left, right, end } = edgesFrom(slot)
        return { onLhb: goto(left), onRhb: goto(right), onEnd: goto(end) }
      }),
    )
    expect(trackAddresses(queuePlan)[0]).toMatchObject({ chapter_key: 'start', track_key: 'start' })
  })

  test('comes back as the same plan', () => {
    expect(cardFrom({ card: { ...cardJson(queuePlan), cardId: 'abcDE' } })?.plan).toEqual(queuePlan)
  })

  test.each([
    ['repeat', { repeats: true }],
    ['next', {}],
    ['true', {}],
  ])('that goes on by %s is read so', (autoadvance, expected) => {
    const { repeats, ...rest } =
      cardFrom({ cardId: 'abcDE', title: 'A', content: { config: { autoadvance } } })?.plan ?? {}
    expect(repeats === undefined ? {} : { repeats }).toEqual(expected)
    expect(rest).toEqual({ title: 'A', chapters: [] })
  })

  test('that is cut anew as a linear one gets its knobs back, and keeps what people set', () => {
    const before = cardJson(queuePlan, {
      content: { config: { shuffle: [] }, editSettings: { editKeys: true } },
    })
    const { content } = cardJson(plan, before)
    expect(content).toMatchObject({
      playbackType: 'linear',
      config: { autoadvance: 'next', shuffle: [] },
      editSettings: { editKeys: true },
    })
    for (const left of ['disableTrackNav', 'disableChapterNav', 'interactiveContent', 'goto'])
      expect(JSON.stringify(content)).not.toContain(left)
  })

  test('is refused when a press would lead nowhere', () => {
    const chapters = queuePlan.chapters.filter(({ key }) => key !== 'right-b')
    expect(() => cardJson({ ...queuePlan, chapters })).toThrow(
      'its track "right-a" leads to a track that the card does not have',
    )
  })

  test('reads stop, repeat and handlers that make no sense', () => {
    const tracks = [
      { key: 'k', events: { onLhb: { cmd: 'repeat' }, onRhb: { cmd: 'fly' }, onEnd: { cmd: 'stop' } } },
    ]
    const card = cardFrom({ cardId: 'abcDE', content: { chapters: [{ key: 'c', tracks }] } })
    expect(card?.plan.chapters[0]?.tracks).toEqual([
      { key: 'k', title: 'k', left: { chapter_key: 'c', track_key: 'k' }, end: 'stop' },
    ])
  })

  const asTried = resolve(recorded, 'card-interactive-stream-minimal.json')
  test.skipIf(!existsSync(asTried))('has every key that interactive cards of streams were tried with', () => {
    const { description: _, ...metadata } = JSON.parse(readFileSync(asTried, 'utf8')).metadata
    const tried = { ...JSON.parse(readFileSync(asTried, 'utf8')), metadata }
    expect(missingKeys(tried, cardJson(queuePlan))).toEqual(['content.availability'])
  })

  const exchange = resolve(recorded, 'rest-content-create-exchange.json')
  test.skipIf(!existsSync(exchange))('names uploaded audio as the recorded card does', () => {
    const [{ body }] = JSON.parse(readFileSync(exchange, 'utf8'))
    const [chapter] = body.content.chapters
    const [{ display: _, trackUrl, ...track }] = chapter.tracks
    const { duration: duration_s, fileSize: bytes, format, channels } = track
    const media = { id: trackUrl.slice('yoto:#'.length), duration_s, bytes, format, channels }
    const json = cardJson({
      title: body.title,
      chapters: [{ key: '01', title: 'One', tracks: [{ key: '01', title: 'One', media, duration_s }] }],
    })
    expect(json).toMatchObject({
      metadata: { media: body.metadata.media },
      content: { chapters: [{ display: chapter.display, tracks: [{ ...track, trackUrl }] }] },
    })
  })

  const sold = resolve(recorded, 'card-interactive-commercial-excerpt.json')
  test.skipIf(!existsSync(sold))('says what cards on sale say, and in the same words', () => {
    const ours = cardJson(queuePlan)
    const theirs = JSON.parse(readFileSync(sold, 'utf8'))
    expect(missingKeys(theirs.content.config, objectAt(ours, 'config'))).toEqual([])
    expect(missingKeys(theirs.content.editSettings, objectAt(ours, 'editSettings'))).toEqual([])
    const plan = cardFrom({ ...theirs, cardId: 'abcDE' })?.plan
    const [first] = plan?.chapters ?? []
    const second = { chapter_key: '02 Start', track_key: '02 Start' }
    expect(first?.tracks[0]).toMatchObject({ left: second, right: second, end: second })
    const narration = plan?.chapters.find(({ key }) => key === '03 Marketplace')?.tracks[0]
    expect(narration).toMatchObject({ end: { chapter_key: '04 Class Choice' } })
    expect(narration).not.toHaveProperty('left')
  })
})

function objectAt(card: Readonly<Record<string, unknown>>, key: string): unknown {
  return isJsonObject(card.content) ? card.content[key] : undefined
}

// Fields of Yoto's editor that say "nothing" and are left out as other projects do.
const editorsOwn = ['availableFrom', 'ambient', 'defaultTrackDisplay', 'defaultTrackAmbient']

/** Paths of `expected` that `found` does not have; of lists the first entries are compared. */
function missingKeys(expected: unknown, found: unknown, path = ''): string[] {
  if (Array.isArray(expected))
    return Array.isArray(found) ? missingKeys(expected[0], found[0], `${path}[0]`) : [path]
  if (!isJsonObject(expected)) return []
  return Object.entries(expected).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`
    if (editorsOwn.includes(key) && path.startsWith('content.chapters[0]') && !path.includes('tracks'))
      return []
    if (!isJsonObject(found) || !(key in found)) return [at]
    if (key === 'events') return []
    return missingKeys(value, found[key], at)
  })
}

describe('a card of a stranger', () => {
  const detail = resolve(recorded, 'rest-card-detail-linear.json')
  test.skipIf(!existsSync(detail))('gives its layout, title and cover, and no signed address', () => {
    const card = cardFrom(JSON.parse(readFileSync(detail, 'utf8')))
    expect(card?.title).toBe('Ladybird Audio Adventures - Outer Space')
    expect(card?.coverUrl).toMatch(/^https:\/\/card-content/)
    expect(card && trackAddresses(card.plan)).toEqual([
      { chapter_key: '01-INT', track_key: '01-INT', duration_s: 349 },
      { chapter_key: '02-1', track_key: '02-1', duration_s: 140 },
    ])
    expect(JSON.stringify(card?.plan)).not.toContain('Signature')
  })

  test('never throws, whatever it is', () => {
    const key = fc.constantFrom('card', 'cardId', 'content', 'chapters', 'tracks', 'key', 'title', 'metadata')
    const { any } = fc.letrec((tie) => ({
      any: fc.oneof(fc.jsonValue(), fc.array(tie('any'), { maxLength: 3 }), fc.dictionary(key, tie('any'))),
    }))
    fc.assert(
      fc.property(any, (value) => {
        const card = cardFrom(value)
        for (const address of card ? trackAddresses(card.plan) : [])
          expect([typeof address.chapter_key, typeof address.track_key]).toEqual(['string', 'string'])
      }),
    )
  })
})
