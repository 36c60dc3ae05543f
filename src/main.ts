import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type App, startApp } from './app.ts'
import { systemClock } from './core/clock.ts'
import { AppError, messageOf } from './core/error.ts'
import { createRedactor } from './log/redactor.ts'
import { createLog } from './log.ts'
import { loadOptions, usesSimulator } from './options.ts'
import { startBlock } from './start-block.ts'

// A part that hangs must not keep the process; the contract gives ten seconds.
const longestStopMs = 9_000

await main().catch((error) => {
  // A wrong option or a port in use is the household's to mend; a stack would only hide the sentence.
  const words =
    error instanceof AppError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`${words}\n`)
  process.exit(1)
})

async function main(): Promise<void> {
  const { options } = await loadOptions({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() })
  const version = await ownVersion()
  const redactor = createRedactor()
  if (options.mqtt.password !== null) redactor.add(options.mqtt.password)
  const log = createLog({
    level: options.log_level,
    write: (line) => process.stdout.write(`${line}\n`),
    clock: systemClock,
    redact: redactor.redact,
  })
  const app = await startApp({
    options,
    simulate: usesSimulator(options, process.env),
    shipped: fileURLToPath(new URL('../rules', import.meta.url)),
    version,
    clock: systemClock,
    log,
  })
  log.info(startBlock(app, { options, version }))
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      log.info(`${signal}: stopping`)
      void stop(app, (error) => log.error('stopping failed', { error: messageOf(error) }))
    })
}

async function stop(app: App, failed: (error: unknown) => void): Promise<void> {
  setTimeout(() => process.exit(1), longestStopMs).unref()
  await app.stop().catch(failed)
  process.exit(0)
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  return String((JSON.parse(text) as { version: unknown }).version)
}
