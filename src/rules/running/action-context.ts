import { AppError } from '../../core/error.ts'
import type { Values } from '../../language/expression/environment.ts'
import type { PlainData, Setting, TriggerData } from '../plugin.ts'
import type { Rule } from '../rule-set.ts'
import type { ActionStep } from '../step.ts'

/** The options with their texts as they read now. */
export function filled({ options, texts }: ActionStep, values: () => Values): unknown {
  if (texts === undefined || texts.size === 0 || typeof options !== 'object') return options
  const now = values()
  const written = [...texts].map(([option, template]) => [option, template.evaluate(now).text])
  return { ...options, ...Object.fromEntries(written) }
}

/** Each is worked out when its turn comes, from what the household remembers then. */
export function settingsOf({ settings = [] }: ActionStep, values: () => Values): readonly Setting[] {
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

export function targetStream(rule: Rule, data: TriggerData): string {
  const stream = rule.stream ?? data.stream
  if (stream !== undefined) return stream
  throw new AppError(
    'invalid',
    'it is not said which stream is meant: name one with `stream:` in the rule or the action',
  )
}

/** An effect as traces show it: what is worked out later is left out. */
export function askedOf(effect: object): PlainData {
  const plain: unknown = JSON.parse(
    JSON.stringify(effect, (key, value) => (key === 'kind' ? undefined : value)),
  )
  return isPlain(plain) ? plain : null
}

function isPlain(value: unknown): value is PlainData {
  return value !== undefined
}
