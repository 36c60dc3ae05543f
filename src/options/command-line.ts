import { parseArgs } from 'node:util'
import { AppError } from '../core/error.ts'
import { quoted, type Setting, suggestion } from './setting.ts'

/** What may stand behind a command's word. */
export interface CommandForm {
  readonly name: string
  /** The words that may follow: how many at most, and what each is; absent where nothing may. */
  readonly words?: { readonly most: number; readonly what: string }
  /** Flags of its own, without their dashes: what each takes, or null for one that takes nothing. */
  readonly flags?: Readonly<Record<string, string | null>>
  /** Those of them that may be given several times. */
  readonly lists?: readonly string[]
}

export interface CommandLine {
  /** The options file, as it was written. */
  readonly file: string | null
  readonly settings: readonly Setting[]
  /** `null` runs the product. */
  readonly command: string | null
  /** What follows the command. */
  readonly args: readonly string[]
  /** The command's own flags that were given; one that takes nothing is ''. */
  readonly flags: ReadonlyMap<string, string>
  /** Its flags that may be given several times, in order. */
  readonly lists: ReadonlyMap<string, readonly string[]>
  readonly json: boolean
}

/** The flags that stand with every command. */
const common = new Map<string, string | null>([
  ['options', 'a file'],
  ['data', 'a folder'],
  ['config', 'a folder'],
  ['media', 'a folder'],
  ['json', null],
])

/**
 * `[command] [words…] [--options FILE] [--data DIR] [--config DIR] [--media DIR] [--json]` and the command's own flags.
 * @throws AppError `invalid` for anything else.
 */
export function parseCommandLine(argv: readonly string[], commands: readonly CommandForm[]): CommandLine {
  const tokens = tokensOf(argv, commands)
  const [word, ...args] = wordsIn(tokens)
  const form = commands.find(({ name }) => name === word) ?? null
  const known = new Map([...common, ...(form === null ? [] : ownFlags(form))])
  const given = new Map<string, string>()
  const lists = new Map<string, readonly string[]>()
  for (const token of tokens)
    if (token.kind === 'option') {
      const isList = form?.lists?.includes(token.name) === true
      if (isList) given.delete(token.name)
      addFlag(given, token, { known, commands })
      if (isList) lists.set(token.name, [...(lists.get(token.name) ?? []), given.get(token.name) ?? ''])
    }
  const flags = new Map([...given].filter(([name]) => !common.has(name)))
  // Behind a flag that is not known, its value looks like a command.
  if (form === null) checkWord(word, commands)
  checkWords(args, form ?? { name: 'run' })
  return {
    file: given.get('options') ?? null,
    settings: (['data', 'config', 'media'] as const).flatMap((name) => {
      const value = given.get(name)
      return value === undefined ? [] : [{ path: `folders.${name}`, value, origin: `argument --${name}` }]
    }),
    // The word alone runs the product, as no word does.
    command: form === null || (form.name === 'run' && flags.size === 0) ? null : form.name,
    args,
    flags: new Map([...flags].filter(([name]) => !lists.has(name))),
    lists,
    json: given.has('json'),
  }
}

/** The command's word and what follows it, without flags; also where flags are wrong. */
export function wordsOf(argv: readonly string[], commands: readonly CommandForm[]): string[] {
  return wordsIn(tokensOf(argv, commands))
}

function tokensOf(argv: readonly string[], commands: readonly CommandForm[]) {
  const options = asParsed([...common, ...commands.flatMap(ownFlags)])
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens
}

function wordsIn(tokens: ReturnType<typeof tokensOf>): string[] {
  return tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []))
}

function ownFlags({ flags = {} }: CommandForm): [name: string, takes: string | null][] {
  return Object.entries(flags)
}

function asParsed(flags: readonly [name: string, takes: string | null][]) {
  const types = flags.map(([name, takes]) => [
    name,
    { type: takes === null ? ('boolean' as const) : ('string' as const) },
  ])
  return Object.fromEntries(types)
}

interface Known {
  readonly known: ReadonlyMap<string, string | null>
  readonly commands: readonly CommandForm[]
}

function addFlag(
  given: Map<string, string>,
  token: { name: string; rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
  { known, commands }: Known,
) {
  const flag = token.rawName === `--${token.name}` ? token.name : ''
  const takes = known.get(flag)
  if (takes === undefined) throw unknownFlag(token.rawName, { known, commands })
  if (given.has(flag)) throw new AppError('invalid', `argument --${flag}: given twice`)
  if (takes === null && token.value !== undefined)
    throw new AppError('invalid', `argument --${flag}: found ${quoted(token.value)}, expected no value`)
  // What is written with a `=` is meant, also where it looks like a flag; one id of an icon in 64 does.
  const looksLikeFlag = token.inlineValue !== true && token.value?.startsWith('-') === true
  if (takes !== null && (token.value === undefined || token.value === '' || looksLikeFlag))
    throw new AppError(
      'invalid',
      `argument --${flag}: found ${token.value ? quoted(token.value) : 'nothing'}, expected ${takes} behind it`,
    )
  given.set(flag, token.value ?? '')
}

function unknownFlag(written: string, { known, commands }: Known): AppError {
  const owners = commands.flatMap(({ name, flags = {} }) =>
    Object.keys(flags).some((flag) => `--${flag}` === written) ? [name] : [],
  )
  if (owners.length > 0) {
    const words = owners.length === 1 ? `the command ${owners[0]}` : `the commands ${owners.join(', ')}`
    return new AppError('invalid', `argument ${written} goes with ${words} alone`)
  }
  const flags = [...known.keys()].map((one) => `--${one}`)
  return new AppError('invalid', `unknown argument ${quoted(written)}${suggestion(written, flags)}`)
}

function checkWord(word: string | undefined, commands: readonly CommandForm[]): void {
  const known = [...new Set(['run', ...commands.map(({ name }) => name)])]
  if (word !== undefined && word !== 'run')
    throw new AppError('invalid', `unknown command ${quoted(word)}${suggestion(word, known)}`)
}

function checkWords(args: readonly string[], { name, words }: CommandForm): void {
  const stray = args[words?.most ?? 0]
  if (stray === undefined) return
  const expected = words === undefined ? 'nothing behind it' : `${words.what} and nothing more`
  throw new AppError('invalid', `command ${name}: found ${quoted(stray)}, expected ${expected}`)
}
