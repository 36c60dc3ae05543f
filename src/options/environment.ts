import { AppError } from '../core/error.ts'
import { knownOptions, knownVariables, prefix, typed, typesOf } from './known.ts'
import { quoted, type Setting, suggestion } from './setting.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The settings in the environment; lists are parted by commas. An empty variable counts as not set, because
 * that is how Compose files pass on what is missing.
 * @throws AppError `invalid` for a variable of our prefix that names no option.
 */
export function readEnvironment(env: Environment): Setting[] {
  return Object.entries(env).flatMap(([name, text]) => {
    if (!name.startsWith(prefix)) return []
    const path = knownVariables.get(name)
    const schema = path === undefined ? undefined : knownOptions.get(path)
    if (path === undefined || schema === undefined) throw unknownVariable(name)
    if (text === undefined || text === '') return []
    const value = typesOf(schema).has('array') ? parted(text) : typed(schema, text)
    return [{ path, value, origin: `environment variable ${name}` }]
  })
}

function parted(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function unknownVariable(name: string): AppError {
  const hint = suggestion(name, [...knownVariables.keys()])
  return new AppError('invalid', `unknown environment variable ${quoted(name)}${hint}`)
}
