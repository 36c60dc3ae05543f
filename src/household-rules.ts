import type { Clock } from './core/clock.ts'
import type { Collection } from './core/collection.ts'
import type { Perform } from './core/effect.ts'
import { AppError } from './core/error.ts'
import type { Log } from './core/log.ts'
import type { Hub } from './hub.ts'
import { formatDiagnostic } from './language/diagnostic.ts'
import type { Source } from './language/source.ts'
import { actions, conditions, triggers } from './rules/catalog.ts'
import { Engine } from './rules/engine.ts'
import { filesOf } from './rules/playlists.ts'
import type { World } from './rules/plugin.ts'
import { readRuleFiles } from './rules/read/rule-files.ts'
import { createRegistry } from './rules/registry.ts'
import { emptyRuleSet, type RuleSet } from './rules/rule-set.ts'
import { Scheduler } from './rules/scheduler.ts'

interface Shelf {
  find(file: string): Promise<{ readonly state: 'ready' | 'missing' | 'refused' }>
  filesIn(folder: string): Promise<readonly string[]>
}

interface HouseholdRulesOptions {
  readonly hub: Hub
  readonly shelf: Shelf
  readonly perform: Perform
  /** By stream: the occurrence of its schedule that was put into effect last. */
  readonly applied: Collection<string>
  /** IANA name. */
  readonly zone: string
  /** Told which file is broken and how, and with null that it is not any more. */
  readonly problem: (file: string, text: string | null) => void
  readonly clock: Clock
  readonly log: Log
}

/** The rules of one household: read from its files, kept running on its hub. */
export class HouseholdRules {
  readonly #options: HouseholdRulesOptions
  readonly #registry = createRegistry({ triggers, conditions, actions })
  readonly #scheduler: Scheduler
  readonly #engine: Engine
  #ruleSet: RuleSet = emptyRuleSet
  #forget: () => void = () => undefined

  constructor(options: HouseholdRulesOptions) {
    this.#options = options
    const { hub, zone, clock, perform, applied } = options
    const log = options.log.for('rules')
    const world: World = {
      now: () => clock.now(),
      zone,
      player: (id) => hub.player(id),
      queue: (stream) => hub.queue(stream),
      files: (name) => this.files(name),
    }
    this.#scheduler = new Scheduler({ world, perform, applied, clock, log })
    this.#engine = new Engine({ world, perform, clock, log })
  }

  /** Reads the files and runs what is sound in them; what is not is said, by file, line and column. */
  async start(sources: readonly Source[]): Promise<void> {
    const { hub } = this.#options
    this.#ruleSet = await this.#read(sources)
    await this.#scheduler.start(this.#ruleSet.schedules)
    this.#forget = hub.subscribe('the rules', (change) => {
      if (change.kind === 'event') this.#engine.handle(change.event)
    })
    this.#engine.start(this.#ruleSet.rules)
  }

  /** Takes no more events; resolves when the runs under way have ended. */
  async stop(): Promise<void> {
    this.#forget()
    await this.#scheduler.stop()
    await this.#engine.stop()
  }

  get ruleSet(): RuleSet {
    return this.#ruleSet
  }

  /** The streams that schedules and rules speak of. */
  streams(): string[] {
    const named = [
      ...this.#ruleSet.schedules.map((schedule) => schedule.stream),
      ...this.#ruleSet.rules.flatMap((rule) => (rule.stream === null ? [] : [rule.stream])),
    ]
    return [...new Set(named)]
  }

  /**
   * The files of a playlist, or the one file of that name.
   * @throws AppError `not_found` when it is neither.
   */
  async files(playlistOrFile: string): Promise<readonly string[]> {
    const { playlists } = this.#ruleSet
    const { shelf } = this.#options
    if (!playlists.has(playlistOrFile) && !(await this.#exists(playlistOrFile)))
      throw new AppError('not_found', `there is no playlist and no file "${playlistOrFile.slice(0, 200)}"`)
    return filesOf(playlistOrFile, playlists, shelf)
  }

  async #exists(file: string): Promise<boolean> {
    return (await this.#options.shelf.find(file)).state !== 'missing'
  }

  async #read(sources: readonly Source[]): Promise<RuleSet> {
    const { problem, log } = this.#options
    const { ruleSet, diagnostics } = await readRuleFiles(sources, {
      registry: this.#registry,
      fileExists: (file) => this.#exists(file),
    })
    for (const source of sources) {
      const own = diagnostics.filter((diagnostic) => diagnostic.file === source.file)
      for (const diagnostic of own)
        log[logLevel[diagnostic.level]](`\n${formatDiagnostic(diagnostic, source.text)}`)
      const errors = own.filter((diagnostic) => diagnostic.level === 'error')
      const first = errors[0]
      const text = `${source.file} is left out: ${errors.length === 1 ? 'an error' : `${errors.length} errors`}`
      if (first !== undefined) log.error(`${text}; the other files run`)
      problem(
        source.file,
        first === undefined ? null : `${text}, first in line ${first.line}: ${first.message}`,
      )
    }
    return ruleSet
  }
}

const logLevel = { error: 'error', warning: 'warn', info: 'info' } as const
