import type { Clock } from '../core/clock.ts'
import { silentLog } from '../core/log.ts'
import type { Options } from '../options.ts'
import { PluginShelf } from './plugin-shelf.ts'

interface ReadInput {
  readonly options: Options
  readonly clock: Clock
  /** With `run` they are set up as when the product runs, and the shelf is to be stopped. */
  readonly purpose: 'read' | 'dry' | 'run'
}

/** The household's plug-ins for a command, loaded once. */
export async function readPlugins({ options, clock, purpose }: ReadInput): Promise<PluginShelf> {
  const { plugins: packages, folders } = options
  const shelf = new PluginShelf({ folder: folders.config, packages, purpose, clock, log: silentLog })
  await shelf.look()
  return shelf
}
