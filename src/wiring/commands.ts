import { AppError } from '../core/error.ts'
import { didYouMean } from '../language/names.ts'
import { wordsOf } from '../options/command-line.ts'
import { backupCommand } from './backup-command.ts'
import { cardCommand } from './card-command.ts'
import { checkCommand } from './check-command.ts'
import type { Command } from './command.ts'
import { explainCommand } from './explain-command.ts'
import { exportCommand } from './export-command.ts'
import { formatCommand } from './format-command.ts'
import { graphCommand } from './graph-command.ts'
import { importCommand } from './import-command.ts'
import { coverCommand, iconCommand } from './picture-commands.ts'
import { planCommand } from './plan-command.ts'
import { playCommand } from './play-command.ts'
import { runCommand } from './run-command.ts'
import { schemaCommand } from './schema-command.ts'
import { speakCommand } from './speak-command.ts'
import { testCommand } from './test-command.ts'
import { tonightCommand } from './tonight-command.ts'
import { walkCommand } from './walk-command.ts'
import { whyCommand } from './why-command.ts'

/** Every command. A new one is a file and a line here. */
export const commands: readonly Command[] = [
  {
    name: 'check',
    usage: '[--json]',
    about: 'says what is wrong with the rule files, and what is worth knowing',
    more: 'Ends with 1 where a file is left out.',
    run: checkCommand,
  },
  {
    name: 'test',
    usage: '[--json]',
    about: 'runs the tests that stand in the rule files, each in a house of its own',
    more: 'Ends with 1 where a test fails or a file is left out.',
    run: testCommand,
  },
  runCommand,
  planCommand,
  tonightCommand,
  explainCommand,
  whyCommand,
  playCommand,
  walkCommand,
  graphCommand,
  speakCommand,
  formatCommand,
  schemaCommand,
  importCommand,
  exportCommand,
  cardCommand,
  iconCommand,
  coverCommand,
  backupCommand,
]

const widestUsage = 34

/** What there is to call, or the help of one command. @throws AppError `invalid` where there is no such command. */
export function helpText(name: string | null): string {
  if (name !== null) return helpOf(name)
  const rows = commands.map(
    (command) => `  ${`${command.name} ${command.usage}`.padEnd(widestUsage)}  ${command.about}`,
  )
  return [
    'npm start --silent -- [command] [--options FILE] [--data DIR] [--config DIR] [--media DIR]',
    '',
    'Without a command the product runs. Commands read the rule files and start nothing; card, icon, cover and backup ask the product that runs, and so does why:',
    '',
    ...rows,
    `  ${'help [command]'.padEnd(widestUsage)}  says how a command is called`,
    '',
    'The answer stands on stdout and nothing else; with --json it is for programs.',
    '',
  ].join('\n')
}

function helpOf(name: string): string {
  const command = commands.find((one) => one.name === name)
  if (command === undefined) {
    const names = commands.map((one) => one.name)
    const near = didYouMean(name, names)
    const hint = near === null ? `; known: ${names.join(', ')}` : `; did you mean "${near}"?`
    throw new AppError('invalid', `there is no command "${name.slice(0, 80)}"${hint}`)
  }
  const { usage, about, more } = command
  const lines = [`npm start --silent -- ${name} ${usage}`, '', `${name} ${about}.`]
  return `${[...lines, ...(more === undefined ? [] : ['', more])].join('\n')}\n`
}

/** Whether help was asked for, and with which command; undefined where it was not. */
export function helpAsked(argv: readonly string[]): { readonly command: string | null } | undefined {
  const [word, next = null] = wordsOf(argv, commands)
  if (word === 'help') return { command: next }
  if (!argv.includes('--help') && !argv.includes('-h')) return undefined
  return { command: commands.some(({ name }) => name === word) ? (word ?? null) : null }
}
