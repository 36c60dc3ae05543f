import { mapOf, titled, withProperties, withWords } from '../../language/editor/described.ts'
import { described, editorSchemaOf, type JsonSchema } from '../../language/editor/json-schema.ts'
import { fixedExpectations, groupsOfTests, valueSchema } from '../read/test-expectations.ts'
import { stagePlayer } from '../read/test-players.ts'
import { steps } from '../read/test-steps.ts'
import { testSchema } from '../read/tests.ts'
import { ref } from './control.ts'
import { itemOf } from './items.ts'

/** The section of tests. */
export function testSections(): Readonly<Record<string, JsonSchema>> {
  return { tests: mapOf(test(), 'What should happen, tried by the command `test`.') }
}

/** A step, for the list of them. */
export function stepDefinition(): JsonSchema {
  const expect = described(expectations(), 'Looks whether all is as it should be.')
  return itemOf(new Map(Object.entries(steps)), { more: { expect } })
}

function test(): JsonSchema {
  const words = withWords(titled('test', editorSchemaOf(testSchema)), {
    now: 'When the test begins, on your clocks: `"2026-11-24T19:00:00"`.',
    stream: 'The stream that `stream.` speaks of.',
    player: 'The player that `player.` and steps without one speak of.',
    players: 'The players by name, as the test finds them.',
    vars: 'Vars that are not at their start: `{plays: 9}`.',
    inputs: 'Inputs that are not at their start: `{party: true}`.',
    seed: 'Another number brings other chance.',
    steps: 'What happens, one after the other.',
  })
  const kept = { type: ['object', 'null'], additionalProperties: plain }
  return withProperties(words, {
    players: {
      type: ['object', 'null'],
      additionalProperties: titled('player', editorSchemaOf(stagePlayer)),
    },
    vars: kept,
    inputs: kept,
    steps: { type: ['array', 'null'], items: ref('step') },
  })
}

const plain = { type: ['boolean', 'number', 'string'] }

function expectations(): JsonSchema {
  const fixed = Object.entries(fixedExpectations).map(([name, schema]) => [name, editorSchemaOf(schema)])
  const values = Object.entries(groupsOfTests()).flatMap(([group, fields]) =>
    Object.entries(fields).map(([name, field]) => [`${group}.${name}`, editorSchemaOf(valueSchema(field))]),
  )
  return {
    type: 'object',
    properties: Object.fromEntries([...fixed, ...values]),
    patternProperties: { '^(vars|inputs)\\.\\p{L}[\\p{L}\\p{M}\\p{N}_]*$': plain },
    additionalProperties: false,
    minProperties: 1,
  }
}
