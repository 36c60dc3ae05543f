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
    this.#runs = new Runs({
      perform: (...performed) => options.perform(...performed),
      isRunning: () => this.#isStarted,
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
    for (const rule of coming.values()) if (!this.#armed.has(rule.id)) this.#arm(rule)
    if (!this.#isStarted) this.#deliver('startup', '', { type: 'startup' })
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
    this.#deliver('player', event.type, { ...event })
    this.#event = null
    await Promise.allSettled([...this.#runs.underWay].filter((run) => !before.has(run)))
  }

  /** Takes in that an input was set. */
  inputChanged({ id, value }: Pick<Input, 'id' | 'value'>): void {
    this.#depth = this.#runs.depthOf(id)
    this.#deliver('input', '', { type: 'input', name: id, value })
    this.#depth = 0
  }

  /** Takes in that a slot has begun, ended, or holds as the rules begin to run. */
  slotChanged(event: SlotEvent): void {
    this.#deliver('slot', event.type, { ...event })
  }

  /** Resolves when every run that has begun by now has ended. */
  async settled(): Promise<void> {
    await this.#runs.settled()
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
            this.#runs.begin({ ...run, rule, started: bound, depth: this.#depth, signal: runs.signal })
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
    armed.triggers.abort(takenOut)
    if (!runsGoOn) armed.runs.abort(takenOut)
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
