import { editorSchemaFile } from '../rules/editor/schema.ts'
import type { Command } from './command.ts'
import { householdSchema, schemaText } from './editor-schema.ts'
import { readPlugins } from './read-plugins.ts'

/** The command `schema`: the JSON Schema of rule files. */
export const schemaCommand: Command = {
  name: 'schema',
  usage: '',
  about: 'prints the JSON Schema of rule files, for editors',
  more: `The product writes the same to ${editorSchemaFile} below the config folder at every start.`,
  async run({ options, clock }) {
    const { registry } = await readPlugins({ options, clock, purpose: 'read' })
    return { answer: schemaText(householdSchema(registry)), failed: false }
  },
}
