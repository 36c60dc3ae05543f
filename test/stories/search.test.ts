/** @module-tag slow */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomFrom } from '../../src/core/play-order.ts'
import { answers } from '../../src/core/story.ts'
import { explored } from '../../src/stories/check/explored.ts'
import { findingsOf } from '../../src/stories/check/findings.ts'
import { type CompiledStory, compiled } from '../../src/stories/compiled.ts'
import { begin, next, type Passage } from '../../src/stories/journey.ts'
import { keyOf } from '../../src/stories/situation.ts'
import { walk } from '../../src/stories/walk.ts'
import { anyStory } from '../support/stories.ts'

const breathe = async () => undefined

test('the search finds what trying everything finds: unreachable scenes, stuck branches, traps', async () => {
  let traps = 0
  let stuck = 0
  let unreachable = 0
  await fc.assert(
    fc.asyncProperty(anyStory(), async (story) => {
      const whole = compiled(story)
      const search = await explored(whole, { breathe })
      const found = await findingsOf(search, breathe)
      const tried = everything(whole)
      expect(found.isCapped).toBe(false)
      expect(new Set(search.reached.map(({ situation }) => keyOf(situation)))).toEqual(new Set(tried.keys()))
      const scenes = new Set([...tried.values()].map(({ passage }) => passage.scene.id))
      const missing = [...story.scenes.keys()].filter((scene) => !scenes.has(scene))
      const told = found.unreachable.flatMap(({ scene, behind }) => [scene, ...behind])
      // What only follows from something else that is said is not said.
      const isAlone = found.trap === null && found.stuck.length === 0 && found.neverTaken.length === 0
      if (isAlone) expect(told.toSorted()).toEqual(missing.toSorted())
      else for (const scene of told) expect(missing).toContain(scene)
      unreachable += isAlone && missing.length > 0 ? 1 : 0
      const stuckIn = [...tried.values()].filter(({ ways, passage }) => ways.size === 0 && !isEnding(passage))
      expect(new Set(found.stuck.map(({ situation }) => situation.scene))).toEqual(
        new Set(stuckIn.map(({ passage }) => passage.scene.id)),
      )
      const lost = lostIn(tried)
      expect(new Set(found.trap?.scenes ?? [])).toEqual(lost)
      if (found.trap !== null) expect(found.trap.round[0]).toBe(found.trap.round.at(-1))
      traps += lost.size > 0 ? 1 : 0
      stuck += stuckIn.length > 0 ? 1 : 0
    }),
    { numRuns: 500 },
  )
  expect(traps).toBeGreaterThan(20)
  expect(stuck).toBeGreaterThan(20)
  expect(unreachable).toBeGreaterThan(20)
})

test('no walk comes to where the search has not been', async () => {
  await fc.assert(
    fc.asyncProperty(anyStory(), fc.integer(), async (story, seed) => {
      const whole = compiled(story)
      const { reached } = await explored(whole, { breathe })
      const known = new Set(reached.map(({ situation }) => keyOf(situation)))
      const random = randomFrom(seed)
      const { passages } = walk(whole, {
        answer: () => answers[Math.floor(random() * 3)] ?? 'left',
        random,
        most: 100,
      })
      for (const { progress } of passages) expect(known).toContain(keyOf(progress.situation))
    }),
    { numRuns: 300 },
  )
})

test('a search that is cut short doubts nothing that it has not seen', async () => {
  await fc.assert(
    fc.asyncProperty(anyStory(), fc.integer({ min: 1, max: 20 }), async (story, most) => {
      const whole = compiled(story)
      const search = await explored(whole, { breathe })
      const all = await findingsOf(search, breathe)
      const visited = new Set(search.reached.map(({ situation }) => situation.scene))
      const some = await findingsOf(await explored(whole, { breathe, most }), breathe)
      for (const { scene, behind } of some.unreachable)
        for (const missing of [scene, ...behind]) expect(visited).not.toContain(missing)
      if (all.trap === null && all.stuck.length === 0) expect(some.trap).toBeNull()
      if (all.stuck.length === 0) expect(some.stuck).toEqual([])
      if (some.isCapped) expect([some.neverTaken, some.lonely]).toEqual([[], []])
    }),
    { numRuns: 300 },
  )
})

interface Tried {
  readonly passage: Passage
  /** Keys of where it leads. */
  readonly ways: ReadonlySet<string>
}

/** Every situation, found by doing everything that can be done. */
function everything(whole: CompiledStory): ReadonlyMap<string, Tried> {
  const found = new Map<string, Tried>()
  const queue = [begin(whole)]
  for (const passage of queue) {
    const key = keyOf(passage.progress.situation)
    if (found.has(key)) continue
    const ways = new Set<string>()
    found.set(key, { passage, ways })
    // Chance by hundredths meets each of at most three picks, of which the least likely comes once in seven times.
    for (const answer of answers)
      for (let percent = 0; percent < 100; percent += 5) {
        const to = next(whole, passage.progress, { answer, random: () => percent / 100 })
        if (to === null) continue
        ways.add(keyOf(to.progress.situation))
        queue.push(to)
      }
  }
  return found
}

function isEnding({ scene }: Passage): boolean {
  return scene.exit.kind === 'ending'
}

/** The scenes of situations from which nothing that ends can be come to. */
function lostIn(tried: ReadonlyMap<string, Tried>): ReadonlySet<string> {
  const saved = new Set<string>()
  for (let before = -1; before < saved.size; ) {
    before = saved.size
    for (const [key, { ways }] of tried)
      if (ways.size === 0 || [...ways].some((way) => saved.has(way))) saved.add(key)
  }
  return new Set([...tried].flatMap(([key, { passage }]) => (saved.has(key) ? [] : [passage.scene.id])))
}
