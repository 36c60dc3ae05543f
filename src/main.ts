import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { App } from './app.ts'
import { systemClock } from './core/clock.ts'
import { AppError, messageOf } from './core/error.ts'
import { isJsonObject } from './core/json.ts'
import type { Log } from './core/log.ts'
import { createRedactor, type Redactor } from './log/redactor.ts'
import { createLog } from './log.ts'
import { usesEmbeddedBroker } from './options/defaults.ts'
import { knownOptions } from './options/known.ts'
import { type Loaded, loadOptions, type Options, usesSimulator } from './options.ts'
import { takeStray } from './rules/plugins/watch.ts'
import type { CommandInput } from './wiring/command.ts'
import { commands, helpAsked, helpText } from './wiring/commands.ts'
import { startBlock } from './wiring/start-block.ts'
import { terminalOn } from './wiring/terminal.ts'

// A part that hangs must not keep the process; the contract gives ten seconds.
const longestStopMs = 9_000
// npm passes Ctrl-C on to a program that the terminal has told already: the same wish twice is no impatience.
const impatientAfterMs = 2_000
const shipped = fileURLToPath(new URL('../rules', import.meta.url))

let isStdoutWatched = false

// All that this process says passes through it.
const redactor = createRedactor()
const uncaught = (error: unknown) => {
  // What a plug-in lets go of must not end the product.
  if (!takeStray(error)) endWith(error, redactor)
}
process.on('uncaughtException', uncaught)
process.on('unhandledRejection', uncaught)
await main(redactor).catch((error) => endWith(error, redactor))

async function main(redactor: Redactor): Promise<void> {
  const argv = process.argv.slice(2)
  const help = helpAsked(argv)
  if (help !== undefined) {
    print(helpText(help.command))
    return
  }
  const loaded = await loadOptions({
    argv,
    env: process.env,
    cwd: process.cwd(),
    commands,
  })
  const { options } = loaded
  const version = await ownVersion()
  const { SUPERVISOR_TOKEN: token = '' } = process.env
  for (const secret of [...secretsIn(options), token]) redactor.addLasting(secret)
  const supervisor = token === '' ? {} : { supervisor: { address: 'http://supervisor', token } }
  if (loaded.command !== null) return runCommand({ ...loaded, ...supervisor }, redactor)
  const log = createLog({
    level: options.log_level,
    write: (line) => process.stdout.write(`${line}\n`),
    clock: systemClock,
    redact: redactor.redact,
  })
  logWarnings(log)
  // Elsewhere containers are whoever's who started them, and folders of theirs may be meant to go.
  const mountinfo = token === '' ? null : await readFile('/proc/self/mountinfo', 'utf8').catch(() => null)
  // Commands are answered in two thirds of the time without all that only the product needs.
  const starting = import('./app.ts').then(({ startApp }) =>
    startApp({
      options,
      simulate: usesSimulator(options, process.env),
      embeddedBroker: usesEmbeddedBroker(options, process.env),
      ...supervisor,
      mountinfo,
      shipped,
      version,
      runtime: { node: process.version, platform: `${process.platform} ${process.arch}` },
      clock: systemClock,
      log,
      redactor,
    }),
  )
  stopOnSignals(starting, log)
  const app = await starting
  log.info(startBlock(app, { options, version }))
  if (app.setUpWords !== null) log.warn(app.setUpWords)
}

/** Prints the answer and nothing else; ends with 1 where the command says so. */
async function runCommand(
  loaded: Loaded & Pick<CommandInput, 'supervisor'>,
  { redact }: Redactor,
): Promise<void> {
  const command = commands.find(({ name }) => name === loaded.command)
  if (command === undefined) return
  const {
    answer,
    notes = '',
    failed,
  } = await command.run({
    ...loaded,
    shipped,
    cwd: process.cwd(),
    clock: systemClock,
    note: (text) => process.stderr.write(redact(text)),
    terminal: terminalOn({
      input: () => process.stdin,
      output: { isTTY: process.stdout.isTTY, write: (text) => print(redact(text)) },
      onEnd: insteadOfEnding,
    }),
  })
  process.exitCode = failed ? 1 : 0
  if (notes !== '') process.stderr.write(redact(notes))
  print(redact(answer))
}

/** Has the listener called by the signals that end the process; returns how to take that back. */
function insteadOfEnding(listener: () => void): () => void {
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, listener)
  return () => {
    for (const signal of signals) process.off(signal, listener)
  }
}

/** Whoever reads the answer may have seen enough of it, as `head` has: that is no failure. */
function print(text: string): void {
  if (!isStdoutWatched)
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit()
      throw error
    })
  isStdoutWatched = true
  process.stdout.write(text)
}

/** Also while it is still starting: what has begun by then ends in order. */
function stopOnSignals(starting: Promise<App>, log: Log): void {
  let firstAt: number | undefined
  const stop = (signal: string) => {
    const now = performance.now()
    if (firstAt !== undefined) {
      if (now - firstAt > impatientAfterMs) process.exit(1)
      return
    }
    firstAt = now
    log.info(`${signal}: stopping`)
    setTimeout(() => process.exit(1), longestStopMs).unref()
    starting
      .then((app) => app.stop())
      .catch((error) => log.error('stopping failed', { error: messageOf(error) }))
      .finally(() => process.exit(0))
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal))
}

/** The values of the options that no message may show. */
function secretsIn(options: Options): string[] {
  const secret = [...knownOptions].filter(([, { writeOnly }]) => writeOnly === true)
  const values = secret.map(([path]) => path.split('.').reduce<unknown>(below, options))
  return values.filter((value) => typeof value === 'string')
}

function below(section: unknown, name: string): unknown {
  return isJsonObject(section) ? section[name] : undefined
}

function endWith(error: unknown, { redact }: Redactor): never {
  // A wrong option or a port in use is the household's to mend; a stack would only hide the sentence.
  const words =
    error instanceof AppError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`${redact(words ?? String(error))}\n`)
  process.exit(1)
}

/** Node's own way would write them past the log. */
function logWarnings(log: Log): void {
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => log.warn(message, { warning: name }))
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  return String((JSON.parse(text) as { version: unknown }).version)
}
