import { parseArgs } from 'node:util'
import { AppError } from '../core/error.ts'
import { quoted, type Setting, suggestion } from './setting.ts'

export interface CommandLine {
  /** The options file, as it was written. */
  readonly file: string | null
  readonly settings: readonly Setting[]
  /** `null` runs the product. */
  readonly command: string | null
  /** What follows the command. */
  readonly args: readonly string[]
  readonly json: boolean
}

const flags = ['options', 'data', 'config', 'media', 'json'] as const

/**
 * `[command] [--options FILE] [--data DIR] [--config DIR] [--media DIR] [--json]`.
 * @throws AppError `invalid` for anything else.
 */
export function parseCommandLine(argv: readonly string[], commands: readonly string[]): CommandLine {
  const { tokens } = parseArgs({
    args: [...argv],
    options: {
      options: { type: 'string' },
      data: { type: 'string' },
      config: { type: 'string' },
      media: { type: 'string' },
      json: { type: 'boolean' },
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given = new Map<string, string>()
  for (const token of tokens) if (token.kind === 'option') addFlag(given, token)
  const [word, ...args] = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []))
  return {
    file: given.get('options') ?? null,
    settings: (['data', 'config', 'media'] as const).flatMap((name) => {
      const value = given.get(name)
      return value === undefined ? [] : [{ path: `folders.${name}`, value, origin: `argument --${name}` }]
    }),
    command: commandOf(word, args, commands),
    args,
    json: given.has('json'),
  }
}

function addFlag(
  given: Map<string, string>,
  token: { name: string; rawName: string; value?: string | undefined },
) {
  const flag = flags.find((one) => `--${one}` === token.rawName)
  if (flag === undefined) {
    const hint = suggestion(
      token.rawName,
      flags.map((one) => `--${one}`),
    )
    throw new AppError('invalid', `unknown argument ${quoted(token.rawName)}${hint}`)
  }
  if (given.has(flag)) throw new AppError('invalid', `argument --${flag}: given twice`)
  if (flag === 'json' && token.value !== undefined)
    throw new AppError('invalid', `argument --json: found ${quoted(token.value)}, expected no value`)
  if (flag !== 'json' && (token.value === undefined || token.value === '' || token.value.startsWith('-')))
    throw new AppError(
      'invalid',
      `argument --${flag}: found ${token.value ? quoted(token.value) : 'nothing'}, expected ${flag === 'options' ? 'a file' : 'a folder'} behind it`,
    )
  given.set(flag, token.value ?? '')
}

function commandOf(
  word: string | undefined,
  args: readonly string[],
  commands: readonly string[],
): string | null {
  if (word === undefined) return null
  if (commands.includes(word)) return word
  const known = ['run', ...commands]
  if (word !== 'run')
    throw new AppError('invalid', `unknown command ${quoted(word)}${suggestion(word, known)}`)
  if (args.length > 0)
    throw new AppError('invalid', `command run: found ${quoted(args[0])}, expected nothing behind it`)
  return null
}
