import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linearStreamPlan, trackAddresses } from '../../src/core/card-plan.ts'
import { cardFrom, cardJson } from '../../src/yoto/card.ts'

const recorded = resolve('../shared/fixtures/yoto')
const plan = linearStreamPlan({ title: 'Forest', url: 'https://example.org/media/k/stream.mp3', count: 2 })

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
    ['takes 100', linearStreamPlan({ title: 'A', url: 'https://example.org/', count: 101 })],
    ['1 to 100 characters', { ...plan, title: '' }],
    ['two chapters with the key "01"', { title: 'A', chapters: [...plan.chapters, ...plan.chapters] }],
    ['no http address', linearStreamPlan({ title: 'A', url: 'file:///etc/passwd', count: 1 })],
  ])('that Yoto would refuse is refused here: %s', (message, wrong) => {
    expect(() => cardJson(wrong)).toThrow(expect.objectContaining({ code: 'unprocessable' }))
    expect(() => cardJson(wrong)).toThrow(message)
  })
})

describe('a card of a stranger', () => {
  const detail = resolve(recorded, 'rest-card-detail-linear.json')
  test.skipIf(!existsSync(detail))('gives its layout, title and cover, and no signed address', () => {
    const card = cardFrom(JSON.parse(readFileSync(detail, 'utf8')))
    expect(card?.title).toBe('Ladybird Audio Adventures - Outer Space')
    expect(card?.coverUrl).toMatch(/^https:\/\/card-content/)
    expect(card && trackAddresses(card.plan)).toEqual([
      { chapter_key: '01-INT', track_key: '01-INT' },
      { chapter_key: '02-1', track_key: '02-1' },
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
