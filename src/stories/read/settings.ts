import type { Setting } from '../../core/story.ts'
import { readAssigned } from '../../language/expression/assigned.ts'
import { didYouMean } from '../../language/names.ts'
import { isEmpty, type MapEntry, type Node } from '../../language/node.ts'
import { list, quote } from '../../language/wording.ts'
import type { StoryReading } from './reading.ts'
import { mostVars } from './schema.ts'

/** What is set, in order; null after errors. */
export function readSet(node: Node | undefined, reading: StoryReading): readonly Setting[] | null {
  if (node === undefined || node.kind !== 'map') return []
  if (node.entries.size > mostVars) {
    const message = `this sets ${node.entries.size} vars, and a story may have ${mostVars}`
    reading.report.add(node, 'error', 'type/value', message)
    return null
  }
  const all = [...node.entries.values()].map((entry) => readSetting(entry, reading))
  const good = all.filter((setting) => setting !== null)
  return good.length === all.length ? good : null
}

function readSetting({ key, value }: MapEntry, reading: StoryReading): Setting | null {
  const { vars, faulty, environment, report, story, asked } = reading
  const declared = vars.get(key.text)
  if (declared === undefined && faulty.has(key.text)) return null
  if (declared === undefined) {
    const near = report.isFull ? null : didYouMean(key.text, vars.keys())
    const question = near === null ? '' : ` - did you mean "${near}"?`
    const known = vars.size === 0 ? `story "${story}" has none` : `known: ${list([...vars.keys()])}`
    report.add(
      key,
      'error',
      'ref/var',
      `there is no var ${quote(key.text)} in story "${story}"${question}`,
      near === null ? known : undefined,
    )
    return null
  }
  if (value.kind !== 'scalar' || isEmpty(value)) {
    report.add(
      isEmpty(value) ? key : value,
      'error',
      'type/value',
      `\`${key.text}\` takes a value or an expression`,
    )
    return null
  }
  const [, more] = /^\+{1,2}\s*(\d*)$/.exec(value.text.trim()) ?? []
  if (more !== undefined && declared.form.type === 'number') {
    const message = `\`${key.text}\` takes what it becomes, not what is added to it`
    report.add(value, 'error', 'type/value', message, `write \`${key.text} + ${more || 1}\``)
    return null
  }
  const expression = readAssigned(declared, value, { report, environment })
  if (expression === undefined) return null
  asked.note(expression, value, reading)
  return { name: key.text, value: expression.text }
}
