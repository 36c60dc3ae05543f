import type { Clock } from '../core/clock.ts'
import { silentLog } from '../core/log.ts'
import type { Options } from '../options.ts'
import { PluginShelf } from './plugin-shelf.ts'

interface ReadInput {
  readonly options: Options
  readonly clock: Clock
  readonly purpose: 'read' | 'dry'
}

/** The household's plug-ins for a command, loaded once. */
export async function readPlugins({ options, clock, purpose }: ReadInput): Promise<PluginShelf> {
  const { plugins: packages, folders } = options
  const shelf = new PluginShelf({ folder: folders.config, packages, purpose, clock, log: silentLog })
  await shelf.look()
  return shelf
}
