import fc from 'fast-check'
import type { Exit, Scene, Setting, Story, Way } from '../../src/core/story.ts'
import type { Declaration } from '../../src/core/value-form.ts'
import type { Values } from '../../src/language/expression/environment.ts'

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

/** What stories ask of a house that they know. */
const asks = { 'vars.party': 'bool', 'vars.level': 'number' } as const
const askingSettings: readonly Setting[] = [
  { name: 'brave', value: 'vars.party' },
  { name: 'gold', value: 'vars.level' },
  { name: 'gold', value: 'if(vars.party, 2, gold)' },
  { name: 'gold', value: 'if(vars.party, 1, 2)' },
  { name: 'mood', value: "if(vars.level > 1, 'wild', 'calm')" },
]
const askingConditions = ['vars.party', 'brave or vars.party', 'vars.level > gold', 'not vars.party']

/** Every way that such a house may be: with `party` or not, `level` from 0 to 3, and with what is not known. */
export const houses: readonly Values[] = [true, false, null].flatMap((party) =>
  [0, 1, 2, 3, null].map((level) => ({ vars: { party, level } })),
)

interface Kind {
  readonly chance: boolean
  readonly house: boolean
}

/** Stories of up to eight scenes; `chance: false`: none of them decides by chance. `house`: they ask one. */
export function anyStory({ chance = true, house = false }: Partial<Kind> = {}): fc.Arbitrary<Story> {
  return fc
    .integer({ min: 1, max: 8 })
    .chain((count) => {
      const ids = Array.from({ length: count }, (_, number) => `s${number}`)
      return fc.tuple(...ids.map((id) => anyScene(id, ids, { chance, house })))
    })
    .map((scenes) => ({
      ...{ id: 'any', title: 'Any', run: 'auto', card: null, start: 's0', home: 's0' },
      ...{ bedtime: null, resumeMs: null },
      ...(house ? { asks } : {}),
      scenes: new Map(scenes.map((scene) => [scene.id, scene])),
      vars: new Map(vars.map((declared) => [declared.id, declared])),
    }))
}

function anyScene(id: string, ids: readonly string[], kind: Kind): fc.Arbitrary<Scene> {
  const clip = (what: string) => fc.constantFrom(null, { file: `${what}-${id}.mp3` })
  return fc.record({
    id: fc.constant(id),
    play: clip('play'),
    again: clip('again'),
    set: someSettings(kind),
    exit: anyExit(id, ids, kind),
  })
}

function anyExit(id: string, ids: readonly string[], kind: Kind): fc.Arbitrary<Exit> {
  const way = anyWay(ids, kind)
  const asked = kind.house ? askingConditions : []
  const line = fc.record({ if: fc.constantFrom(null, ...conditions, ...asked), way })
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
    ...(kind.chance ? [random] : []),
    fc.record({ kind: fc.constant('ending' as const), name: fc.constantFrom('happy', 'safe') }),
  )
}

function anyWay(ids: readonly string[], kind: Kind): fc.Arbitrary<Way> {
  return fc.record({ to: fc.constantFrom(...ids), set: someSettings(kind) })
}

function someSettings({ house }: Kind): fc.Arbitrary<Setting[]> {
  const all = house ? [...settings, ...askingSettings] : settings
  return fc.array(fc.constantFrom(...all), { maxLength: 2 })
}
