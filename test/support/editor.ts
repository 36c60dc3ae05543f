import { TextDocument } from 'vscode-languageserver-textdocument'
import { getLanguageService } from 'yaml-language-server'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { editorSchema } from '../../src/rules/editor/schema.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import { storySections } from '../../src/stories/editor.ts'

const folder = 'file:///config'
const schemaUri = `${folder}/.schema/smart-stream.schema.json`

/** What an editor marks: the text that is underlined, and the words. */
export interface Mark {
  readonly text: string
  readonly message: string
}

/**
 * The language server that editors run, with the schema as the product writes it beside the rule files. It is set up for
 * every file, or knows it by the first line of a file alone.
 */
export function openEditor({ isSetUp = true }: { isSetUp?: boolean } = {}) {
  const schema = editorSchema(createRegistry({ triggers, conditions, actions }), storySections())
  const service = getLanguageService({
    schemaRequestService: async (uri) => {
      if (uri !== schemaUri) throw new Error(`there is nothing at ${uri}`)
      return JSON.stringify(schema)
    },
    workspaceContext: { resolveRelativePath: (path, from) => new URL(path, from).href },
  })
  const known = { fileMatch: ['*.yaml'], uri: schemaUri, schema: JSON.parse(JSON.stringify(schema)) }
  service.configure({ validate: true, completion: true, hover: true, schemas: isSetUp ? [known] : [] })
  // The server keeps what it read of a file until its version is another.
  let version = 0
  const open = (text: string) => TextDocument.create(`${folder}/bedroom.yaml`, 'yaml', version++, text)
  return {
    async marks(text: string): Promise<Mark[]> {
      const document = open(text)
      const found = await service.doValidation(document, false)
      return found.map(({ range, message }) => ({ text: document.getText(range), message }))
    },
    /** What is offered where `|` stands in the text, by label, with what would be written. */
    async offers(text: string): Promise<Map<string, string>> {
      const document = open(text.replace('|', ''))
      const { items } = await service.doComplete(document, document.positionAt(text.indexOf('|')), false)
      return new Map(
        items.map(({ label, insertText, textEdit }) => [label, textEdit?.newText ?? insertText ?? '']),
      )
    },
    async hover(text: string): Promise<string> {
      const document = open(text.replace('|', ''))
      const hover = await service.doHover(document, document.positionAt(text.indexOf('|')))
      return JSON.stringify(hover?.contents ?? null)
    },
  }
}
