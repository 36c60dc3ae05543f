import type { Clock } from '../core/clock.ts'
import type { Effect } from '../core/effect.ts'
import { messageOf } from '../core/error.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { Input } from '../core/input.ts'
import type { Log } from '../core/log.ts'
import type { Moments } from './moments/moments.ts'
import type { EventSource, RuleEvent, TriggerData, World } from './plugin.ts'
import type { Rule } from './rule-set.ts'
import { Runs } from './runs.ts'
import { Subscriptions } from './subscriptions.ts'

interface EngineOptions {
  readonly world: World
  /** `event`: what started the rule; null where no event did. */
  perform(effect: Effect, because: string, event: PlayerEvent | null): Promise<void>
  readonly clock: Clock
  readonly log: Log
  /** Without them no trigger that waits for a moment can start. */
  readonly moments?: Pick<Moments, 'of'>
  /** Told when somebody begins to listen to such events, for sources that have to be asked for them; returns what ends it. */
  readonly listening?: (source: EventSource, match: Readonly<Record<string, string>>) => () => void
}

/** A rule whose triggers are set up. */
interface Armed {
  /** As it is written now: only its place may change while it stands. */
  rule: Rule
  /** Ends its triggers. */
  readonly triggers: AbortController
  /** Ends its runs under way. */
  readonly runs: AbortController
  /** Where it stands among all of them. */
  order: number
  /** End what its triggers listen to. */
  readonly forgets: (() => void)[]
}

/** Events in, effects out: starts the rules whose triggers fire and whose conditions hold. */
export class Engine {
  readonly #options: EngineOptions
  readonly #subscriptions: Subscriptions
  readonly #runs: Runs
  readonly #armed = new Map<string, Armed>()
  #isStarted = false
  /** The event that triggers are being told of. */
  #event: PlayerEvent | null = null
  /** How many rules have led to what triggers are being told of, by setting inputs that start one another. */
  #depth = 0

  constructor(options: EngineOptions) {
    this.#options = options
    const { world, log } = options
    this.#subscriptions = new Subscriptions((named) => world.playerId(named))
    this.#runs = new Runs({
      perform: (...performed) => options.perform(...performed),
      isRunning: () => this.#isStarted,
      clock: {
        now: () => options.clock.now(),
        sleep: (ms) => options.clock.sleep(ms),
        until: (when) => options.clock.sleep(Math.max(0, when.getTime() - options.clock.now().getTime())),
      },
      world,
      log,
    })
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
    for (const [order, rule] of [...coming.values()].entries()) {
      const armed = this.#armed.get(rule.id)
      if (armed === undefined) this.#arm(rule, order)
      else armed.order = order
    }
    if (!this.#isStarted) this.happened('startup', { type: 'startup' })
    this.#isStarted = true
  }

  /** Takes no more events; resolves when the runs under way have ended. */
  async stop(): Promise<void> {
    for (const [id, armed] of this.#armed) this.#disarm(id, armed, { runsGoOn: false })
    this.#isStarted = false
    await this.#runs.settled()
  }

  /** Takes in what happened; resolves when the runs that this event started have ended. */
  async handle(event: PlayerEvent): Promise<void> {
    const before = new Set(this.#runs.underWay)
    this.#event = event
    this.happened('player', { ...event })
    this.#event = null
    await Promise.allSettled([...this.#runs.underWay].filter((run) => !before.has(run)))
  }

  /** Takes in what happened, from wherever: `event` has the fields of its source, see `EventSource`. */
  happened(source: EventSource, event: RuleEvent): void {
    for (const { receive } of this.#subscriptions.of(source, event)) {
      try {
        receive(event)
      } catch (error) {
        this.#options.log.error('a trigger failed on an event; the others go on', {
          source,
          error: messageOf(error),
        })
      }
    }
  }

  /** Takes in that an input was set. */
  inputChanged({ id, value }: Pick<Input, 'id' | 'value'>): void {
    this.#depth = this.#runs.depthOf(id)
    this.happened('input', { type: 'input', name: id, value })
    this.#depth = 0
  }

  /** Resolves when every run that has begun by now has ended. */
  async settled(): Promise<void> {
    await this.#runs.settled()
  }

  #arm(rule: Rule, order: number): void {
    const { world, clock, log, moments } = this.#options
    const armed: Armed = {
      rule,
      triggers: new AbortController(),
      runs: new AbortController(),
      order,
      forgets: [],
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
            this.#runs.begin({ ...run, rule, started: bound, depth: this.#depth, signal: runs.signal })
          },
          didNotFire: (because) => log.debug(`rule "${rule.id}" did not run`, { because }),
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
    for (const forget of armed.forgets) forget()
    armed.triggers.abort(takenOut)
    if (!runsGoOn) armed.runs.abort(takenOut)
  }

  #subscribe(armed: Armed, { source, match: asked, receive }: Wanted): void {
    if (armed.triggers.signal.aborted) return
    const match = narrowed(armed.rule, asked, source)
    const forget = this.#subscriptions.add({ source, match, order: () => armed.order, receive })
    armed.forgets.push(forget)
    const unheard = this.#options.listening?.(source, match)
    if (unheard !== undefined) armed.forgets.push(unheard)
  }
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

// Without a reason of ours each signal makes an error with a stack, and there may be thousands.
const takenOut = 'the rule is taken out'

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
