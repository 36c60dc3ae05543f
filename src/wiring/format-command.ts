import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError, errnoOf, messageOf } from '../core/error.ts'
import type { Command, CommandInput } from './command.ts'
import { formatRules } from './format-rules.ts'
import { ruleFilesIn } from './rule-folder.ts'

/** The command `fmt`: brings rule files into their usual form. */
export const formatCommand: Command = {
  name: 'fmt',
  usage: '[--check] [files…] [--json]',
  words: { most: Number.POSITIVE_INFINITY, what: 'files' },
  flags: { check: null },
  about: 'brings rule files into their usual form, with their comments',
  more: 'Without names it takes all rule files of the config folder. --check changes nothing, names the files that it would change and ends with 1 for them. A file that is not sound YAML is left as it is, and ends with 1.',
  async run(input) {
    const isCheck = input.flags.has('check')
    const results: Result[] = []
    for (const file of await filesOf(input)) results.push(await formatFile(file, isCheck))
    const isFault = ({ outcome }: Result) => outcome === 'left alone' || (isCheck && outcome === 'changed')
    return {
      answer: input.json
        ? `${JSON.stringify({ files: results.map(asJson) }, null, 2)}\n`
        : inWords(results, isCheck),
      failed: results.some(isFault),
    }
  },
}

interface RuleFile {
  /** As it is said to people. */
  readonly name: string
  readonly path: string
}

interface Result {
  readonly name: string
  readonly outcome: 'as it was' | 'changed' | 'left alone'
  /** Why it is left alone. */
  readonly why?: string
}

async function filesOf({ args, options, cwd }: CommandInput): Promise<RuleFile[]> {
  const { config } = options.folders
  if (args.length > 0) return Promise.all(args.map((name) => fileCalled(name, [cwd, config])))
  const found = await ruleFilesIn(config)
  if (found === null)
    throw new AppError(
      'not_found',
      `the config folder ${config} cannot be read: start the product once, or name another with --config`,
    )
  return found.map((name) => ({ name, path: join(config, name) }))
}

/** Where the command was called, else in the config folder, as `check` names files. */
async function fileCalled(name: string, folders: readonly string[]): Promise<RuleFile> {
  if (!name.endsWith('.yaml'))
    throw new AppError('invalid', `command fmt: ${JSON.stringify(name.slice(0, 200))} does not end in .yaml`)
  for (const folder of folders) {
    const path = resolve(folder, name)
    const facts = await stat(path).catch(() => null)
    if (facts?.isFile() === true) return { name, path }
  }
  throw new AppError('not_found', `command fmt: there is no file ${JSON.stringify(name.slice(0, 200))}`)
}

async function formatFile({ name, path }: RuleFile, isCheck: boolean): Promise<Result> {
  try {
    const text = await readFile(path, 'utf8')
    const formatted = await formatRules({ file: name, text })
    if ('problem' in formatted) {
      const { line, message } = formatted.problem
      return { name, outcome: 'left alone', why: `line ${line}: ${message}` }
    }
    if (formatted.text === text) return { name, outcome: 'as it was' }
    if (!isCheck) await replace(path, formatted.text)
    return { name, outcome: 'changed' }
  } catch (error) {
    return { name, outcome: 'left alone', why: errnoOf(error) ?? messageOf(error) }
  }
}

/** The old text or the new one is there at any moment, with the rights the file had. A link stays one. */
async function replace(path: string, text: string): Promise<void> {
  const target = await realpath(path)
  const { mode } = await stat(target)
  const part = join(dirname(target), `.${basename(target)}.part`)
  try {
    const handle = await open(part, 'w')
    try {
      await handle.chmod(mode)
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(part, target)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

function asJson({ name, outcome, why }: Result) {
  return { file: name, changed: outcome === 'changed', problem: why ?? null }
}

function inWords(results: readonly Result[], isCheck: boolean): string {
  const lines = results.flatMap(({ name, outcome, why }) => {
    if (outcome === 'as it was') return []
    if (outcome === 'changed') return [`${name}: ${isCheck ? 'not in its usual form' : 'formatted'}`]
    return [`${name}: left as it is: ${why}`]
  })
  const count = (outcome: Result['outcome']) => results.filter((one) => one.outcome === outcome).length
  const total = `${results.length} file${results.length === 1 ? '' : 's'}`
  const changed = `${count('changed')} ${isCheck ? 'to be formatted' : 'formatted'}`
  return `${[...lines, `${total}: ${changed}, ${count('left alone')} left as they are`].join('\n')}\n`
}
