import { codes } from '../../language/codes.ts'
import type { TriggerContext, TriggerData, TriggerDef } from '../plugin.ts'
import { asPlain, explaining, quietly, referring } from './guarded.ts'
import { type Doing, outside, type PluginWatch } from './watch.ts'

/** A trigger with a guard around what it does at its start, at events, by the clock, and in what it says of itself. */
export function guardedTrigger(name: string, part: TriggerDef, watch: PluginWatch): TriggerDef {
  const doing = { what: `trigger \`${name}\``, rule: null }
  const { title, describe, examples, options, shorthand, provides } = part
  return {
    ...{ title, describe, examples, options },
    ...(shorthand === undefined ? {} : { shorthand }),
    ...(provides === undefined ? {} : { provides }),
    ...referring(part, doing, watch),
    ...explaining(part, doing, watch),
    ...checking(part, doing, watch),
    ...upcomingOf(part, doing, watch),
    start(context) {
      const of = { ...doing, rule: context.ruleId }
      const result: unknown = watch.run(of, () => part.start(triggerContext(context, of, watch)))
      watch.runAlone(of, () => result)
    },
  }
}

function triggerContext(
  context: TriggerContext<unknown>,
  doing: Doing,
  watch: PluginWatch,
): TriggerContext<unknown> {
  const alone =
    <Given>(receive: (given: Given) => void) =>
    (given: Given) =>
      watch.runAlone(doing, () => receive(given))
  return {
    options: context.options,
    ruleId: context.ruleId,
    signal: context.signal,
    world: context.world,
    clock: { now: () => context.clock.now(), at: timersOf(context, (run) => alone(run)(undefined)) },
    get moments() {
      const { moments } = context
      return {
        daily: (wish, receive) => outside(() => moments.daily(wish, alone(receive))),
        dated: (wish, receive) => outside(() => moments.dated(wish, alone(receive))),
      } satisfies typeof moments
    },
    on: (source, match, receive) => outside(() => context.on(source, match, alone(receive))),
    fire(data, because) {
      const told = asPlain(data ?? {})
      if (typeof told !== 'object' || told === null) throw new TypeError('`fire` takes an object of fields')
      if (watch.stoppedBecause === null)
        outside(() => context.fire(told as TriggerData, String(because).slice(0, 500)))
    },
    didNotFire: (because) => outside(() => context.didNotFire(String(because).slice(0, 500))),
  }
}

/** Timers that end with the rule, also where the plug-in forgets them. */
function timersOf(
  { clock, signal }: TriggerContext<unknown>,
  alone: (run: () => void) => void,
): TriggerContext<unknown>['clock']['at'] {
  const open = new Set<() => void>()
  signal.addEventListener(
    'abort',
    () => {
      for (const cancel of open) cancel()
      open.clear()
    },
    { once: true },
  )
  return (when, run) => {
    if (!(when instanceof Date) || Number.isNaN(when.getTime()))
      throw new TypeError('`clock.at` takes a Date')
    if (signal.aborted) return () => undefined
    const cancel = outside(() =>
      clock.at(when, () => {
        open.delete(cancel)
        alone(run)
      }),
    )
    open.add(cancel)
    return () => {
      open.delete(cancel)
      cancel()
    }
  }
}

function checking(part: TriggerDef, doing: Doing, watch: PluginWatch): Pick<TriggerDef, 'check'> {
  if (part.check === undefined) return {}
  return {
    check: (options, surroundings) =>
      quietly(watch, doing, [], () => {
        const remarks = part.check?.(options, surroundings) ?? []
        return remarks.map((remark) => ({
          ...remark,
          // Each code has a page of ours.
          code: Object.hasOwn(codes, remark.code) ? remark.code : 'type/value',
        }))
      }),
  }
}

function upcomingOf(part: TriggerDef, doing: Doing, watch: PluginWatch): Pick<TriggerDef, 'upcoming'> {
  if (part.upcoming === undefined) return {}
  return {
    *upcoming(options, span) {
      const moments = quietly(
        watch,
        doing,
        null,
        () => part.upcoming?.(options, span)[Symbol.iterator]() ?? null,
      )
      for (;;) {
        const next = quietly(watch, doing, null, () => moments?.next() ?? null)
        if (next === null || next.done === true) return
        if (!(next.value instanceof Date) || Number.isNaN(next.value.getTime())) return
        yield next.value
      }
    },
  }
}
