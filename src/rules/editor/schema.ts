import type { JsonSchema } from '../../language/editor/json-schema.ts'
import type { Registry } from '../registry.ts'
import { holedDefinitions } from './holes.ts'
import { householdSections } from './household.ts'
import { itemDefinitions } from './items.ts'
import { playingSections } from './playing.ts'
import { ruleSections } from './rules.ts'
import { stepDefinition, testSections } from './tests.ts'

/** The JSON Schema of a rule file, for the completion and the checks of editors. */
export type EditorSchema = JsonSchema

/** Where it lies below the config folder, as the first line of a rule file names it. */
export const editorSchemaFile = '.schema/smart-stream.schema.json'

/**
 * Made from the very schemas that check rule files, with all kinds of the registry. `more`: the sections of a file that
 * are not of the rules.
 */
export function editorSchema(
  registry: Registry,
  more: Readonly<Record<string, JsonSchema>> = {},
): EditorSchema {
  const items = itemDefinitions(registry)
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    description: 'Rules of Yoto Smart Stream',
    type: 'object',
    properties: {
      ...playingSections(registry),
      ...ruleSections(),
      ...householdSections(),
      ...more,
      ...testSections(),
    },
    additionalProperties: false,
    definitions: { ...items, ...holedDefinitions(items), step: stepDefinition() },
  }
}
