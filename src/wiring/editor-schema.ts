import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errnoOf, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { type EditorSchema, editorSchema, editorSchemaFile } from '../rules/editor/schema.ts'
import { registryWith } from '../rules/plugins/plugin-set.ts'
import type { Registry } from '../rules/registry.ts'
import { storySections } from '../stories/editor.ts'

/** The schema of rule files with everything that they may be made of here. */
export function householdSchema(registry: Registry = registryWith([])): EditorSchema {
  return editorSchema(registry, storySections())
}

/** As it lies in its file. */
export function schemaText(schema: EditorSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}

/**
 * Writes the schema below the config folder, where the first line of rule files points, if it is not there already;
 * whoever reads meanwhile gets the old or the new one whole. Where the folder cannot be written, editors do without it.
 */
export async function writeEditorSchema(folder: string, log: Log, registry?: Registry): Promise<void> {
  const file = join(folder, editorSchemaFile)
  const part = `${file}.part`
  const text = schemaText(householdSchema(registry))
  try {
    if ((await readFile(file, 'utf8').catch(() => null)) === text) return
    await mkdir(dirname(file), { recursive: true })
    await writeFile(part, text)
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined)
    log.info('the schema for editors could not be written beside the rules; the command schema prints it', {
      file: editorSchemaFile,
      why: errnoOf(error) ?? messageOf(error),
    })
  }
}
