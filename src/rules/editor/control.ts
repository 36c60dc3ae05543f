import { durationUpToAWeek } from '../../language/duration.ts'
import { withProperties, withWords } from '../../language/editor/described.ts'
import {
  branch,
  byShape,
  described,
  editorSchemaOf,
  type JsonSchema,
  listOrOne,
  snippet,
} from '../../language/editor/json-schema.ts'
import { onErrorWord } from '../read/steps/beside.ts'
import { mostWays } from '../read/steps/parallel.ts'
import { repeatSchema } from '../read/steps/repeat.ts'
import { reasonSchema } from '../read/steps/stop.ts'
import { waitSchema } from '../read/steps/wait.ts'
import { afterTimeout } from '../read/steps/wait-for.ts'

const actions = listOrOne(ref('action'), { minItems: 1 })

/** The kinds of actions that say when, whether and how often others are done. `if` with `then` stands beside them. */
export const controlKinds = ['choose', 'then', 'wait', 'wait_for', 'repeat', 'parallel', 'stop'] as const

/** The keys of these; `if` stands beside every kind already. */
export function controlKeys(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries([
    ['wait', described(wait(), 'Goes on after this length of time: `10s`, `15m`, `2h`, up to `7d`.')],
    ['wait_for', described(ref('wait-for'), 'Goes on when one of these triggers fires.')],
    ['repeat', described(repeat(), 'Does the same several times, or as long as something holds.')],
    ['parallel', described(parallel(), 'Does all of these at once, and goes on when all have ended.')],
    ['stop', described(stop(), 'Ends the rule here; the reason is for the log.')],
    [
      'choose',
      described(
        { type: 'array', items: ref('way'), minItems: 1 },
        'The first way whose `if` holds is taken; else that of `else`.',
      ),
    ],
    ['then', described(actions, 'What is done where `if` holds.')],
    ['else', described(actions, 'What is done where `if` does not hold.')],
  ])
}

/** `then` is nothing without `if`, and `else` nothing without `then`. */
export const controlNeeds: JsonSchema = Object.fromEntries([
  ['then', ['if']],
  ['else', ['then']],
])

/** What may stand beside actions alone. */
export function besideActions(): Readonly<Record<string, JsonSchema>> {
  const words = '`continue` lets the rule go on though this fails.'
  return Object.fromEntries([['on_error', described(editorSchemaOf(onErrorWord), words)]])
}

function wait(): JsonSchema {
  const long = withWords(editorSchemaOf(waitSchema), { for: 'How long: `10s`, `15m`, `2h`.' })
  return byShape({ object: long, scalar: editorSchemaOf(waitSchema.properties.for) })
}

/** What `wait_for` takes beside the kind of its trigger. */
export function waitForKeys(): Readonly<Record<string, JsonSchema>> {
  const words = { enum: [...afterTimeout] }
  return Object.fromEntries([
    ['any', described(listOrOne(ref('trigger'), { minItems: 1 }), 'Several triggers; one is enough.')],
    ['timeout', described(timeout(), 'How long it waits at most; `none` is for ever.')],
    [
      'on_timeout',
      described(
        byShape({
          object: ref('action'),
          array: { type: 'array', items: ref('action'), minItems: 1 },
          scalar: words,
        }),
        'What is done when the time is over: `continue`, `stop` or a list of actions.',
      ),
    ],
  ])
}

function timeout(): JsonSchema {
  const none = { enum: ['none'] }
  return { ...branch(none, {}, editorSchemaOf(durationUpToAWeek)), defaultSnippets: [snippet('none')] }
}

function repeat(): JsonSchema {
  const words = withWords(editorSchemaOf(repeatSchema), {
    times: 'So many rounds.',
    while: 'Asked before each round: it goes on as long as this holds.',
    max: 'With `while`: at most so many rounds, 100 where nothing is said. Beyond them the rule fails.',
    do: 'What is done in each round.',
  })
  const filled = withProperties(words, { while: ref('conditions'), do: actions })
  const refused = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, false]))
  return {
    ...filled,
    ...branch({ required: ['times'] }, { properties: refused(['while', 'max']) }, { required: ['while'] }),
  }
}

function parallel(): JsonSchema {
  const row = { type: 'array', items: ref('action'), minItems: 1 }
  return {
    type: 'array',
    items: branch({ type: 'array' }, row, ref('action')),
    minItems: 1,
    maxItems: mostWays,
  }
}

function stop(): JsonSchema {
  const reason = editorSchemaOf(reasonSchema)
  return branch({ type: 'null' }, {}, reason)
}

/** One way of `choose`. */
export function way(): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries([
      ['if', described(ref('conditions'), 'This way is taken where this holds.')],
      ['do', described(actions, 'What is done then.')],
      ['else', described(actions, 'What is done where no other way was taken; the last of the list.')],
    ]),
    additionalProperties: false,
    ...branch(
      { required: ['else'] },
      { properties: Object.fromEntries(['if', 'do'].map((key) => [key, false])) },
      { required: ['if', 'do'] },
    ),
  }
}

export function ref(definition: string): JsonSchema {
  return { $ref: `#/definitions/${definition}` }
}
