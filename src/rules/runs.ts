import type { Effect } from '../core/effect.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { Log } from '../core/log.ts'
import type { Values } from '../language/expression/environment.ts'
import { type Judgement, judge, type RuleCondition } from './condition.ts'
import { valuesFor } from './names.ts'
import type { ActionClock, ActionContext, PluginEffect, Setting, TriggerData, World } from './plugin.ts'
import type { Rule } from './rule-set.ts'
import type { ActionStep, Step, Way } from './step.ts'

interface RunsOptions {
  readonly world: World
  /** `event`: what started the rule; null where no event did. */
  perform(effect: Effect, because: string, event: PlayerEvent | null): Promise<void>
  /** False while the product ends: a run that began is not left half done then. */
  isRunning(): boolean
  readonly clock: ActionClock
  readonly log: Log
}

/** A rule that a trigger has started. */
export interface Run {
  readonly rule: Rule
  /** The trigger that fired. */
  readonly started: Rule['when'][number]
  readonly data: TriggerData
  readonly because: string
  readonly event: PlayerEvent | null
  /** How many other rules have led to it. */
  readonly depth: number
  /** Ends it. */
  readonly signal: AbortSignal
}

// Rules that set what starts one another would go on for ever.
const deepest = 8

/** What started rules do: their conditions, then one action after the other. */
export class Runs {
  readonly #options: RunsOptions
  readonly #all = new Set<Promise<void>>()
  /** The last run of each stream or player. */
  readonly #lanes = new Map<string, Promise<void>>()
  /** How many rules have led to each input that is being set. */
  readonly #settingRuns = new Set<{ readonly input: string; readonly depth: number }>()

  constructor(options: RunsOptions) {
    this.#options = options
  }

  /** Those that have begun and not ended. */
  get underWay(): ReadonlySet<Promise<void>> {
    return this.#all
  }

