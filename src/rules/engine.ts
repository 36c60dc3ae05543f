import type { Clock } from '../core/clock.ts'
import type { Effect } from '../core/effect.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { Input } from '../core/input.ts'
import type { Log } from '../core/log.ts'
import type { Values } from '../language/expression/environment.ts'
import { type Judgement, judge, type RuleCondition } from './condition.ts'
import type { Moments } from './moments/moments.ts'
import { valuesFor } from './names.ts'
import type {
  ActionContext,
  ActionDef,
  EventSource,
  RuleEvent,
  Setting,
  TriggerData,
  World,
} from './plugin.ts'
import type { Bound, Branch, Rule } from './rule-set.ts'
import type { SlotEvent } from './slot-events.ts'

interface EngineOptions {
  readonly world: World
  /** `event`: what started the rule; null where no event did. */
  perform(effect: Effect, because: string, event: PlayerEvent | null): Promise<void>
  readonly clock: Clock
  readonly log: Log
  /** Without them no trigger that waits for a moment can start. */
  readonly moments?: Pick<Moments, 'of'>
}

/** A rule whose triggers are set up. */
interface Armed {
  /** As it is written now: only its place may change while it stands. */
  rule: Rule
  /** Ends its triggers. */
  readonly triggers: AbortController
  /** Ends its runs under way. */
  readonly runs: AbortController
  readonly subscriptions: { readonly place: string; readonly subscription: Subscription }[]
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
  readonly #armed = new Map<string, Armed>()
  #isStarted = false
  /** The event that triggers are being told of. */
  #event: PlayerEvent | null = null
  /** How many rules have led to what triggers are being told of, by setting inputs that start one another. */
  #depth = 0
  readonly #settingRuns = new Set<{ readonly input: string; readonly depth: number }>()

  constructor(options: EngineOptions) {
    this.#options = options
  }

