import type { Scene, Setting, Story, Way } from '../core/story.ts'
import { waysOf } from '../core/story.ts'
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

/** Compiles every expression of the story once. What cannot be read has none: who wrote it was told when it was read. */
export function compiled(story: Story): CompiledStory {
  const environment = storyEnvironment(story.vars)
  const conditions = new Map<string, Expression>()
  const settings = new Map<string, Expression>()
  const take = (setting: Setting) => {
    const key = keyOf(setting)
    const declared = story.vars.get(setting.name)
    if (declared === undefined || settings.has(key)) return
    const expression = compileAssigned(declared, setting.value, environment)
    if (expression) settings.set(key, expression)
  }
  for (const scene of story.scenes.values()) {
    for (const setting of settingsIn(scene)) take(setting)
    for (const text of conditionsIn(scene)) {
      if (conditions.has(text)) continue
      const { expression } = compileExpression(text, environment, 'bool')
      if (expression !== null) conditions.set(text, expression)
    }
  }
  return {
    story,
    condition: (text) => conditions.get(text),
    setting: (setting) => settings.get(keyOf(setting)),
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

function settingsIn(scene: Scene): readonly Setting[] {
  return [scene.set, ...waysOf(scene).map(({ way }: { way: Way }) => way.set)].flat()
}

function conditionsIn({ exit }: Scene): readonly string[] {
  return exit.kind === 'branch' ? exit.lines.flatMap((line) => line.if ?? []) : []
}

function keyOf({ name, value }: Setting): string {
  return `${name} ${value}`
}
