import type { Setting } from '../core/story.ts'
import { fittedTo, type PlainValue, type ValueForm } from '../core/value-form.ts'
import { asksHouse, type CompiledStory } from './compiled.ts'
import type { Clamped, Situation } from './situation.ts'
import { answered } from './verdict.ts'

/** What vars have become. */
export interface Changed {
  readonly vars: Situation['vars']
  readonly clamped: readonly Clamped[]
  /** Of any house: there are more like it than are listed. */
  readonly isPartial: boolean
}

/** What a var may become: a value, or what it is. */
interface Becoming {
  readonly all: readonly (Fit | null)[]
  readonly isPartial: boolean
}

interface Fit {
  readonly value: PlainValue
  readonly isBeyond: boolean
}

/** Each is a situation of its own. */
export const mostListed = 1_000

/**
 * One setting after the other, so that each knows what those before it have set. What has no value leaves the var as it
 * is. In any house all that may come of it, or about `most` of that, else just one.
 */
export function changed(
  compiled: CompiledStory,
  { scene, vars }: Pick<Situation, 'scene' | 'vars'>,
  { settings, most = mostListed }: { readonly settings: readonly Setting[]; readonly most?: number },
): readonly Changed[] {
  let all: readonly Changed[] = [{ vars, clamped: [], isPartial: false }]
  for (const setting of settings) {
    const [first] = all
    const mostOfEach = Math.max(2, Math.floor(most / all.length))
    const becoming = (before: Changed) => becomingOf(compiled, before.vars, { setting, most: mostOfEach })
    const follow = (before: Changed) => afterAll(before, becoming(before), { setting, scene })
    all = all.length === 1 && first !== undefined ? follow(first) : all.flatMap(follow)
    if (all.length > 1) all = listed(all, most)
  }
  return all
}

function afterAll(
  before: Changed,
  becoming: Becoming,
  at: { readonly setting: Setting; readonly scene: string },
): readonly Changed[] {
  const isPartial = before.isPartial || becoming.isPartial
  return becoming.all.map((fit) => after({ ...before, isPartial }, fit, at))
}

function after(
  before: Changed,
  fit: Fit | null,
  { setting: { name }, scene }: { readonly setting: Setting; readonly scene: string },
): Changed {
  if (fit === null) return before
  const clamped = fit.isBeyond ? [...before.clamped, { name, scene, at: fit.value }] : before.clamped
  return { vars: { ...before.vars, [name]: fit.value }, clamped, isPartial: before.isPartial }
}

function becomingOf(
  compiled: CompiledStory,
  vars: Situation['vars'],
  { setting, most }: { readonly setting: Setting; readonly most: number },
): Becoming {
  const form = compiled.story.vars.get(setting.name)?.form
  const expression = compiled.setting(setting)
  if (form === undefined || expression === undefined) return asItIs
  const outcome = answered(compiled, expression, vars)
  if ('value' in outcome) return { all: [fitted(form, outcome.value)], isPartial: false }
  if (compiled.house !== 'any' || !asksHouse(compiled, expression)) return asItIs
  const values = expression.mayBe(vars)
  if (values === null) {
    const { all, isPartial } = allOf(form, most)
    return { all: [null, ...all.map((value) => ({ value, isBeyond: false }))], isPartial }
  }
  return { all: [null, ...values.map((value) => fitted(form, value))], isPartial: false }
}

const asItIs: Becoming = { all: [null], isPartial: false }

/** The value that it gets; a number between two whole ones is no number beyond its bounds. Null for what does not fit. */
function fitted(form: ValueForm, asked: PlainValue): Fit | null {
  const fit = fittedTo(form, asked)
  const isBeyond =
    form.type === 'number' && typeof asked === 'number' && (asked < form.min || asked > form.max)
  return fit && { value: fit.value, isBeyond }
}

/** Every value of the form; of too many some, the lowest and the highest among them. */
function allOf(
  form: ValueForm,
  most: number,
): { readonly all: readonly PlainValue[]; readonly isPartial: boolean } {
  switch (form.type) {
    case 'flag':
      return { all: [false, true], isPartial: false }
    case 'choice':
      return { all: form.options, isPartial: false }
    case 'press':
      return { all: [], isPartial: false }
    case 'number': {
      const steps = Math.floor((form.max - form.min) / form.step)
      const count = Math.min(steps, most - 1)
      const all = Array.from({ length: count + 1 }, (_, index) =>
        count === 0 ? form.min : form.min + Math.round((steps * index) / count) * form.step,
      )
      return { all, isPartial: count < steps }
    }
  }
}

/** Each once, and of too many some. */
function listed(all: readonly Changed[], most: number): readonly Changed[] {
  const byVars = new Map<string, Changed>()
  for (const one of all) {
    const key = JSON.stringify(Object.values(one.vars))
    const known = byVars.get(key)
    byVars.set(key, known === undefined ? one : { ...known, clamped: [...known.clamped, ...one.clamped] })
  }
  const each = [...byVars.values()]
  if (each.length <= most) return each
  const some = each.filter((_, index) => index % Math.ceil(each.length / most) === 0)
  return some.map((one) => ({ ...one, isPartial: true }))
}
