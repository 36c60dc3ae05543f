/** @module-tag slow */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answers } from '../../src/core/story.ts'
import { explored } from '../../src/stories/check/explored.ts'
import { findingsOf } from '../../src/stories/check/findings.ts'
import { type CompiledStory, compiled, inHouse } from '../../src/stories/compiled.ts'
import { begin, next, type Passage } from '../../src/stories/journey.ts'
import { keyOf } from '../../src/stories/situation.ts'
import { anyStory, houses } from '../support/stories.ts'

const breathe = async () => undefined

test('what is said of a story that asks the house is so in every house', { timeout: 120_000 }, async () => {
  const met = { proven: 0, traps: 0, stuck: 0, unreachable: 0 }
  await fc.assert(
    fc.asyncProperty(anyStory({ house: true }), async (story) => {
      const whole = compiled(story)
      const search = await explored(inHouse(whole, 'any'), { breathe })
      const found = await findingsOf(search, breathe)
      const tried = everything(whole)
      const known = new Set(search.reached.map(({ situation }) => keyOf(situation)))
      for (const key of tried.keys()) expect(known).toContain(key)
      const heard = new Set([...tried.values()].map(({ passage }) => passage.scene.id))
      for (const { scene, behind } of found.unreachable)
        for (const one of [scene, ...behind]) expect(heard).not.toContain(one)
      const taken = new Set([...tried.values()].flatMap(({ lines }) => [...lines]))
      for (const { scene, cause } of found.neverTaken)
        if ('index' in cause) expect(taken).not.toContain(`${scene} ${cause.index}`)
      const stuckIn = new Set(found.stuck.map(({ situation }) => situation.scene))
      for (const { isStuck, passage } of tried.values())
        if (isStuck) expect(stuckIn).toContain(passage.scene.id)
      if (found.trap === null) expect(lostIn(tried)).toEqual([])
      met.proven += found.trap === null && found.stuck.length === 0 ? 1 : 0
      met.traps += found.trap?.isUpToHouse === true ? 1 : 0
      met.stuck += found.stuck.some(({ upTo }) => upTo.length > 0) ? 1 : 0
      met.unreachable += found.unreachable.length > 0 ? 1 : 0
    }),
    { numRuns: 250 },
  )
  expect(Math.min(...Object.values(met))).toBeGreaterThan(0)
})

interface Tried {
  readonly passage: Passage
  /** For each answer with each chance: the keys of all that follows in some house. */
  readonly choices: readonly ReadonlySet<string>[]
  /** The lines of a branch that somebody went by: `s1 0`. */
  readonly lines: ReadonlySet<string>
  readonly isStuck: boolean
}

/** Every situation, found by doing everything that can be done in every house, which is another at each step. */
function everything(whole: CompiledStory): ReadonlyMap<string, Tried> {
  const inAll = houses.map((values) => inHouse(whole, { values }))
  const found = new Map<string, Tried>()
  const queue = inAll.map((one) => begin(one))
  for (const passage of queue) {
    const key = keyOf(passage.progress.situation)
    if (found.has(key)) continue
    const choices: Set<string>[] = []
    const lines = new Set<string>()
    const { exit, id } = passage.scene
    let isStuck = false
    found.set(key, { passage, choices, lines, isStuck })
    const asked = exit.kind === 'question' ? answers : ([answers[0]] as const)
    // Of at most three picks the least likely comes once in seven times.
    const chances = exit.kind === 'random' ? Array.from({ length: 8 }, (_, part) => part / 8) : [0]
    for (const answer of asked)
      for (const chance of chances) {
        const all = inAll.map((one) => next(one, passage.progress, { answer, random: () => chance }))
        const there = all.filter((to) => to !== null)
        if (exit.kind === 'branch' && there.length < all.length) isStuck = true
        for (const { cause } of there) if (cause?.kind === 'branch') lines.add(`${id} ${cause.index}`)
        if (there.length > 0) choices.push(new Set(there.map((to) => keyOf(to.progress.situation))))
        queue.push(...there)
      }
    found.set(key, { passage, choices, lines, isStuck })
  }
  return found
}

/** The scenes of situations from which a house that likes to can keep everybody from every ending. */
function lostIn(tried: ReadonlyMap<string, Tried>): readonly string[] {
  const saved = new Set<string>()
  for (let before = -1; before < saved.size; ) {
    before = saved.size
    for (const [key, { choices, isStuck }] of tried)
      if (choices.length === 0 || isStuck || choices.some((all) => [...all].every((one) => saved.has(one))))
        saved.add(key)
  }
  return [...tried].flatMap(([key, { passage }]) => (saved.has(key) ? [] : [passage.scene.id]))
}
