/** @module-tag slow */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../../src/core/error.ts'
import { isJsonObject } from '../../../src/core/json.ts'
import type { Imported } from '../../../src/stories/import/draft.ts'
import type { Pack } from '../../../src/stories/import/pack.ts'
import { storyFromPack } from '../../../src/stories/import/pack-story.ts'
import { packOfStudio } from '../../../src/stories/import/studio.ts'
import { packOfTelmi } from '../../../src/stories/import/telmi.ts'
import { writeStory } from '../../../src/stories/import/written.ts'
import { readBack } from '../../support/imported.ts'

const ids = ['a', 'b', 'c', 'd', 'constructor', '__proto__', '']
const id = fc.constantFrom(...ids)
const odd = fc.constantFrom<unknown>(null, 7, -1, 1e300, '', 'x', [], {}, true, '\0', '[[', 'ü'.repeat(99))
const mostly = <Value>(usual: fc.Arbitrary<Value>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd })
const number = mostly(fc.integer({ min: -3, max: 5 }))
const flag = mostly(fc.boolean())
const audio = fc.constantFrom(
  null,
  '1.mp3',
  'b c.ogg',
  '../x.mp3',
  'a/b.mp3',
  'x.exe',
  'C:x.mp3',
  '.mp3',
  'a\0.mp3',
)
const control = mostly(fc.record({ wheel: flag, ok: flag, home: flag, pause: flag, autoplay: flag }))

const studioWay = mostly(fc.record({ actionNode: mostly(id), optionIndex: number }))
const studio = fc.record({
  title: mostly(fc.constantFrom('A pack', ':: [x]', '\u202e')),
  nightModeAvailable: flag,
  stageNodes: mostly(
    fc.array(
      mostly(
        fc.record({
          ...{ uuid: mostly(id), name: mostly(id), squareOne: flag, image: mostly(id), audio: mostly(audio) },
          ...{ okTransition: studioWay, homeTransition: studioWay, controlSettings: control },
        }),
      ),
      { maxLength: 7 },
    ),
  ),
  actionNodes: mostly(
    fc.array(mostly(fc.record({ id: mostly(id), options: mostly(fc.array(mostly(id), { maxLength: 6 })) })), {
      maxLength: 7,
    }),
  ),
})

const telmiWay = mostly(
  fc.oneof(
    fc.record({ action: mostly(id), index: number }),
    fc.record({ action: mostly(id), indexItem: number }),
  ),
)
const condition = mostly(
  fc.oneof(
    fc.record({ item: number, comparator: number, number }),
    fc.record({ item: number, comparator: number, compareItem: number }),
  ),
)
const item = mostly(
  fc.oneof(
    fc.record({ item: number, type: number, number }),
    fc.record({ item: number, type: number, assignItem: number }),
    fc.record({ item: number, type: number, playingTime: flag }),
  ),
)
const many = <Value>(one: fc.Arbitrary<Value>, maxLength: number) =>
  mostly(fc.oneof({ weight: 9, arbitrary: fc.array(one, { maxLength: 4 }) }, fc.array(one, { maxLength })))
const byId = <Value>(one: fc.Arbitrary<Value>) => mostly(fc.dictionary(id, one, { maxKeys: 6 }))
const telmi = fc.record({
  startAction: telmiWay,
  inventory: many(mostly(fc.record({ name: mostly(id), initialNumber: number, maxNumber: number })), 60),
  stages: byId(
    mostly(
      fc.record({
        ...{ image: mostly(id), audio: mostly(audio), ok: telmiWay, home: telmiWay, control },
        ...{ inventoryReset: flag, items: many(item, 8) },
      }),
    ),
  ),
  actions: byId(many(mostly(fc.record({ stage: mostly(id), conditions: many(condition, 60) })), 80)),
})

/** What a rule file with the story is said to be wrong with; what is refused in our own words is right, too. */
async function faultsIn(json: unknown, read: (json: Record<string, unknown>, text: string) => Pack) {
  const text = JSON.stringify(json, null, 1)
  const parsed: unknown = JSON.parse(text)
  let imported: Imported
  try {
    imported = storyFromPack(read(isJsonObject(parsed) ? { ...parsed } : expect.unreachable(), text), {
      audio: new Set(['1.mp3']),
    })
  } catch (error) {
    if (error instanceof AppError) return { faults: [], text: error.message }
    throw error
  }
  const { story, losses } = imported
  const lines = text.split('\n').length
  for (const { line, what } of losses) {
    expect(line, what).toBeGreaterThan(0)
    expect(line, what).toBeLessThanOrEqual(lines)
  }
  const yaml = writeStory(story, { schema: 'x' })
  const { diagnostics } = await readBack(yaml, { search: false })
  const faults = diagnostics.filter(({ level, code }) => level === 'error' || code.startsWith('yaml/'))
  return { faults: faults.map(({ message }) => message), text: yaml }
}

test('whatever stands in a story.json, a rule file without faults comes of it', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(studio, async (json) => {
      const { faults, text } = await faultsIn(json, packOfStudio)
      expect(faults, text).toEqual([])
    }),
    { numRuns: 500 },
  )
})

const offered = {
  image: 'a',
  audio: null,
  control: { wheel: false, ok: false, home: false, pause: false, autoplay: false },
}

test('whatever stands in a nodes.json, a rule file without faults comes of it', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(telmi, async (json) => {
      const { faults, text } = await faultsIn(json, (one, whole) =>
        packOfTelmi(one, { text: whole, title: '' }),
      )
      expect(faults, text).toEqual([])
    }),
    {
      numRuns: 500,
      // A stage without a name that is offered, and has no sound.
      examples: [
        [
          {
            startAction: { action: null, index: 0 },
            inventory: [],
            stages: {
              '': { ...offered, ok: { action: 'a', indexItem: 0 }, home: null },
              b: { ...offered, ok: { action: 'a', index: 0 }, home: { action: 'a', indexItem: 0 } },
            },
            actions: { a: [{ stage: 'b' }, { stage: '' }, { stage: '' }] },
          },
        ],
      ],
    },
  )
})
