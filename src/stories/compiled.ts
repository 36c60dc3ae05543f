import type { Setting, Story } from '../core/story.ts'
import type { Declaration } from '../core/value-form.ts'
import { compileAssigned } from '../language/expression/assigned.ts'
import type { Environment } from '../language/expression/environment.ts'
import { compileExpression, type Expression } from '../language/expression/expression.ts'
import { fieldsOf } from '../language/expression/kept-fields.ts'
import { type AnyHouse, environmentOf, type HouseSays } from './house.ts'

/** A story whose expressions can be asked, in a house that answers them. */
export interface CompiledStory {
  readonly story: Story
  /** Where nothing else is said nothing of the house is known. */
  readonly house: HouseSays | AnyHouse
  /** Undefined for a condition that is not in the story, or cannot be read. */
  condition(text: string): Expression | undefined
  setting(setting: Setting): Expression | undefined
}

/** Each expression is compiled once, when it is first asked. What cannot be read has none: who wrote it was told. */
export function compiled(story: Story): CompiledStory {
  const environment = storyEnvironment(story.vars, { house: environmentOf(story.asks) })
  const conditions = new Map<string, Expression | null>()
  const settings = new Map<string, Expression | null>()
  return {
    story,
    house: { values: {} },
    condition(text) {
      const known = conditions.get(text)
      if (known !== undefined) return known ?? undefined
      const { expression } = compileExpression(text, environment, 'bool')
      conditions.set(text, expression)
      return expression ?? undefined
    },
    setting(setting) {
      const key = keyOf(setting)
      const known = settings.get(key)
      if (known !== undefined) return known ?? undefined
      const declared = story.vars.get(setting.name)
      const expression = declared === undefined ? null : compileAssigned(declared, setting.value, environment)
      settings.set(key, expression)
      return expression ?? undefined
    },
  }
}

/** The same story in that house. */
export function inHouse(story: CompiledStory, house: CompiledStory['house']): CompiledStory {
  return { ...story, house }
}

/** Whether the expression knows more than the vars of the story. */
export function asksHouse({ story: { vars, asks } }: CompiledStory, { names, events }: Expression): boolean {
  return asks !== undefined && (events.length > 0 || names.some((name) => !vars.has(name)))
}

/**
 * The names that expressions of a story may use: its own vars, as they are called, and what the house has beside these. Of
 * `faulty` vars enough was said.
 */
export function storyEnvironment(
  vars: ReadonlyMap<string, Declaration>,
  { house, faulty = [] }: { readonly house: Environment; readonly faulty?: Iterable<string> },
): Environment {
  const own = [...vars.keys()].flatMap((name) => [
    [name, `\`${name}\` is a var of the story itself`],
    [`vars.${name}`, `a var of the story itself is called by its name alone: \`${name}\``],
  ])
  const names = Object.entries(house.names ?? {}).filter(([name]) => !vars.has(name))
  return {
    ...house,
    groups: Object.fromEntries(Object.entries(house.groups).filter(([group]) => !vars.has(group))),
    names: { ...fieldsOf(vars), ...Object.fromEntries(names) },
    absent: {
      ...house.absent,
      ...Object.fromEntries(own),
      ...Object.fromEntries([...faulty].map((name) => [name, ''])),
    },
  }
}

function keyOf({ name, value }: Setting): string {
  return `${name} ${value}`
}
