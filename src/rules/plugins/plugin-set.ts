import { functions as languageFunctions } from '../../language/expression/functions.ts'
import { builtIn } from '../catalog.ts'
import type { Plugin } from '../plugin.ts'
import { createRegistry, type Registry } from '../registry.ts'
import type { LeftOutPlugin, PluginFault } from './fault.ts'
import { sections } from './shape.ts'

/** A plug-in that runs. */
export interface RunningPlugin {
  readonly plugin: Plugin
  /** Another one for each version of it that was loaded. */
  readonly stamp: string
}

/** Ours and theirs, with what is missing because a plug-in is left out. */
export function registryWith(
  running: readonly RunningPlugin[],
  leftOut: readonly LeftOutPlugin[] = [],
): Registry {
  const registry = createRegistry(builtIn, ...running.map(({ plugin }) => plugin))
  const stamped = running.map(({ plugin, stamp }) => ({ names: partNames(plugin), stamp }))
  const isThere = (name: string) =>
    sections.some((section) => {
      const parts = registry[section]
      return parts instanceof Map ? parts.has(name) : Object.hasOwn(parts, name)
    })
  return {
    ...registry,
    hasPlugins: running.length + leftOut.length > 0,
    stampOf: (text) =>
      stamped
        .filter(({ names }) => names.some((name) => text.includes(name)))
        .map(({ stamp }) => stamp)
        .join(' '),
    checksKey: running
      .filter(({ plugin }) => Object.keys(plugin.checks ?? {}).length > 0)
      .map(({ stamp }) => stamp)
      .join(' '),
    lostKey: leftOut.map(({ file, stamp }) => `${file} ${stamp}`).join(' '),
    lost(name) {
      if (leftOut.length === 0 || isThere(name) || languageFunctions.has(name)) return null
      const found = leftOut.find((plugin) => plugin.has(name))
      return found === undefined ? null : { plugin: found.id, file: found.file }
    },
  }
}

/** The names of all its parts that rule files may say, whatever they are. */
export function partNames(plugin: Plugin): string[] {
  return sections.flatMap((section) => Object.keys(plugin[section] ?? {}))
}

/** Why the plug-in cannot stand beside ours and those before it; null where it can. */
export function collision(plugin: Plugin, others: readonly Plugin[]): PluginFault | null {
  const sameId = [builtIn, ...others].find(({ id }) => id === plugin.id)
  if (sameId !== undefined)
    return {
      code: 'plugin/schema',
      message: `there is another plug-in of the id "${plugin.id}"`,
      help: 'give each an id of its own',
      near: 'id',
    }
  for (const section of sections)
    for (const name of Object.keys(plugin[section] ?? {})) {
      const other = [builtIn, ...others].find((one) => Object.hasOwn(one[section] ?? {}, name))
      const isOurs = other === builtIn || (section === 'functions' && languageFunctions.has(name))
      if (other === undefined && !isOurs) continue
      const whose = isOurs ? 'the product itself' : `the plug-in "${other?.id}"`
      const message = `its ${wordFor[section]} \`${name}\` is called as one of ${whose}`
      return { code: 'plugin/schema', message, help: 'give it another name', near: name }
    }
  return null
}

const wordFor: Readonly<Record<(typeof sections)[number], string>> = {
  triggers: 'trigger',
  conditions: 'condition',
  actions: 'action',
  functions: 'function',
  playlistSources: 'playlist source',
  speechProviders: 'speech provider',
}
