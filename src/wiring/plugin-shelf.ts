import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { Log } from '../core/log.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import { Report } from '../language/report.ts'
import type { LeftOutPlugin, PluginFault } from '../rules/plugins/fault.ts'
import { registryWith } from '../rules/plugins/plugin-set.ts'
import type { Registry } from '../rules/registry.ts'
import { findPlugins, type PluginFile } from './plugin-files.ts'
import { endPlugin, loadPlugin, type StandingPlugin, stampWith } from './standing-plugin.ts'

export interface PluginShelfOptions {
  /** The config folder. */
  readonly folder: string
  /** Names of packages in its `node_modules`. */
  readonly packages: readonly string[]
  /** `read`: nothing of them runs, so they are not set up. `dry`: nothing of what they do may leave the house. */
  readonly purpose: 'run' | 'dry' | 'read'
  /** By file, the names of its parts when it was last sound. */
  readonly parts?: Collection<readonly string[]>
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
}

/** A plug-in that is left out, or was stopped. */
export interface PluginTrouble {
  readonly id: string
  readonly file: string
  /** Its source as it was looked at, for the line that is shown. */
  readonly text: string
  readonly finding: Diagnostic
}

/** The plug-ins of the household: loads them, leaves out by name those that fail, and loads anew what was changed. */
export class PluginShelf {
  readonly #options: PluginShelfOptions
  readonly #listeners = new Set<() => void>()
  #standing: readonly StandingPlugin[] = []
  #registry = registryWith([])

  constructor(options: PluginShelfOptions) {
    this.#options = options
  }

  /** Ours and those that run. */
  get registry(): Registry {
    return this.#registry
  }

  /** What is wrong with plug-ins, in the order they were found. */
  get troubles(): readonly PluginTrouble[] {
    return this.#standing.flatMap(({ id, file: { file }, text, fault, watch }) => {
      const found = fault ?? stoppedFault(watch.stoppedBecause)
      return found === null ? [] : [{ id, file, text, finding: findingOf(id, { file, text }, found) }]
    })
  }

  /** Calls `changed` when there is more or less to say of them, also between two looks. */
  onTrouble(changed: () => void): void {
    this.#listeners.add(changed)
  }

  /** Loads what is new or was changed. True where anything was; what is as it was is not loaded again. */
  async look(): Promise<boolean> {
    const { folder, packages } = this.#options
    const found = await findPlugins(folder, packages)
    const before = new Map(this.#standing.map((one) => [one.file.file, one]))
    const next: StandingPlugin[] = []
    for (const file of found) {
      const was = before.get(file.file)
      const isSame = was !== undefined && (await this.#isSame(was, file.stamp, next))
      if (was !== undefined && !isSame) endPlugin(was)
      next.push(isSame ? was : await this.#load(file, next))
    }
    const gone = this.#standing.filter(({ file }) => !found.some((one) => one.file === file.file))
    for (const one of gone) endPlugin(one)
    const isChanged = gone.length > 0 || next.some((one) => !this.#standing.includes(one))
    if (isChanged) this.#put(next)
    return isChanged
  }

  /** Ends what they do. */
  stop(): void {
    for (const one of this.#standing) endPlugin(one)
  }

  async #load(file: PluginFile, others: readonly StandingPlugin[]): Promise<StandingPlugin> {
    const { parts } = this.#options
    const loading = { ...this.#options, others: pluginsOf(others), stopped: () => this.#tell() }
    const loaded = await loadPlugin(file, loading)
    // One that fails to load does not say any more what was its own.
    if (loaded.known !== null) await parts?.set(file.file, loaded.known)
    return loaded.known === null ? { ...loaded, known: (await parts?.get(file.file)) ?? null } : loaded
  }

  /** One whose name was taken by another may have it once that is gone. */
  async #isSame(was: StandingPlugin, stamp: string, others: readonly StandingPlugin[]): Promise<boolean> {
    const id = was.isRead ? was.id : null
    const now = await stampWith({ ...was.file, stamp }, this.#options.folder, id)
    if (now !== was.stamp) return false
    const before = this.#standing.slice(0, this.#standing.indexOf(was))
    return (
      was.fault?.code !== 'plugin/schema' ||
      (others.length === before.length && others.every((one, at) => one === before[at]))
    )
  }

  #put(next: readonly StandingPlugin[]): void {
    const { log } = this.#options
    for (const { plugin, file, known } of next)
      if (plugin !== null && !this.#standing.some((one) => one.plugin === plugin))
        log.info(`plug-in "${plugin.id}" ${plugin.version} is loaded`, { file: file.file, parts: known })
    this.#standing = next
    this.#registry = registryWith(
      next.flatMap(({ plugin, file, stamp }) =>
        plugin === null ? [] : [{ plugin, stamp: `${file.file} ${stamp}` }],
      ),
      next.flatMap(leftOutOf),
    )
    this.#tell()
  }

  #tell(): void {
    for (const changed of this.#listeners) changed()
  }
}

function pluginsOf(standing: readonly StandingPlugin[]) {
  return standing.flatMap(({ plugin }) => plugin ?? [])
}

function leftOutOf({ id, file: { file }, stamp, fault, known, text }: StandingPlugin): LeftOutPlugin[] {
  if (fault === null) return []
  // What did not load may have any part; that it speaks of one by name says most.
  const has = (name: string) => known?.includes(name) ?? wordIn(text, name) !== null
  return [{ id, file, stamp, fault, has }]
}

function stoppedFault(why: string | null): PluginFault | null {
  return why === null ? null : { code: 'plugin/failed', message: why }
}

/** The fault with its place in the source: the line that it names, or the first that has the word. */
function findingOf(
  id: string,
  source: { readonly file: string; readonly text: string },
  { code, message, help, near }: PluginFault,
): Diagnostic {
  const report = new Report(source)
  const own = /^(wants|does|failed) /.test(message)
    ? `plug-in "${id}" ${message}`
    : `plug-in "${id}": ${message}`
  const words = message.startsWith('plug-in ') ? message : own
  const rest = 'it is left out, and the others run'
  report.add(spanOf(source.text, near), 'error', code, words, help === undefined ? rest : `${help}; ${rest}`)
  return report.diagnostics[0] as Diagnostic
}

function spanOf(text: string, near: string | undefined) {
  const [, line] = /^line (\d+)$/.exec(near ?? '') ?? []
  if (line !== undefined) {
    const lines = text.split('\n')
    const start = lines.slice(0, Number(line) - 1).join('\n').length + (line === '1' ? 0 : 1)
    const written = lines[Number(line) - 1] ?? ''
    const indent = written.length - written.trimStart().length
    return { start: start + indent, end: start + Math.max(written.trimEnd().length, indent + 1) }
  }
  const found = near === undefined ? null : wordIn(text, near)
  return found === null ? { start: 0, end: 1 } : { start: found.index, end: found.index + found[0].length }
}

function wordIn(text: string, word: string): RegExpExecArray | null {
  if (!/^\w+$/.test(word)) return null
  // As a key, before it is taken for a word of something else.
  return new RegExp(`\\b${word}(?=\\s*[:(])`).exec(text) ?? new RegExp(`\\b${word}\\b`).exec(text)
}
