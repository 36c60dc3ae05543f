import { Type } from 'typebox'
import { answers, storyRuns } from '../../core/story.ts'
import { duration } from '../../language/duration.ts'
import { libraryPath } from '../../language/library-path.ts'

/** More than anybody writes. */
export const mostScenes = 5_000
/** Each belongs to every situation. */
export const mostVars = 50
const longestText = 5_000

const file = libraryPath('an audio file such as "gate.mp3"')
const text = Type.String({
  minLength: 1,
  maxLength: longestText,
  expected: 'a text of at most 5,000 characters',
})
const scene = Type.String({ minLength: 1, expected: 'the name of a scene' })
const name = Type.String({ minLength: 1, maxLength: 64, expected: 'a name of at most 64 characters' })
const clip = Type.Union([
  file,
  Type.Object({ play: Type.Optional(file), say: text }, { additionalProperties: false }),
])
const set = Type.Record(Type.String(), Type.Unknown(), { expected: 'vars with what each becomes' })
const condition = Type.String({ minLength: 1, expected: 'a condition such as "gold > 0"' })

const seconds = Type.String({
  pattern: '^(([1-9][0-9]?|[1-5][0-9]{2}|600)s|([1-9]|10)m)$',
  expected: 'a length of time from a second to ten minutes such as "10s"',
  beyond: { pattern: '^[1-9][0-9]{0,4}[smhd]$', code: 'type/value', says: 'is longer than 10 minutes' },
  instead: [{ pattern: '^([1-9][0-9]{0,2})$', write: '$1s', plain: true }],
})
const askAgain = Type.Integer({ minimum: 0, maximum: 10 })

const way = Type.Object({ go: scene, set: Type.Optional(set) }, { additionalProperties: false })
const wayOrName = Type.Union([scene, way])
const silence = Type.Union([
  scene,
  Type.Object(
    {
      wait: Type.Optional(seconds),
      ask_again: Type.Optional(askAgain),
      go: Type.Optional(scene),
      set: Type.Optional(set),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
])
const pick = Type.Object(
  {
    go: scene,
    weight: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    set: Type.Optional(set),
  },
  { additionalProperties: false },
)
const line = Type.Object(
  { if: Type.Optional(condition), go: scene, set: Type.Optional(set) },
  { additionalProperties: false },
)
const option = Type.Object(
  { play: Type.Optional(file), say: Type.Optional(text), go: scene, set: Type.Optional(set) },
  { additionalProperties: false },
)

// What is allowed is told in this order, and only as far as a line is long.
export const sceneSchema = Type.Object(
  {
    play: Type.Optional(file),
    say: Type.Optional(text),
    ask: Type.Optional(clip),
    left: Type.Optional(wayOrName),
    right: Type.Optional(wayOrName),
    silence: Type.Optional(silence),
    go: Type.Optional(wayOrName),
    branch: Type.Optional(Type.Array(line, { minItems: 1, maxItems: 50 })),
    random: Type.Optional(Type.Array(Type.Union([scene, pick]), { minItems: 1, maxItems: 50 })),
    carousel: Type.Optional(Type.Array(option, { minItems: 2, maxItems: 20 })),
    ending: Type.Optional(name),
    set: Type.Optional(set),
    again: Type.Optional(clip),
    hear_out: Type.Optional(Type.Boolean()),
    not_twice: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

const resume = Type.Union([duration, Type.Literal(false)], {
  expected: 'a length of time such as "7d", or false',
})
const kept = {
  home: Type.Optional(scene),
  bedtime: Type.Optional(scene),
  resume: Type.Optional(resume),
}

export const defaultsSchema = Type.Object(
  { silence: Type.Optional(silence), hear_out: Type.Optional(Type.Boolean()), ...kept },
  { additionalProperties: false },
)

const press = Type.Union(
  ['left', 'right', 'wait'].map((word) => Type.Literal(word)),
  { expected: 'left, right or wait' },
)

export const storyTestSchema = Type.Object(
  {
    press: Type.Array(press, {
      maxItems: 1000,
      expected: 'a list of at most 1,000 answers such as [left, wait]',
    }),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
    house: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        expected: 'names of the house with what each is, such as {vars.party: true}',
      }),
    ),
    expect: Type.Object(
      {
        ending: Type.Optional(name),
        scene: Type.Optional(scene),
        scenes: Type.Optional(Type.Array(scene, { minItems: 1 })),
        vars: Type.Optional(
          Type.Record(Type.String(), Type.Unknown(), { expected: 'vars with what each is' }),
        ),
      },
      { additionalProperties: false, minProperties: 1 },
    ),
  },
  { additionalProperties: false, expected: 'a map with `press` and `expect`' },
)

/** A story but for its scenes, vars and tests, which are read one by one. */
export const storySchema = Type.Object(
  {
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })),
    run: Type.Optional(
      Type.Union(
        storyRuns.map((run) => Type.Literal(run)),
        { expected: 'auto, card or live' },
      ),
    ),
    card: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9]{5,32}$', expected: 'the id of a card such as "5nT1g"' }),
    ),
    audio: Type.Optional(libraryPath('a folder of the library such as "stories/dragon-cave"')),
    start: Type.Optional(scene),
    ...kept,
    vars: Type.Optional(Type.Unknown()),
    defaults: Type.Optional(defaultsSchema),
    scenes: Type.Unknown({ expected: 'a map with a name for each scene' }),
    tests: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: false, expected: 'a map with its `scenes`' },
)

/** What a question has and nothing else. */
export const questionKeys = [...answers, 'ask', 'hear_out'] as const
/** What moves on by itself, or ends. */
export const movingKeys = ['go', 'branch', 'random', 'carousel', 'ending'] as const
