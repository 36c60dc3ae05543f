/** @module-tag slow */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomFrom } from '../../src/core/play-order.ts'
import type { Slot } from '../../src/core/slot.ts'
import { type Answer, answers, type Story } from '../../src/core/story.ts'
import { NoWayOn } from '../../src/stories/stop.ts'
import { type LiveBody, LiveStory, placeAfter } from '../support/live-story.ts'
import { anyStory, houses } from '../support/stories.ts'
import { inStory, wordsOf } from '../support/story-reference.ts'

const longest = 40

test('who presses the same on a card that is run live and in the story hears the same and ends alike', {
  timeout: 240_000,
}, async () => {
  let played = 0
  await fc.assert(
    fc.asyncProperty(
      anyStory({ chance: false }),
      fc.integer(),
      fc.constantFrom<LiveStory['confirm']>('request', 'mqtt'),
      async (story, seed, confirm) => {
        const random = randomFrom(seed)
        const presses = Array.from({ length: 20 }, () => answers[Math.floor(random() * 3)] ?? 'left')
        const expected = inStory(story, presses)
        const house = new LiveStory(story)
        house.confirm = confirm
        const heard = await inLive(house, story, { presses, random })
        // Where a story goes on without an end and without a sound, nobody can hear it.
        if (house.failures.some((error) => error instanceof NoWayOn)) return
        expect(house.failures).toEqual([])
        played += 1
        expect(heard.slice(0, longest)).toEqual(expected.slice(0, longest))
      },
    ),
    { numRuns: 1_000, interruptAfterTimeLimit: 100_000 },
  )
  expect(played).toBeGreaterThan(600)
})

test('in a house that does not change, the same of stories that ask it', { timeout: 240_000 }, async () => {
  let played = 0
  await fc.assert(
    fc.asyncProperty(
      anyStory({ chance: false, house: true }),
      fc.integer(),
      fc.constantFrom(...houses),
      fc.constantFrom<LiveStory['confirm']>('request', 'mqtt'),
      async (story, seed, values, confirm) => {
        const random = randomFrom(seed)
        const presses = Array.from({ length: 20 }, () => answers[Math.floor(random() * 3)] ?? 'left')
        const expected = inStory(story, presses, values)
        const house = new LiveStory(story)
        house.confirm = confirm
        house.house = values
        const heard = await inLive(house, story, { presses, random })
        if (house.failures.some((error) => error instanceof NoWayOn)) return
        expect(house.failures).toEqual([])
        played += 1
        expect(heard.slice(0, longest)).toEqual(expected.slice(0, longest))
      },
    ),
    { numRuns: 300, interruptAfterTimeLimit: 60_000 },
  )
  expect(played).toBeGreaterThan(150)
})

test('in one that is another each time it is asked, whoever asks once more is given the same', {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      anyStory({ chance: false, house: true }),
      fc.integer(),
      fc.constantFrom<LiveStory['confirm']>('request', 'mqtt'),
      async (story, seed, confirm) => {
        const random = randomFrom(seed)
        const presses = Array.from({ length: 20 }, () => answers[Math.floor(random() * 3)] ?? 'left')
        const house = new LiveStory(story)
        house.confirm = confirm
        house.house = () => houses[Math.floor(random() * houses.length)] ?? {}
        await inLive(house, story, { presses, random })
        expect(house.failures.filter((error) => !(error instanceof NoWayOn))).toEqual([])
      },
    ),
    { numRuns: 300, interruptAfterTimeLimit: 60_000 },
  )
})

/**
 * A player that asks for what it was given once more now and then, goes on in the middle of it, and meets a product that
 * is started anew: nothing of that is to be heard.
 */
async function inLive(
  house: LiveStory,
  story: Story,
  { presses, random }: { presses: readonly Answer[]; random: () => number },
): Promise<readonly string[]> {
  await house.start()
  const said: string[] = []
  let place: Slot = 'start'
  let given = 0
  let isAskedAgain = true
  for (let steps = 0; steps < 3 * longest; steps++) {
    const body = await asked(house, place, random)
    if (body === 'over' || body === 'nothing') return [...said, 'stop']
    const { scene, sounds, fromMs } = body
    const question =
      story.scenes.get(scene)?.exit.kind === 'question' && sounds.some((one) => 'silenceMs' in one)
    if (isAskedAgain) said.push(...wordsOf(sounds))
    // After a start nobody knows how long it had played.
    expect(fromMs > 0 && isAskedAgain).toBe(false)
    await house.clock.advance(20_000)
    const press = question ? presses[given++] : 'silence'
    if (press === undefined) return said
    const edge = press === 'silence' ? 'end' : press
    if (edge === 'end') await house.clock.advance(60_000)
    const exit = story.scenes.get(scene)?.exit
    isAskedAgain = exit?.kind !== 'question' || press === 'silence' || exit[press] !== null
    if (!isAskedAgain) said.push(`${press} does nothing`)
    place = placeAfter(place, edge)
  }
  return said
}

/** Where its words count, they come while it is being answered, or after that. */
async function firstAnswer(house: LiveStory, place: Slot, random: () => number) {
  const asking = house.get(place)
  if (house.confirm === 'mqtt') {
    await house.clock.advance(random() < 0.5 ? 100 : 600)
    await house.says(place)
  }
  return asking
}

async function asked(
  house: LiveStory,
  place: Slot,
  random: () => number,
): Promise<LiveBody | 'nothing' | 'over'> {
  const { confirm } = house
  const first = await firstAnswer(house, place, random)
  if (typeof first === 'string') return first
  const chance = random()
  if (chance < 0.2) {
    await house.clock.advance(1_000)
    expect(await house.get(place)).toEqual(first)
  } else if (chance < 0.4) {
    expect(await house.get(place, { start: 5_000 })).toEqual(first)
  } else if (chance < 0.5 && confirm === 'request') {
    await house.start()
  }
  return first
}
