import { inputTypes } from '../../core/input.ts'
import { wordOfExpressions } from '../../language/declaration.ts'
import {
  mapOf,
  type Names,
  namedEntries,
  propertiesIn,
  titled,
  withProperties,
  withWords,
} from '../../language/editor/described.ts'
import { anyText, branch, editorSchemaOf, type JsonSchema } from '../../language/editor/json-schema.ts'
import { variable } from '../../language/editor/variable.ts'
import { calendarSchema } from '../read/calendar.ts'
import { inputSchemas } from '../read/inputs.ts'
import { daySetName } from '../time.ts'

const expressionNames: Names = {
  pattern: wordOfExpressions.source,
  expected: 'a name of letters, digits and underscores, beginning with a letter',
}
const daySetNames: Names = {
  pattern: daySetName.source,
  expected: 'a name of letters, digits and underscores, with no digit in front',
}

/** The sections about the household: who plays, what is remembered, which day is which. */
export function householdSections(): Readonly<Record<string, JsonSchema>> {
  return {
    players: mapOf(anyText({ minLength: 1 }), 'Names of your own for players: `kids-room: y1AbCdEf`.'),
    inputs: mapOf(input(), 'What people set, by name: `party: {type: switch}`.', expressionNames),
    vars: mapOf(
      variable(),
      'What rules remember, by name: `brave: false`, `plays: {start: 0, max: 100}`.',
      expressionNames,
    ),
    calendar: { ...mapOf({}, 'Holidays, calendar files and day sets of your own.'), ...calendar() },
  }
}

function calendar(): JsonSchema {
  const words = withWords(titled('calendar', editorSchemaOf(calendarSchema)), {
    country: 'Whose public holidays count: the two letters of a country, `GB`.',
    region: 'The part of the country: `ENG`.',
    files: 'Calendar files (.ics) of the config folder.',
    day_sets: 'Days of your own: a name, and an expression that holds on them.',
  })
  const expression = { type: ['string', 'boolean'] }
  const sets = { ...namedEntries(expression, daySetNames), type: ['object', 'null'] }
  return { ...withProperties(words, { day_sets: sets }), type: ['object', 'null'] }
}

/** Told apart by `type`; without one all keys are offered. */
function input(): JsonSchema {
  const { switch: flag, select, number, button } = inputSchemas
  const kinds = {
    switch: editorSchemaOf(flag),
    select: editorSchemaOf(select),
    number: editorSchemaOf(number),
    button: editorSchemaOf(button),
  }
  const properties = Object.assign({}, ...Object.values(kinds).map(propertiesIn))
  const unknown: JsonSchema = {
    ...kinds.switch,
    properties: { ...properties, start: { type: ['boolean', 'number', 'string'] } },
    required: ['type'],
  }
  const whole = inputTypes.reduceRight((rest, type) => {
    const isOfType = { properties: { type: { enum: [type] } }, required: ['type'] }
    return branch(isOfType, kinds[type], rest)
  }, unknown)
  const words = withWords(
    { type: 'object', ...withProperties(whole, { type: { enum: inputTypes } }) },
    {
      type: '`switch`, `select`, `number` or `button`.',
      name: 'What it is called where people see it.',
      start: 'What it is until somebody sets it.',
      options: 'The words of a `select`.',
      min: 'The lowest number.',
      max: 'The highest number.',
      step: 'From one number to the next; 1 where it is left out.',
      unit: 'What stands behind the number.',
    },
  )
  return titled('input', words)
}
