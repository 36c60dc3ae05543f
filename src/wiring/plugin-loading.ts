import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { errnoOf } from '../core/error.ts'
import { isJsonObject } from '../core/json.ts'
import { decode } from '../language/check.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import { Report } from '../language/report.ts'
import { loadYaml } from '../language/source.ts'
import { withShorthand } from '../language/tagged.ts'
import type { Plugin } from '../rules/plugin.ts'
import type { PluginFault } from '../rules/plugins/fault.ts'
import { readPlugin } from '../rules/plugins/shape.ts'
import { inTime } from '../rules/plugins/time-limit.ts'
import { type PluginWatch, wordsOf } from '../rules/plugins/watch.ts'
import type { PluginFile } from './plugin-files.ts'

/** Imports the module and looks at what it exports. What it does by itself then is held to belong to `watch`. */
export async function importPlugin(
  { file, module, fault, stamp }: PluginFile,
  watch: PluginWatch,
): Promise<Plugin | PluginFault> {
  if (module === null) return failed(fault ?? 'it cannot be found')
  try {
    const url = `${pathToFileURL(module).href}?v=${encodeURIComponent(stamp)}`
    const loading = watch.run({ what: 'its import', rule: null }, () => import(/* @vite-ignore */ url))
    const loaded: unknown = await inTime(loading)
    const exported = isJsonObject(loaded) ? loaded.default : undefined
    if (exported === undefined)
      return {
        code: 'plugin/schema',
        message: 'it has no default export: `export default { id, api: 1, … }`',
      }
    return readPlugin(exported)
  } catch (error) {
    return failed(withoutPaths(wordsOf(error), file), module, error)
  }
}

/** What went wrong, with its line where the stack tells it. */
function failed(words: string, module?: string, error?: unknown): PluginFault {
  const message = `failed to load: ${words}`
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : ''
  const at = module === undefined ? -1 : stack.indexOf(pathToFileURL(module).pathname)
  const [, line] = at < 0 ? [] : (/^[^\s:)]*(?:\?v=[^\s:)]*)?:(\d+)/.exec(stack.slice(at)) ?? [])
  return { code: 'plugin/failed', message, ...(line === undefined ? {} : { near: `line ${line}` }) }
}

/** Messages of Node name files by their path on this machine. */
function withoutPaths(words: string, file: string): string {
  return words.replace(/(?:file:\/\/)?\/[^\s'"]*\/(?=[^\s'"/]+)/g, '').replace(/\?v=[^\s'"]*/g, '') || file
}

export interface PluginConfig {
  readonly values: unknown
  readonly findings: readonly Diagnostic[]
}

/** Where a plug-in's own file lies, below the config folder. */
export function configFileOf(id: string): string {
  return `plugins/${id}.yaml`
}

/** What its own file says, by its schema; an empty one where there is no file. */
export async function readConfig(folder: string, { id, config }: Plugin): Promise<PluginConfig> {
  const file = configFileOf(id)
  const text = await readFile(join(folder, file), 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null
    throw error
  })
  if (config === undefined) return { values: {}, findings: text === null ? [] : [unasked(file, text, id)] }
  const source = { file, text: text ?? '' }
  const { root, diagnostics } = loadYaml(source)
  if (diagnostics.some(({ level }) => level === 'error')) return { values: {}, findings: diagnostics }
  const report = new Report(source)
  const empty = { kind: 'scalar', text: '', quoted: false, span: { start: 0, end: 1 } } as const
  const values = decode(config, withShorthand(root ?? empty, undefined), report, {
    what: `the plug-in "${id}"`,
  })
  return { values: values ?? {}, findings: report.diagnostics }
}

function unasked(file: string, text: string, id: string): Diagnostic {
  const report = new Report({ file, text })
  report.add({ start: 0, end: 1 }, 'error', 'key/unknown', `the plug-in "${id}" takes no configuration`)
  return report.diagnostics[0] as Diagnostic
}