  /** How many rules have led to the input being set just now; 0 where no rule did. */
  depthOf(input: string): number {
    return Math.max(0, ...[...this.#settingRuns].flatMap((run) => (run.input === input ? [run.depth] : [])))
  }

  /** Resolves when every run that has begun by now has ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#all)
  }

  /** Runs that concern one stream or player follow one another, so that the last wish is the one that holds. */
  begin(run: Run): void {
    const player = run.rule.player ?? run.data.player
    const known = player === undefined ? undefined : this.#options.world.playerId(player)
    const lane = run.rule.stream ?? run.data.stream ?? known ?? player ?? run.rule.id
    const before = this.#lanes.get(lane) ?? Promise.resolve()
    const running = before
      .then(() => this.#run(run))
      .catch((error) => this.#failed(run, 'could not run', error))
      .finally(() => {
        this.#all.delete(running)
        if (this.#lanes.get(lane) === running) this.#lanes.delete(lane)
      })
    this.#lanes.set(lane, running)
    this.#all.add(running)
  }

  async #run(run: Run): Promise<void> {
    const { rule, because } = run
    const { log, world } = this.#options
    if (run.depth > deepest) {
      const error = `${deepest} rules have started one another in a row by setting inputs; this one is not run`
      return this.#failed(run, 'is held', new AppError('conflict', error))
    }
    const unmet = unmetIn(run, world)
    if (unmet !== null) {
      const { why, saw } = unmet
      log.info(`${wordsOf(rule)} did not run: ${why}`, { because, ...seen(saw) })
      return
    }
    log.info(`${wordsOf(rule)} runs`, { because })
    await this.#doAll(rule.do, run, '')
  }

  /** One after the other; false where one of them failed, and those behind it were not begun. `within`: `2.` in action 2. */
  async #doAll(actions: readonly Step[], run: Run, within: string): Promise<boolean> {
    const { log, world } = this.#options
    const { rule, because } = run
    for (const [index, bound] of actions.entries()) {
      const number = `${within}${index + 1}`
      const what = `action ${number} \`${bound.kind}\`${bound.name === undefined ? '' : ` (${bound.name})`}`
      // At the end of the product a run that began is not left half done.
      if (run.signal.aborted && this.#options.isRunning()) {
        log.info(`${wordsOf(rule)} ends before ${what}: it was changed, or taken out`)
        return false
      }
      try {
        const next = unmetAmong(bound.if ?? [], run, world) ?? (await this.#step(bound, run))
        if (next === null) continue
        if ('do' in next) {
          if (!(await this.#doAll(next.do, run, `${number}.`))) return false
        } else log.info(`${wordsOf(rule)} skips ${what}: ${next.why}`, { because, ...seen(next.saw) })
      } catch (error) {
        this.#failed(run, `stopped at ${what}`, error)
        return false
      }
    }
    return true
  }

  async #step(step: Step, run: Run): Promise<Way | Judgement | null> {
    if (step.does === 'choose') return wayOf(step.ways, run, this.#options.world)
    if (step.does !== 'act') throw new AppError('conflict', `\`${step.kind}\` cannot be carried out yet`)
    await step.definition.run(this.#actionContext({ ...run, bound: step }))
    return null
  }

  async #perform(effect: Effect, { rule, event, depth }: Run): Promise<void> {
    const setting = effect.kind === 'set-input' ? { input: effect.name, depth: depth + 1 } : null
    if (setting !== null) this.#settingRuns.add(setting)
    try {
      await this.#options.perform(effect, `rule ${rule.id}`, event)
    } finally {
      if (setting !== null) this.#settingRuns.delete(setting)
    }
  }

  #failed({ rule }: Run, how: string, error: unknown): void {
    const place = rule.name == null ? rule.place : `${rule.name}, ${rule.place}`
    this.#options.log.error(`rule "${rule.id}" (${place}) ${how}`, { error: messageOf(error) })
  }

  #actionContext({ bound, ...run }: Run & { bound: ActionStep }): ActionContext<never> {
    const { world } = this.#options
    const { rule, data, signal } = run
    const now = () => valuesFor({ rule, data }, world)
    return {
      options: filled(bound, now) as never,
      ruleId: rule.id,
      world,
      trigger: data,
      signal,
      stream: () => targetStream(rule, data),
      settings: settingsOf(bound, now),
      dryRun: false,
      clock: this.#options.clock,
      recorded: async (look) => look(),
      effect: async (effect: Effect | PluginEffect, perform?: () => Promise<unknown>) => {
        if (effect.kind === 'plugin') await perform?.()
        else await this.#perform(effect, run)
      },
    }
  }
}

/** The rule with its name, for the log. */
function wordsOf({ id, name }: Rule): string {
  return name == null ? `rule "${id}"` : `rule "${id}" (${name})`
}

function seen(saw: readonly string[]): { saw?: readonly string[] } {
  return saw.length === 0 ? {} : { saw }
}

/** The first condition of the trigger that fired or of the rule that does not hold; those behind it are not asked. */
function unmetIn(run: Run, world: World): Judgement | null {
  return unmetAmong([...(run.started.if ?? []), ...run.rule.if], run, world)
}

function unmetAmong(conditions: readonly RuleCondition[], run: Run, world: World): Judgement | null {
  if (conditions.length === 0) return null
  const values = valuesFor(run, world)
  for (const condition of conditions) {
    const judgement = judge(condition, world, values)
    if (judgement.holds !== true) return judgement
  }
  return null
}

/** The way it goes, or why it goes none. */
function wayOf(ways: readonly Way[], run: Run, world: World): Way | Judgement {
  const saw: string[] = []
  for (const branch of ways) {
    const unmet = branch.if === null ? null : unmetAmong(branch.if, run, world)
    if (unmet === null) return branch
    saw.push(...unmet.saw)
  }
  return { holds: false, why: 'none of its conditions holds', saw: [...new Set(saw)] }
}

/** The options with their texts as they read now. */
function filled({ options, texts }: ActionStep, values: () => Values): unknown {
  if (texts === undefined || texts.size === 0 || typeof options !== 'object') return options
  const now = values()
  const written = [...texts].map(([option, template]) => [option, template.evaluate(now).text])
  return { ...options, ...Object.fromEntries(written) }
}

/** Each is worked out when its turn comes, from what the household remembers then. */
function settingsOf({ settings = [] }: ActionStep, values: () => Values): readonly Setting[] {
  return settings.map(({ kind, name, expression }) => ({
    kind,
    name,
    value() {
      const outcome = expression.evaluate(values())
      if ('value' in outcome) return outcome.value
      throw new AppError('conflict', `"${name}" stays as it is: ${outcome.fault}`)
    },
  }))
}

function targetStream(rule: Rule, data: TriggerData): string {
  const stream = rule.stream ?? data.stream
  if (stream !== undefined) return stream
  throw new AppError(
    'invalid',
    'it is not said which stream is meant: name one with `stream:` in the rule or the action',
  )
}
