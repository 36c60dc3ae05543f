import type { Effect } from '../../core/effect.ts'
import { AppError } from '../../core/error.ts'
import type { FieldType } from '../../language/expression/environment.ts'
import type {
  ActionContext,
  ActionDef,
  ConditionDef,
  FunctionDef,
  PlainData,
  Plugin,
  PluginEffect,
} from '../plugin.ts'
import { guardedCheck } from './guard-check.ts'
import { guardedSource } from './guard-source.ts'
import { guardedSpeech } from './guard-speech.ts'
import { guardedTrigger } from './guard-trigger.ts'
import { asPlain, explaining, referring } from './guarded.ts'
import { readSignature } from './signature.ts'
import { isThenable, outside, type PluginWatch } from './watch.ts'

/** The plug-in with a guard around all of it: what fails fails the rule alone, named, and is counted. */
export function guardedPlugin(plugin: Plugin, watch: PluginWatch): Plugin {
  return {
    id: plugin.id,
    api: plugin.api,
    version: plugin.version,
    triggers: each(plugin.triggers, (name, part) => guardedTrigger(name, part, watch)),
    conditions: each(plugin.conditions, (name, part) => guardedCondition(name, part, watch)),
    actions: each(plugin.actions, (name, part) => guardedAction(name, part, watch)),
    functions: each(plugin.functions, (name, part) => guardedFunction(name, part, watch)),
    playlistSources: each(plugin.playlistSources, (name, part) => guardedSource(name, part, watch)),
    speechProviders: each(plugin.speechProviders, (name, part) => guardedSpeech(name, part, watch)),
    checks: each(plugin.checks, (name, part) => guardedCheck(name, part, watch)),
  }
}

function each<Part>(
  parts: Readonly<Record<string, Part>> | undefined,
  guard: (name: string, part: Part) => Part,
): Readonly<Record<string, Part>> {
  return Object.fromEntries(Object.entries(parts ?? {}).map(([name, part]) => [name, guard(name, part)]))
}

function guardedCondition(name: string, part: ConditionDef, watch: PluginWatch): ConditionDef {
  const doing = { what: `condition \`${name}\``, rule: null }
  return {
    ...shownOf(part),
    ...referring(part, doing, watch),
    ...explaining(part, doing, watch),
    test: (options, world) =>
      watch.run(doing, () => {
        const holds: unknown = part.test(options, world)
        if (typeof holds === 'boolean') return holds
        // A promise would hold always.
        if (isThenable(holds)) holds.then(undefined, () => undefined)
        throw new TypeError(
          `it answered ${isThenable(holds) ? 'with a promise' : String(holds)}, not true or false`,
        )
      }),
  }
}

function guardedAction(name: string, part: ActionDef, watch: PluginWatch): ActionDef {
  const doing = { what: `action \`${name}\``, rule: null }
  const { texts } = part
  return {
    ...shownOf(part),
    ...referring(part, doing, watch),
    ...explaining(part, doing, watch),
    ...(texts === undefined ? {} : { texts }),
    async run(context) {
      // What our own side refused is no fault of the plug-in that hands it on.
      const ours = new WeakSet<object>()
      const of = { ...doing, rule: context.ruleId }
      try {
        return await watch.run(of, async () => lastOf(await part.run(actionContext(context, ours))))
      } catch (error) {
        if (error instanceof AppError || (typeof error === 'object' && error !== null && ours.has(error)))
          throw error
        if (context.signal.aborted) throw error
        throw watch.failed(error, of)
      }
    },
  }
}

const effectKinds: Readonly<Record<Effect['kind'], true>> = {
  'mutate-queue': true,
  'fill-queue': true,
  'delete-stream': true,
  'start-stream': true,
  'tell-story': true,
  'let-end': true,
  'send-on': true,
  'return-volume': true,
  webhook: true,
  ha: true,
  command: true,
  publish: true,
  log: true,
  'set-var': true,
  'set-input': true,
}

function actionContext(context: ActionContext<unknown>, ours: WeakSet<object>): ActionContext<unknown> {
  const own = <Result>(work: () => Promise<Result>): Promise<Result> =>
    outside(work).catch((error: unknown) => {
      if (typeof error === 'object' && error !== null) ours.add(error)
      throw error
    })
  const effect = async (effect: Effect | PluginEffect, run?: () => Promise<unknown>) => {
    if (effect.kind === 'plugin') {
      if (run === undefined) throw new TypeError('effect({kind: "plugin", …}) takes what it does behind it')
      const detail = asPlain(effect.detail) as PlainData
      return context.effect({ kind: 'plugin', detail }, run)
    }
    const checked = checkedEffect(effect)
    return own(() => context.effect(checked))
  }
  const { clock } = context
  return {
    options: context.options,
    ruleId: context.ruleId,
    world: context.world,
    trigger: context.trigger,
    signal: context.signal,
    dryRun: context.dryRun,
    settings: context.settings,
    clock: {
      now: () => clock.now(),
      sleep: (ms) => own(() => clock.sleep(ms)),
      until: (when) => own(() => clock.until(when)),
    },
    recorded: (look) => context.recorded(look),
    stream: () => context.stream(),
    effect,
  }
}

/** What an action of others has returned; whatever is no effect is nothing. @throws TypeError where there is no such effect. */
function lastOf(returned: unknown): Effect | undefined {
  if (typeof returned !== 'object' || returned === null || !('kind' in returned)) return undefined
  if (returned.kind === 'plugin')
    throw new TypeError(
      'what a plug-in does itself is asked for with effect({kind: "plugin", …}, run), and not returned',
    )
  return checkedEffect(returned as Effect)
}

/** @throws TypeError where there is no such effect. */
function checkedEffect(effect: Effect): Effect {
  if (!Object.hasOwn(effectKinds, effect.kind))
    throw new TypeError(`there is no effect "${String(effect.kind)}"`)
  const isSet = effect.kind === 'set-var' || effect.kind === 'set-input'
  return isSet ? effect : (asPlain(effect) as Effect)
}

function guardedFunction(name: string, part: FunctionDef, watch: PluginWatch): FunctionDef {
  const doing = { what: `function \`${name}\``, rule: null }
  const gives = readSignature(name, part.signature)?.gives
  const { signature, describe } = part
  return {
    signature,
    describe,
    call(...values) {
      let answer: boolean | number | string | null = null
      watch.runAlone(doing, () => {
        const found = part.call(...values)
        if (found !== null && !isOfType(found, gives)) throw new TypeError(`it answered ${typeof found}`)
        answer = found
      })
      return answer
    },
  }
}

function isOfType(value: unknown, type: FieldType | undefined): boolean {
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value)
  return typeof value === (type === 'bool' ? 'boolean' : 'string')
}

function shownOf<Part extends ConditionDef | ActionDef>({
  title,
  describe,
  examples,
  options,
  shorthand,
}: Part) {
  return { title, describe, examples, options, ...(shorthand === undefined ? {} : { shorthand }) }
}
