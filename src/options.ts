import { resolve } from 'node:path'
import { withoutEmptied } from './options/add-on.ts'
import { type CommandForm, parseCommandLine } from './options/command-line.ts'
import { dataFolder, dependentDefaults, underSupervisor, usesEmbeddedBroker } from './options/defaults.ts'
import { type Environment, readEnvironment } from './options/environment.ts'
import { readOptionsFile } from './options/file.ts'
import { knownOptions } from './options/known.ts'
import { checkTogether } from './options/rules.ts'
import type { Options } from './options/schema.ts'
import { type Setting, schemaChecks } from './options/setting.ts'

export type { Options } from './options/schema.ts'

export interface Loaded {
  /** Folders in it are absolute. */
  readonly options: Options
  /** `null` runs the product. */
  readonly command: string | null
  readonly args: string[]
  /** The command's own flags that were given; one that takes nothing is ''. */
  readonly flags: ReadonlyMap<string, string>
  /** Its flags that may be given several times, in order. */
  readonly lists: ReadonlyMap<string, readonly string[]>
  readonly json: boolean
}

/**
 * The options from the command line, else the environment, else the options file, else their defaults.
 * `commands` are the commands that exist beside `run`.
 * @throws AppError `invalid` with one message that names option, value, where it came from and what would do.
 */
export async function loadOptions(input: {
  argv: readonly string[]
  env: Environment
  cwd: string
  commands?: readonly CommandForm[]
}): Promise<Loaded> {
  const { env, cwd } = input
  const checks = schemaChecks()
  const line = parseCommandLine(input.argv, input.commands ?? [])
  const named = [...readEnvironment(env), ...line.settings]
  for (const setting of named) checks.one(setting)
  const home = folderIn(named) ?? dataFolder(env)
  const inFile = await fileSettings({ file: line.file, home, env, cwd })
  for (const setting of inFile) checks.one(setting)

  const given = [...inFile, ...named]
  const defaults = dependentDefaults(env, folderIn(given) ?? home)
  const chosen = new Map([...defaults, ...given].map((setting) => [setting.path, setting]))
  const zone = chosen.get('timezone')
  if (zone !== undefined) checks.one(zone)
  const options = checks.completed(chosen)
  checkTogether(options, env, (path) => chosen.get(path) ?? defaultSetting(path))
  const { command, args, flags, lists, json } = line
  return {
    options: { ...options, folders: absolute(options.folders, cwd) },
    command,
    args: [...args],
    flags,
    lists,
    json,
  }
}

/** Whether simulated players take the place of a Yoto account. */
export function usesSimulator(options: Options, env: Environment): boolean {
  switch (options.simulate) {
    case true:
    case 'always':
      return true
    case false:
    case 'never':
      return false
    case 'auto':
      return !underSupervisor(env) && usesEmbeddedBroker(options, env) && options.yoto.client_id === null
  }
}

/** Where the house is; null where it is not said. */
export function locationIn({ location }: Options): { latitude: number; longitude: number } | null {
  const { latitude, longitude } = location
  return latitude === null || longitude === null ? null : { latitude, longitude }
}

/** The data folder that the last of the settings names. */
function folderIn(settings: readonly Setting[]): string | undefined {
  const last = settings.findLast((setting) => setting.path === 'folders.data')
  return last === undefined ? undefined : String(last.value)
}

/** Only the Supervisor has a place of its own for the file; it may be missing there. */
async function fileSettings(from: {
  file: string | null
  home: string
  env: Environment
  cwd: string
}): Promise<Setting[]> {
  if (from.file !== null) return readOptionsFile(resolve(from.cwd, from.file), 'wrong')
  if (!underSupervisor(from.env)) return []
  return withoutEmptied(await readOptionsFile(resolve(from.cwd, from.home, 'options.json'), 'empty'))
}

function defaultSetting(path: string): Setting {
  return { path, value: knownOptions.get(path)?.default, origin: 'the default' }
}

function absolute(folders: Options['folders'], cwd: string): Options['folders'] {
  const { data, config, media } = folders
  return { data: resolve(cwd, data), config: resolve(cwd, config), media: resolve(cwd, media) }
}
