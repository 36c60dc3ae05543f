import fc from 'fast-check'
import type { Exit, Scene, Setting, Story, Way } from '../../src/core/story.ts'
import type { Declaration } from '../../src/core/value-form.ts'

/** Vars of every kind that a story can have. */
const vars: readonly Declaration[] = [
  { id: 'brave', form: { type: 'flag' }, start: false },
  { id: 'gold', form: { type: 'number', min: 0, max: 2, step: 1 }, start: 0 },
  { id: 'mood', form: { type: 'choice', options: ['calm', 'wild'] }, start: 'calm' },
]
const settings: readonly Setting[] = [
  { name: 'brave', value: 'true' },
  { name: 'brave', value: 'not brave' },
  { name: 'gold', value: 'gold + 1' },
  { name: 'gold', value: 'gold - 1' },
  { name: 'gold', value: '2' },
  { name: 'mood', value: 'wild' },
  { name: 'mood', value: 'calm' },
]
const conditions = ['brave', 'gold > 0', 'not brave and gold > 1', "mood == 'wild'", 'gold == 2 or brave']

/** Stories of up to eight scenes; `chance: false`: none of them decides by chance. */
export function anyStory({ chance = true }: { readonly chance?: boolean } = {}): fc.Arbitrary<Story> {
  return fc
    .integer({ min: 1, max: 8 })
    .chain((count) => {
      const ids = Array.from({ length: count }, (_, number) => `s${number}`)
      return fc.tuple(...ids.map((id) => anyScene(id, ids, chance)))
    })
    .map((scenes) => ({
      ...{ id: 'any', title: 'Any', run: 'auto', card: null, start: 's0', home: 's0' },
      ...{ bedtime: null, resumeMs: null },
      scenes: new Map(scenes.map((scene) => [scene.id, scene])),
      vars: new Map(vars.map((declared) => [declared.id, declared])),
    }))
}

function anyScene(id: string, ids: readonly string[], chance: boolean): fc.Arbitrary<Scene> {
  const clip = (what: string) => fc.constantFrom(null, { file: `${what}-${id}.mp3` })
  return fc.record({
    id: fc.constant(id),
    play: clip('play'),
    again: clip('again'),
    set: someSettings(),
    exit: anyExit(id, ids, chance),
  })
}

function anyExit(id: string, ids: readonly string[], chance: boolean): fc.Arbitrary<Exit> {
  const way = anyWay(ids)
  const line = fc.record({ if: fc.constantFrom(null, ...conditions), way })
  const pick = fc.record({ weight: fc.integer({ min: 1, max: 3 }), way })
  const question = fc.record({
    kind: fc.constant('question' as const),
    ask: fc.constantFrom(null, { file: `ask-${id}.mp3` }),
    hearOut: fc.boolean(),
    waitMs: fc.constant(10_000),
    askAgain: fc.integer({ min: 0, max: 2 }),
    left: fc.option(way),
    right: way,
    silence: fc.option(way),
  })
  const random = fc.record({
    kind: fc.constant('random' as const),
    picks: fc.array(pick, { minLength: 1, maxLength: 3 }),
    notTwice: fc.boolean(),
  })
  return fc.oneof(
    { weight: 4, arbitrary: question },
    fc.record({ kind: fc.constant('go' as const), way }),
    fc.record({
      kind: fc.constant('branch' as const),
      lines: fc.array(line, { minLength: 1, maxLength: 3 }),
    }),
    ...(chance ? [random] : []),
    fc.record({ kind: fc.constant('ending' as const), name: fc.constantFrom('happy', 'safe') }),
  )
}

function anyWay(ids: readonly string[]): fc.Arbitrary<Way> {
  return fc.record({ to: fc.constantFrom(...ids), set: someSettings() })
}

function someSettings(): fc.Arbitrary<Setting[]> {
  return fc.array(fc.constantFrom(...settings), { maxLength: 2 })
}
