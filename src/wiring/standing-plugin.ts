import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Plugin } from '../rules/plugin.ts'
import type { PluginFault } from '../rules/plugins/fault.ts'
import { guardedPlugin } from '../rules/plugins/guard.ts'
import { collision, partNames } from '../rules/plugins/plugin-set.ts'
import { isFault, notUsedYet } from '../rules/plugins/shape.ts'
import { inTime } from '../rules/plugins/time-limit.ts'
import { PluginWatch, wordsOf } from '../rules/plugins/watch.ts'
import { type PluginFile, stampOf } from './plugin-files.ts'
import { configFileOf, importPlugin, readConfig } from './plugin-loading.ts'

/** A plug-in as its file was when it was loaded. */
export interface StandingPlugin {
  readonly file: PluginFile
  /** Of its file and its configuration. */
  readonly stamp: string
  /** Its source. */
  readonly text: string
  /** Its own id; where that is not known, the name of its file. */
  readonly id: string
  readonly watch: PluginWatch
  readonly ends: AbortController
  /** With a guard around it; null where it is left out. */
  readonly plugin: Plugin | null
  /** Why it is left out. */
  readonly fault: PluginFault | null
  /** Whether it could be read, so that its id is its own. */
  readonly isRead: boolean
  /** The names of its parts; null where they are not known. */
  readonly known: readonly string[] | null
}

interface Loading {
  /** The config folder. */
  readonly folder: string
  readonly purpose: 'run' | 'dry' | 'read'
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** Those that run already. */
  readonly others: readonly Plugin[]
  /** Told when it fails too often. */
  readonly stopped: (why: string) => void
}

/** Loads a plug-in and sets it up. Never rejects: what is wrong is its `fault`. */
export async function loadPlugin(file: PluginFile, loading: Loading): Promise<StandingPlugin> {
  const { folder, clock, log } = loading
  const ends = new AbortController()
  const stopped = (why: string) => {
    ends.abort(why)
    loading.stopped(why)
  }
  const watch = new PluginWatch({ plugin: file.name, clock, log, stopped })
  const text = file.module === null ? '' : await readFile(file.module, 'utf8').catch(() => '')
  const read = await importPlugin(file, watch)
  if (isFault(read)) {
    const stamp = await stampWith(file, folder, null)
    const unread = { id: file.name, isRead: false, known: null, plugin: null }
    return { file, stamp, text, watch, ends, ...unread, fault: read }
  }
  watch.plugin = read.id
  const unused = notUsedYet.filter((name) => read[name] !== undefined)
  if (unused.length > 0)
    log.warn(`plug-in "${read.id}" brings what this version does not use yet: ${unused.join(', ')}`)
  const stamp = await stampWith(file, folder, read.id)
  const standing = { file, stamp, text, watch, ends, id: read.id, isRead: true, known: partNames(read) }
  const fault =
    collision(read, loading.others) ??
    (await setUp(read, loading, { watch, signal: ends.signal })) ??
    stoppedIn(watch)
  if (fault === null) return { ...standing, plugin: guardedPlugin(read, watch), fault }
  endPlugin(standing)
  return { ...standing, plugin: null, fault }
}

/** Ends what it does. */
export function endPlugin({ watch, ends }: Pick<StandingPlugin, 'watch' | 'ends'>): void {
  watch.end()
  if (!ends.signal.aborted) ends.abort('the plug-in is taken out')
}

/** Another one whenever the plug-in or its configuration was written. */
export async function stampWith(file: PluginFile, folder: string, id: string | null): Promise<string> {
  return id === null ? file.stamp : `${file.stamp} ${await stampOf(join(folder, configFileOf(id)))}`
}

async function setUp(
  plugin: Plugin,
  { folder, purpose }: Loading,
  { watch, signal }: { readonly watch: PluginWatch; readonly signal: AbortSignal },
): Promise<PluginFault | null> {
  try {
    const { values, findings } = await readConfig(folder, plugin)
    const wrong = findings.find(({ level }) => level === 'error')
    if (wrong !== undefined)
      return { code: 'plugin/schema', message: `${wrong.file}, line ${wrong.line}: ${wrong.message}` }
    if (plugin.setup === undefined || purpose === 'read') return null
    const context = { config: values, signal, dryRun: purpose === 'dry' }
    await inTime(watch.run({ what: 'its setup', rule: null }, () => plugin.setup?.(context)))
    return null
  } catch (error) {
    return { code: 'plugin/failed', message: `failed in its setup: ${wordsOf(error)}`, near: 'setup' }
  }
}

function stoppedIn({ stoppedBecause }: PluginWatch): PluginFault | null {
  return stoppedBecause === null ? null : { code: 'plugin/failed', message: stoppedBecause }
}
