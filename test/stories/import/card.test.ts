import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CardPlan, CardTrack } from '../../../src/core/card-plan.ts'
import { isJsonObject } from '../../../src/core/json.ts'
import { storyFromPlan } from '../../../src/stories/import/card.ts'
import { planFrom } from '../../../src/yoto/card.ts'
import { edgesOf, storyOf } from '../../support/imported.ts'

const cards = resolve('../shared/fixtures/yoto')
const importOf = (plan: CardPlan) => storyFromPlan(plan, { resumeTimeout_s: null })

function recorded(name: string): CardPlan {
  const json: unknown = JSON.parse(readFileSync(resolve(cards, name), 'utf8'))
  return planFrom(isJsonObject(json) ? json : expect.unreachable(), 'A card')
}

/** One track in each chapter, of the same key. */
function planOf(tracks: readonly (Pick<CardTrack, 'key' | 'left' | 'right' | 'end'> & { title?: string })[]) {
  return {
    title: 'Card',
    chapters: tracks.map((track) => ({
      key: track.key,
      title: track.key,
      tracks: [{ ...track, title: track.title ?? track.key }],
    })),
  }
}

const to = (key: string) => ({ chapter_key: key, track_key: key })

describe.skipIf(!existsSync(cards))('a recorded card', () => {
  test('that is sold keeps its questions, which repeat themselves; what leads off the excerpt is listed', async () => {
    const { story, losses } = importOf(recorded('card-interactive-commercial-excerpt.json'))
    const read = await storyOf(story)
    expect(read.start).toBe('01 Credits')
    const edges = edgesOf(read)
    expect(Object.keys(edges)).toHaveLength(14)
    expect(edges['04 Class Choice']).toEqual({
      left: '05 Wizard',
      right: '09 Fighter',
      end: '04 Class Choice',
    })
    expect(edges['02 Start']).toEqual({ left: '03 Marketplace', right: '03 Marketplace', end: 'stop' })
    expect(edges['03 Marketplace']).toEqual({ left: null, right: null, end: '04 Class Choice' })
    // Its target lies behind the excerpt.
    expect(edges['07 Mage Hand']).toEqual({ left: null, right: null, end: 'stop' })
    expect(read.scenes.get('04 Class Choice')).toMatchObject({
      play: { say: '04 Class Choice' },
      exit: { waitMs: 1_000, askAgain: 0 },
    })
    expect(losses.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^the audio of its 14 tracks lies at Yoto's and is not taken along/),
      '"07 Mage Hand" leads at its end to "13W Fire", and the card has no such track: that way is left out',
      '"08 Mold Earth" leads at its end to "13W Fire", and the card has no such track: that way is left out',
      '"13F Fire2" leads at its end to "17F Story", and the card has no such track: that way is left out',
    ])
  })

  test.each(['card-interactive-stream-minimal.json', 'card-interactive-twee-generated.json'])(
    '%s has a scene for each track, with its ways out',
    async (name) => {
      const plan = recorded(name)
      const { story, losses } = importOf(plan)
      expect(losses).toHaveLength(1)
      const keyOf = (target: CardTrack['left']) =>
        target === undefined || target === 'stop' ? null : target.chapter_key
      const expected = plan.chapters.map(({ key, tracks: [track] }) => [
        key,
        { left: keyOf(track?.left), right: keyOf(track?.right), end: keyOf(track?.end) ?? 'stop' },
      ])
      expect(edgesOf(await storyOf(story))).toEqual(Object.fromEntries(expected))
    },
  )
})

test('keys become names of scenes, and tracks of one chapter have both', async () => {
  const { story, losses } = importOf({
    title: 'Löwe & Co.',
    chapters: [
      {
        key: '01',
        title: 'x',
        tracks: [
          { key: 'a/b', title: 'One', end: { chapter_key: '01', track_key: 'c' } },
          { key: 'c', title: ' ', end: 'stop' },
        ],
      },
      { key: '#!', title: 'x', tracks: [{ key: '#!', title: 'Three' }] },
    ],
  })
  const read = await storyOf(story)
  expect(read).toMatchObject({ id: 'löwe-co', title: 'Löwe & Co.' })
  expect([...read.scenes.values()].map(({ id, play, exit }) => [id, play, exit.kind])).toEqual([
    ['01 a b', { say: 'One' }, 'go'],
    ['01 c', { say: '01 c' }, 'ending'],
    ['scene', { say: 'Three' }, 'ending'],
  ])
  expect(losses.slice(1).map(({ what }) => what)).toEqual([
    'track "01 a/b" is the scene "01 a b" here',
    'track "#!" is the scene "scene" here',
  ])
})

test('a press that stops leads to the end of the story, and a chapter may be called stop', async () => {
  const { story } = importOf(
    planOf([
      { key: 'ask', left: 'stop', right: to('stop'), end: to('ask') },
      { key: 'stop', end: 'stop' },
    ]),
  )
  const { scenes } = await storyOf(story)
  expect(scenes.get('ask')?.exit).toMatchObject({
    left: { to: 'stop 2' },
    right: { to: 'stop' },
    silence: { to: 'ask' },
  })
  expect(scenes.get('stop')?.play).toEqual({ say: 'stop' })
  expect(scenes.get('stop 2')).toMatchObject({ play: null, exit: { kind: 'ending' } })
})

test('a card without ways out plays its tracks one after the other', async () => {
  const linear = planOf([{ key: '01' }, { key: '02' }])
  expect(edgesOf(await storyOf(importOf(linear).story))).toEqual({
    '01': { left: null, right: null, end: '02' },
    '02': { left: null, right: null, end: 'stop' },
  })
  expect(importOf({ ...linear, repeats: true }).story.scenes[1]?.exit).toEqual({ kind: 'go', to: '01' })
})

test.each([
  [2_592_000, '30d'],
  [86_400, '1d'],
  [5_400, '90m'],
  [1_000, '1000s'],
  [0, false],
  [-5, false],
  [Number.NaN, false],
  [1e15, '99999d'],
])('what it remembers for %d seconds it remembers for %s', (resumeTimeout_s, resume) => {
  expect(storyFromPlan(planOf([{ key: '01' }]), { resumeTimeout_s }).story.resume).toBe(resume)
})

test('a card without tracks is no story, nor is one with too many', () => {
  expect(() => importOf(planOf([]))).toThrow('this card has no tracks, so there is no story')
  const many = Array.from({ length: 5_000 }, (_, index) => ({ key: String(index) }))
  expect(() => importOf(planOf(many))).toThrow('this card has 5000 tracks; a story has fewer than 5000')
})