  /**
   * Takes the rules in place of those that ran before. Those that mean the same go on as if nothing had happened; of
   * those that are gone or changed, the runs under way end. Only the first start is one to the rules that wait for it.
   * A rule whose trigger fails to start is left out by name.
   */
  start(rules: readonly Rule[]): void {
    const coming = new Map(rules.filter(({ enabled }) => enabled).map((rule) => [rule.id, rule]))
    for (const [id, armed] of this.#armed) {
      const rule = coming.get(id)
      if (rule !== undefined && isSame(rule, armed.rule)) armed.rule = rule
      else this.#disarm(id, armed, { runsGoOn: rule !== undefined && isWrittenSame(rule, armed.rule) })
    }
    for (const rule of coming.values()) if (!this.#armed.has(rule.id)) this.#arm(rule)
    if (!this.#isStarted) this.#deliver('startup', '', { type: 'startup' })
    this.#isStarted = true
  }

  /** Takes no more events; resolves when the runs under way have ended. */
  async stop(): Promise<void> {
    for (const [id, armed] of this.#armed) this.#disarm(id, armed, { runsGoOn: false })
    this.#isStarted = false
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

  /** Takes in that an input was set. */
  inputChanged({ id, value }: Pick<Input, 'id' | 'value'>): void {
    const depths = [...this.#settingRuns].filter(({ input }) => input === id).map(({ depth }) => depth)
    this.#depth = Math.max(0, ...depths)
    this.#deliver('input', '', { type: 'input', name: id, value })
    this.#depth = 0
  }

  /** Takes in that a slot has begun, ended, or holds as the rules begin to run. */
  slotChanged(event: SlotEvent): void {
    this.#deliver('slot', event.type, { ...event })
  }

  /** Resolves when every run that has begun by now has ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#runs)
  }

  #arm(rule: Rule): void {
    const { world, clock, log, moments } = this.#options
    const armed: Armed = {
      rule,
      triggers: new AbortController(),
      runs: new AbortController(),
      subscriptions: [],
    }
    const { signal } = armed.triggers
    this.#armed.set(rule.id, armed)
    for (const bound of rule.when) {
      try {
        bound.definition.start({
          options: bound.options as never,
          ruleId: rule.id,
          signal,
          clock,
          world,
          get moments() {
            return momentsIn(moments).of(rule.id, signal)
          },
          on: (source, match, receive) => this.#subscribe(armed, { source, match, receive }),
          fire: (data, because) => {
            if (signal.aborted) return
            const { rule, runs } = armed
            const run = { data: withId(data, bound), because, event: this.#event }
            this.#begin({ ...run, rule, started: bound, depth: this.#depth, signal: runs.signal })
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

  #disarm(id: string, armed: Armed, { runsGoOn }: { readonly runsGoOn: boolean }): void {
    this.#armed.delete(id)
    for (const { place, subscription } of armed.subscriptions)
      this.#subscriptions.get(place)?.delete(subscription)
    armed.triggers.abort()
    if (!runsGoOn) armed.runs.abort()
  }

  #subscribe(armed: Armed, { source, match, receive }: Wanted): void {
    if (armed.triggers.signal.aborted) return
    const { type = '', ...rest } = narrowed(armed.rule, match, source)
    const place = `${source} ${type}`
    const subscriptions = this.#subscriptions.get(place) ?? new Set()
    const subscription = { match: Object.entries(rest), receive }
    subscriptions.add(subscription)
    this.#subscriptions.set(place, subscriptions)
    armed.subscriptions.push({ place, subscription })
  }

  #deliver(source: EventSource, type: string, event: RuleEvent): void {
    const fits = ([field, value]: Subscription['match'][number]) =>
      event[field] === value || (field === 'player' && this.#isPlayer(event.player, value))
    for (const { match, receive } of this.#subscriptions.get(`${source} ${type}`) ?? []) {
      if (!match.every(fits)) continue
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

  /** Asked at each event: the player of that name may have come or been renamed. */
  #isPlayer(id: unknown, named: string): boolean {
    return typeof id === 'string' && this.#options.world.playerId(named) === id
  }

  /** Runs that concern one stream or player follow one another, so that the last wish is the one that holds. */
  #begin(run: Run): void {
    const player = run.rule.player ?? run.data.player
    const known = player === undefined ? undefined : this.#options.world.playerId(player)
    const lane = run.rule.stream ?? run.data.stream ?? known ?? player ?? run.rule.id
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
  async #doAll(actions: readonly Bound<ActionDef>[], run: Run, within: string): Promise<boolean> {
    const { log, world } = this.#options
    const { rule, because } = run
    for (const [index, bound] of actions.entries()) {
      const number = `${within}${index + 1}`
      const what = `action ${number} \`${bound.kind}\`${bound.name === undefined ? '' : ` (${bound.name})`}`
      // At the end of the product a run that began is not left half done.
      if (run.signal.aborted && this.#isStarted) {
        log.info(`${wordsOf(rule)} ends before ${what}: it was changed, or taken out`)
        return false
      }
      try {
        const next = unmetAmong(bound.if ?? [], run, world) ?? wayOf(bound.branches, run, world)
        if (next === null) await bound.definition.run(this.#actionContext({ ...run, bound }))
        else if ('do' in next) {
          if (!(await this.#doAll(next.do, run, `${number}.`))) return false
        } else log.info(`${wordsOf(rule)} skips ${what}: ${next.why}`, { because, ...seen(next.saw) })
      } catch (error) {
        this.#failed(run, `stopped at ${what}`, error)
        return false
      }
    }
    return true
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

  #actionContext({ bound, ...run }: Run & { bound: Bound<ActionDef> }): ActionContext<never> {
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
      effect: (effect) => this.#perform(effect, run),
    }
  }
}

interface Run {
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

/** What a trigger listens to. */
interface Wanted {
  readonly source: EventSource
  readonly match: Readonly<Record<string, string>>
  readonly receive: (event: RuleEvent) => void
}

/** Whether it means the same, also in what it uses of what all files share. */
function isSame(one: Rule, other: Rule): boolean {
  if (one === other) return true
  return isWrittenSame(one, other) && one.meaning?.shared === other.meaning?.shared
}

function isWrittenSame(one: Rule, other: Rule): boolean {
  return one.meaning !== undefined && one.meaning.own === other.meaning?.own
}

// Rules that set what starts one another would go on for ever.
const deepest = 8

/** A rule that names its player or stream hears only what concerns them, unless the trigger itself says otherwise. */
function narrowed(
  rule: Rule,
  match: Readonly<Record<string, string>>,
  source: EventSource,
): Readonly<Record<string, string>> {
  if (!('type' in match)) return match
  return {
    ...(rule.player === null || source === 'slot' ? {} : { player: rule.player }),
    ...(rule.stream === null ? {} : { stream: rule.stream }),
    ...match,
  }
}

function momentsIn(moments: EngineOptions['moments']): Pick<Moments, 'of'> {
  if (moments === undefined) throw new Error('nothing here waits for moments')
  return moments
}

function withId(data: TriggerData, bound: Rule['when'][number]): TriggerData {
  return { ...data, kind: bound.kind, ...(bound.id === null ? {} : { id: bound.id }) }
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

/** Of an action that chooses among others: the way it goes, or why it goes none. Null for any other. */
function wayOf(branches: readonly Branch[] | undefined, run: Run, world: World): Branch | Judgement | null {
  if (branches === undefined) return null
  const saw: string[] = []
  for (const branch of branches) {
    const unmet = branch.if === null ? null : unmetAmong(branch.if, run, world)
    if (unmet === null) return branch
    saw.push(...unmet.saw)
  }
  return { holds: false, why: 'none of its conditions holds', saw: [...new Set(saw)] }
}

/** The options with their texts as they read now. */
function filled({ options, texts }: Bound<ActionDef>, values: () => Values): unknown {
  if (texts === undefined || texts.size === 0 || typeof options !== 'object') return options
  const now = values()
  const written = [...texts].map(([option, template]) => [option, template.evaluate(now).text])
  return { ...options, ...Object.fromEntries(written) }
}

/** Each is worked out when its turn comes, from what the household remembers then. */
function settingsOf({ settings = [] }: Bound<ActionDef>, values: () => Values): readonly Setting[] {
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
