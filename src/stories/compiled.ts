import type { Setting, Story } from '../core/story.ts'
import type { Declaration } from '../core/value-form.ts'
import { compileAssigned } from '../language/expression/assigned.ts'
import type { Environment } from '../language/expression/environment.ts'
import { compileExpression, type Expression } from '../language/expression/expression.ts'
import { fieldsOf } from '../language/expression/kept-fields.ts'

/** A story whose expressions can be asked. */
export interface CompiledStory {
  readonly story: Story
  /** Undefined for a condition that is not in the story, or cannot be read. */
  condition(text: string): Expression | undefined
  setting(setting: Setting): Expression | undefined
}

/** Each expression is compiled once, when it is first asked. What cannot be read has none: who wrote it was told. */
export function compiled(story: Story): CompiledStory {
  const environment = storyEnvironment(story.vars)
  const conditions = new Map<string, Expression | null>()
  const settings = new Map<string, Expression | null>()
  return {
    story,
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

/** The names that expressions of a story may use: its own vars, as they are called. Of `faulty` ones enough was said. */
export function storyEnvironment(
  vars: ReadonlyMap<string, Declaration>,
  faulty: Iterable<string> = [],
): Environment {
  const own = 'a story knows its own vars alone, and these by their names: `gold > 0`'
  return {
    groups: {},
    names: fieldsOf(vars),
    absent: {
      ...Object.fromEntries(ofTheHouse.map((name) => [name, own])),
      ...Object.fromEntries([...faulty].map((name) => [name, ''])),
    },
  }
}

// What expressions of rules may ask for.
const ofTheHouse = [
  ...['vars', 'inputs', 'player', 'stream', 'now', 'trigger'],
  ...['event', 'holiday', 'weekdays', 'weekends'],
] as const

function keyOf({ name, value }: Setting): string {
  return `${name} ${value}`
}
