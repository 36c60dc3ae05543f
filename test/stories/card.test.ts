/** @module-tag slow */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomFrom } from '../../src/core/play-order.ts'
import { type Answer, answers } from '../../src/core/story.ts'
import type { StoryCard, StoryChapter } from '../../src/stories/card/card.ts'
import { edgeOfKey, mostChapters, unfolded } from '../../src/stories/card/unfold.ts'
import { compiled } from '../../src/stories/compiled.ts'
import { anyStory } from '../support/stories.ts'
import { inStory, wordsOf } from '../support/story-reference.ts'

// Few random stories are small enough for a card, so there is room for more here.
const most = 2_000

test('who presses the same on a card and in the story hears the same and ends alike', () => {
  let unfoldedStories = 0
  fc.assert(
    fc.property(anyStory({ chance: false }), fc.integer(), (story, seed) => {
      const outcome = unfolded(compiled(story), most)
      if ('none' in outcome) return
      unfoldedStories += 1
      const random = randomFrom(seed)
      const presses = Array.from({ length: 40 }, () => answers[Math.floor(random() * 3)] ?? 'left')
      // Some of these stories go round for ever.
      const first = (said: readonly string[]) => said.slice(0, 150)
      expect(first(onCard(outcome.card, presses))).toEqual(first(inStory(story, presses)))
    }),
    { numRuns: 1_000 },
  )
  expect(unfoldedStories).toBeGreaterThan(300)
})

test('every target of a card is on it, and no two ways out of a chapter lead to the same', () => {
  fc.assert(
    fc.property(anyStory({ chance: false }), (story) => {
      const outcome = unfolded(compiled(story), most)
      if ('none' in outcome) return
      const keys = new Set(outcome.card.chapters.map(({ key }) => key))
      expect(keys.size).toBe(outcome.card.chapters.length)
      for (const chapter of outcome.card.chapters) {
        expect(chapter.sounds.length, chapter.key).toBeGreaterThan(0)
        const targets = [chapter.left, chapter.right, chapter.end].filter((key) => key !== null)
        if (chapter.end === 'stop') {
          // Behind an ending every press starts over.
          const first = outcome.card.chapters[0]?.key
          const begins = chapter.key === first ? null : first
          expect([chapter.left, chapter.right], chapter.key).toEqual([begins, begins])
          continue
        }
        expect(new Set(targets).size, chapter.key).toBe(targets.length)
        for (const key of targets) if (key !== 'stop') expect(keys, chapter.key).toContain(key)
        expect(targets, 'nothing leads to itself').not.toContain(chapter.key)
        if (chapter.left !== null) expect(edgeOfKey(chapter.left)).toBe('left')
        if (chapter.right !== null) expect(edgeOfKey(chapter.right)).toBe('right')
        if (chapter.end !== 'stop') expect([null, 'end']).toContain(edgeOfKey(chapter.end))
      }
    }),
    { numRuns: 500 },
  )
})

test('a card has as many chapters as it may, or none', () => {
  fc.assert(
    fc.property(anyStory({ chance: false }), (story) => {
      const outcome = unfolded(compiled(story))
      if ('card' in outcome) expect(outcome.card.chapters.length).toBeLessThanOrEqual(mostChapters)
      else if (outcome.none.why === 'too-big') expect(outcome.none.chapters).toBe(mostChapters + 1)
    }),
  )
})

/** What a player does with the card: `heard` of each chapter, and which buttons did nothing. */
function onCard({ chapters }: StoryCard, presses: readonly Answer[]): readonly string[] {
  const byKey = new Map(chapters.map((chapter) => [chapter.key, chapter]))
  const said: string[] = []
  let at: StoryChapter | undefined = chapters[0]
  let given = 0
  for (let steps = 0; at !== undefined && steps < 200; steps++) {
    said.push(...wordsOf(at.sounds))
    if (at.end === 'stop') return [...said, 'stop']
    const isAsked = at.left !== null || at.right !== null
    if (!isAsked) {
      at = byKey.get(at.end)
      continue
    }
    let target: string | null = null
    while (target === null) {
      const press = presses[given++]
      if (press === undefined) return said
      target = press === 'silence' ? at.end : at[press]
      // Then the track goes on: who presses next is still asked.
      if (target === null) said.push(`${press} does nothing`)
    }
    at = byKey.get(target)
  }
  return said
}
