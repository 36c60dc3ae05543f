import { branch, described, type JsonSchema } from './json-schema.ts'

const actions = { type: 'array', items: ref('action'), minItems: 1 }

/** The keys of the actions that choose among others; `if` stands beside every kind already. */
export function controlKeys(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries([
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
