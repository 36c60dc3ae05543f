import { expect, test } from 'vitest'
import { type StoredStory, StoryVersions } from '../../src/stories/versions.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { storyIn } from '../support/written-story.ts'

const written = (ending: string) =>
  storyIn(`stories:
  any:
    vars: {gold: {start: 0, max: 3}, mood: {one_of: [calm, wild], start: calm}}
    scenes:
      gate: {play: gate.mp3, left: {go: cave, set: {gold: gold + 1}}, right: cave, silence: cave}
      cave: {branch: [{if: gold > 0, go: end}, {go: end}]}
      end: {say: Good night., ending: ${ending}}
`)

const dayMs = 24 * 3_600_000

function ground() {
  const clock = new VirtualClock()
  const records = memoryCollection<StoredStory>()
  const start = async () => {
    const versions = new StoryVersions(records, { clock })
    await versions.start()
    return versions
  }
  return { clock, records, start }
}

test('a version is the same story after a new start, with all that can be asked of it', async () => {
  const { start } = ground()
  const story = await written('home')
  const version = await (await start()).keep(story)
  const versions = await start()
  expect(versions.get(version)?.story).toEqual(story)
  expect(versions.get(version)?.condition('gold > 0')?.evaluate({ gold: 1, mood: 'calm' })).toMatchObject({
    value: true,
  })
  expect(versions.startingWith(version.slice(0, 8))).toBe(version)
})

test('another story is another version, and the same written again is not', async () => {
  const { start } = ground()
  const versions = await start()
  const [one, other, again] = [await written('home'), await written('away'), await written('home')]
  expect(versions.of(one)).not.toBe(versions.of(other))
  expect(versions.of(again)).toBe(versions.of(one))
})

test('what was damaged in the store is dropped', async () => {
  const { records, start } = ground()
  const version = await (await start()).keep(await written('home'))
  const [[, stored] = []] = await records.entries()
  await records.set(version, { story: { ...(stored?.story as object), start: 'cave' }, used_ms: 0 })
  await records.set('0123', { story: null, used_ms: 0 })
  const versions = await start()
  expect(versions.get(version)).toBeUndefined()
  expect(await records.entries()).toEqual([])
})

test('what nobody needs goes after two months, and what somebody needs stays', async () => {
  const { clock, records, start } = ground()
  const before = await start()
  const [kept, dropped] = [await before.keep(await written('home')), await before.keep(await written('away'))]
  await clock.advance(59 * dayMs)
  await (await start()).tidy(new Set())
  expect((await records.entries()).length).toBe(2)
  await clock.advance(2 * dayMs)
  const versions = await start()
  await versions.tidy(new Set([kept]))
  expect(versions.get(kept)).toBeDefined()
  expect(versions.get(dropped)).toBeUndefined()
  expect((await records.entries()).map(([version]) => version)).toEqual([kept])
})
