import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Moments } from './moments/moments.ts'
import type { EventSource, RuleEvent, TriggerData, TriggerDef, World } from './plugin.ts'
import type { Bound, Rule } from './rule-set.ts'
import type { Subscriptions } from './subscriptions.ts'

type Match = Readonly<Record<string, string>>

interface TriggerStarterOptions {
  readonly world: World
  readonly clock: Clock
  readonly subscriptions: Subscriptions
  /** Without them no trigger that waits for a moment can start. */
  readonly moments: Pick<Moments, 'of'> | undefined
  /** Told when somebody begins to listen to such events, for sources that have to be asked for them; returns what ends it. */
  readonly listening: ((source: EventSource, match: Match) => () => void) | undefined
  readonly didNotFire: (nearly: {
    readonly rule: Rule
    readonly trigger: Bound<TriggerDef>
    readonly because: string
  }) => void
  readonly log: Log
}

/** A trigger to be set up. */
export interface Starting {
  readonly rule: Rule
  /** Tells its moments from those of others. */
  readonly name: string
  readonly signal: AbortSignal
  readonly order: () => number
  readonly fire: (data: TriggerData, because: string) => void
}

/** Sets triggers up, for rules and for runs that wait for one. A trigger that fails, at once or later, ends nothing else. */
export class TriggerStarter {
  readonly #options: TriggerStarterOptions

  constructor(options: TriggerStarterOptions) {
    this.#options = options
  }

  /** Until the signal is aborted. Where it cannot start it is left out, and the log says so. */
  start(bound: Bound<TriggerDef>, { rule, name, signal, order, fire }: Starting): void {
    const { world, clock, moments } = this.#options
    const guarded = (work: () => unknown, what: string) =>
      guard(work, (error) => this.#triggerFailed({ rule, bound, what, error }))
    const start = () =>
      bound.definition.start({
        options: bound.options as never,
        ruleId: rule.id,
        signal,
        clock: {
          now: () => clock.now(),
          at: (when, run) => clock.at(when, () => guarded(run, 'failed at a moment that it had waited for')),
        },
        world,
        get moments() {
          return momentsIn(moments).of(name, signal)
        },
        on: (source, match, receive) => {
          const heard = (event: RuleEvent) =>
            guarded(() => receive(event), `failed on an event of "${source}"`)
          this.#subscribe({ rule, source, match, receive: heard, signal, order })
        },
        fire: (data, because) => {
          if (signal.aborted) return
          guarded(() => fire(withId(plainOf(data), bound), because), 'fired, and could not be followed')
        },
        didNotFire: (because) => {
          if (!signal.aborted) this.#options.didNotFire({ rule, trigger: bound, because })
        },
      })
    guarded(start, 'could not start and is left out')
  }

  #triggerFailed({ rule, bound, what, error }: TriggerFailure): void {
    const { log } = this.#options
    log.error(`a trigger of rule "${rule.id}" (${rule.place}) ${what}`, {
      trigger: bound.kind,
      error: messageOf(error),
    })
  }

  #subscribe({ rule, source, match: asked, receive, signal, order }: Wanted): void {
    if (signal.aborted) return
    const match = narrowed(rule, asked, source)
    const forget = this.#options.subscriptions.add({ source, match, order, receive })
    signal.addEventListener('abort', forget, { once: true })
    const unheard = this.#options.listening?.(source, match)
    if (unheard !== undefined) signal.addEventListener('abort', unheard, { once: true })
  }
}

interface TriggerFailure extends Pick<Starting, 'rule'> {
  readonly bound: Bound<TriggerDef>
  readonly what: string
  readonly error: unknown
}

/** Does what a trigger wants done; whatever fails in it, at once or later, ends nothing else. */
function guard(work: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = work()
    if (result instanceof Promise) result.catch(failed)
  } catch (error) {
    failed(error)
  }
}

/** What a trigger tells, as the journal keeps it. @throws TypeError for what JSON cannot say. */
function plainOf(data: TriggerData): TriggerData {
  return JSON.parse(JSON.stringify(data))
}

/** What a trigger listens to. */
interface Wanted extends Pick<Starting, 'rule' | 'signal' | 'order'> {
  readonly source: EventSource
  readonly match: Match
  readonly receive: (event: RuleEvent) => void
}

/** A rule that names its player or stream hears only what concerns them, unless the trigger itself says otherwise. */
function narrowed(rule: Rule, match: Match, source: EventSource): Match {
  if (!('type' in match)) return match
  return {
    ...(rule.player === null || source === 'slot' ? {} : { player: rule.player }),
    ...(rule.stream === null ? {} : { stream: rule.stream }),
    ...match,
  }
}

function momentsIn(moments: TriggerStarterOptions['moments']): Pick<Moments, 'of'> {
  if (moments === undefined) throw new Error('nothing here waits for moments')
  return moments
}

function withId(data: TriggerData, bound: Rule['when'][number]): TriggerData {
  // A spread with more behind it makes a hidden class each time, on Node 20, and that keeps the data from being collected.
  return Object.assign({}, data, { kind: bound.kind }, bound.id === null ? {} : { id: bound.id })
}
