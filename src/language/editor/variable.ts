import { varSchemas } from '../declaration.ts'
import { propertiesIn, titled, withWords } from './described.ts'
import { branch, byShape, editorSchemaOf, type JsonSchema, yesOrNo } from './json-schema.ts'

/** What declares a var: a word that is true or false, else numbers or a list of words. */
export function variable(): JsonSchema {
  const number = editorSchemaOf(varSchemas.number)
  const choice = editorSchemaOf(varSchemas.choice)
  const keys = { ...propertiesIn(choice), ...propertiesIn(number) }
  const both = withWords(
    { type: 'object', properties: Object.fromEntries(Object.keys(keys).map((key) => [key, {}])) },
    {
      start: 'What it is at first.',
      min: 'The lowest number; 0 where it is left out.',
      max: 'The highest number.',
      one_of: 'The words that it can be.',
    },
  )
  return byShape({
    object: titled('var', {
      ...both,
      allOf: [branch({ required: ['one_of'] }, choice, number)],
    }),
    scalar: yesOrNo,
  })
}
