import type { Clock } from '../core/clock.ts'
import type { Effect } from '../core/effect.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { Log } from '../core/log.ts'
import type { Values } from '../language/expression/environment.ts'
import { type Judgement, judge } from './condition.ts'
import { valuesFor } from './names.ts'
import type { ActionContext, ActionDef, EventSource, RuleEvent, TriggerData, World } from './plugin.ts'
import type { Bound, Rule } from './rule-set.ts'

interface EngineOptions {
  readonly world: World
  /** `event`: what started the rule; null where no event did. */
  perform(effect: Effect, because: string, event: PlayerEvent | null): Promise<void>
  readonly clock: Clock
  readonly log: Log
}

interface Subscription {
  readonly match: readonly (readonly [field: string, value: string])[]
  readonly receive: (event: RuleEvent) => void
}

/** Events in, effects out: starts the rules whose triggers fire and whose conditions hold. */
export class Engine {
  readonly #options: EngineOptions
  /** By source and event type, so that an event only meets the triggers that could want it. */
  readonly #subscriptions = new Map<string, Set<Subscription>>()
  readonly #runs = new Set<Promise<void>>()
  /** The last run of each stream or player. */
  readonly #lanes = new Map<string, Promise<void>>()
  #stopping = new AbortController()
  /** The event that triggers are being told of. */
  #event: PlayerEvent | null = null

  constructor(options: EngineOptions) {
    this.#options = options
  }

  /** Takes the rules in place of those that ran before. A rule whose trigger fails to start is left out by name. */
  start(rules: readonly Rule[]): void {
    this.#stopping.abort()
    this.#stopping = new AbortController()
    this.#subscriptions.clear()
    for (const rule of rules) if (rule.enabled) this.#arm(rule)
    this.#deliver('startup', '', { type: 'startup' })
  }

  /** Takes no more events; resolves when the runs under way have ended. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#subscriptions.clear()
    await Promise.allSettled(this.#runs)
  }

  /** Takes in what happened; resolves when the runs that this event started have ended. */
  async handle(event: PlayerEvent): Promise<void> {
    const before = new Set(this.#runs)
    this.#event = event
    this.#deliver('player', event.type, { ...event })
    this.#event = null
    await Promise.allSettled([...this.#runs].filter((run) => !before.has(run)))
  }

  /** Resolves when every run that has begun by now has ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#runs)
  }

  #arm(rule: Rule): void {
    const { world, clock, log } = this.#options
    const signal = this.#stopping.signal
    for (const bound of rule.when) {
      try {
        bound.definition.start({
          options: bound.options as never,
          ruleId: rule.id,
          signal,
          clock,
          world,
          on: (source, match, receive) => this.#subscribe(source, narrowed(rule, match), receive),
          fire: (data, because) => {
            if (!signal.aborted) this.#begin({ rule, data: withId(data, bound), because, event: this.#event })
          },
        })
      } catch (error) {
        log.error(`a trigger of rule "${rule.id}" (${rule.place}) could not start and is left out`, {
          trigger: bound.kind,
          error: messageOf(error),
        })
      }
    }
  }

  #subscribe(
    source: EventSource,
    match: Readonly<Record<string, string>>,
    receive: (event: RuleEvent) => void,
  ): void {
    const { type = '', ...rest } = match
    const place = `${source} ${type}`
    const subscriptions = this.#subscriptions.get(place) ?? new Set()
    subscriptions.add({ match: Object.entries(rest), receive })
    this.#subscriptions.set(place, subscriptions)
  }

  #deliver(source: EventSource, type: string, event: RuleEvent): void {
    for (const { match, receive } of this.#subscriptions.get(`${source} ${type}`) ?? []) {
      if (!match.every(([field, value]) => event[field] === value)) continue
      try {
        receive(event)
      } catch (error) {
        this.#options.log.error('a trigger failed on an event; the others go on', {
          type,
          error: messageOf(error),
        })
      }
    }
  }

  /** Runs that concern one stream or player follow one another, so that the last wish is the one that holds. */
  #begin(run: Run): void {
    const lane = run.rule.stream ?? run.data.stream ?? run.rule.player ?? run.data.player ?? run.rule.id
    const before = this.#lanes.get(lane) ?? Promise.resolve()
    const running = before
      .then(() => this.#run(run))
      .catch((error) => this.#failed(run, 'could not run', error))
      .finally(() => {
        this.#runs.delete(running)
        if (this.#lanes.get(lane) === running) this.#lanes.delete(lane)
      })
    this.#lanes.set(lane, running)
    this.#runs.add(running)
  }

  async #run(run: Run): Promise<void> {
    const { rule, because } = run
    const { log, world } = this.#options
    const unmet = unmetIn(run, world)
    if (unmet !== null) {
      const { why, saw } = unmet
      log.info(`rule "${rule.id}" did not run: ${why}`, { because, ...(saw.length === 0 ? {} : { saw }) })
      return
    }
    log.info(`rule "${rule.id}" runs`, { because })
    for (const [index, bound] of rule.do.entries()) {
      try {
        await bound.definition.run(this.#actionContext({ ...run, bound }))
      } catch (error) {
        return this.#failed(run, `stopped at action ${index + 1} \`${bound.kind}\``, error)
      }
    }
  }

  #failed({ rule }: Run, how: string, error: unknown): void {
    this.#options.log.error(`rule "${rule.id}" (${rule.place}) ${how}`, { error: messageOf(error) })
  }

  #actionContext({ rule, data, event, bound }: Run & { bound: Bound<ActionDef> }): ActionContext<never> {
    const { world } = this.#options
    return {
      options: filled(bound, () => valuesFor({ rule, data }, world)) as never,
      ruleId: rule.id,
      world,
      trigger: data,
      signal: this.#stopping.signal,
      stream: () => targetStream(rule, data),
      effect: (effect) => this.#options.perform(effect, `rule ${rule.id}`, event),
    }
  }
}

interface Run {
  readonly rule: Rule
  readonly data: TriggerData
  readonly because: string
  readonly event: PlayerEvent | null
}

/** A rule that names its player or stream hears only what concerns them, unless the trigger itself says otherwise. */
function narrowed(rule: Rule, match: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (!('type' in match)) return match
  return {
    ...(rule.player === null ? {} : { player: rule.player }),
    ...(rule.stream === null ? {} : { stream: rule.stream }),
    ...match,
  }
}

function withId(data: TriggerData, bound: Rule['when'][number]): TriggerData {
  return { ...data, kind: bound.kind, ...(bound.id === null ? {} : { id: bound.id }) }
}

/** The first condition of the rule that does not hold; those behind it are not asked. */
function unmetIn(run: Run, world: World): Judgement | null {
  if (run.rule.if.length === 0) return null
  const values = valuesFor(run, world)
  for (const condition of run.rule.if) {
    const judgement = judge(condition, world, values)
    if (judgement.holds !== true) return judgement
  }
  return null
}

/** The options with their texts as they read now. */
function filled({ options, texts }: Bound<ActionDef>, values: () => Values): unknown {
  if (texts === undefined || texts.size === 0 || typeof options !== 'object') return options
  const now = values()
  const written = [...texts].map(([option, template]) => [option, template.evaluate(now).text])
  return { ...options, ...Object.fromEntries(written) }
}

function targetStream(rule: Rule, data: TriggerData): string {
  const stream = rule.stream ?? data.stream
  if (stream !== undefined) return stream
  throw new AppError(
    'invalid',
    'it is not said which stream is meant: name one with `stream:` in the rule or the action',
  )
}
