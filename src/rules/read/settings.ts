import type { Declaration } from '../../core/value-form.ts'
import { readAssigned } from '../../language/expression/assigned.ts'
import type { Environment } from '../../language/expression/environment.ts'
import { didYouMean } from '../../language/names.ts'
import type { Node, ScalarNode } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { quote } from '../../language/wording.ts'
import { knownNames } from '../kept-names.ts'
import type { BoundSetting } from '../rule-set.ts'
import type { Declarations } from './declarations.ts'

interface Reading {
  readonly report: Report
  readonly environment: Environment
  readonly declared: Declarations
}

/** What an action sets, each expression of the type that its name takes; null after errors, which are reported. */
export function readSettings(node: Node, reading: Reading): readonly BoundSetting[] | null {
  if (node.kind !== 'map') return null
  const all = [...node.entries.values()].map(({ key, value }) => readOne(key, value, reading))
  const good = all.filter((setting) => setting !== undefined)
  return good.length === all.length ? good : null
}

function readOne(key: ScalarNode, value: Node, reading: Reading): BoundSetting | undefined {
  const target = targetOf(key, reading)
  if (target === undefined || value.kind !== 'scalar') return undefined
  const expression = readAssigned(target.declared, value, reading)
  return expression === undefined ? undefined : { kind: target.kind, name: key.text, expression }
}

function targetOf(
  key: ScalarNode,
  { report, declared }: Reading,
): { readonly kind: BoundSetting['kind']; readonly declared: Declaration } | undefined {
  const name = key.text
  const input = declared.inputs.get(name)
  if (input !== undefined && input.form.type === 'press') {
    const message = `input ${quote(name)} is a button: people press it, and rules do not set it`
    report.add(key, 'error', 'type/value', message, 'take an input of the type `switch`, or a var')
    return undefined
  }
  if (input !== undefined) return { kind: 'set-input', declared: input }
  const known = declared.vars.get(name)
  if (known !== undefined) return { kind: 'set-var', declared: known }
  const faulty = declared.faulty.get(`vars.${name}`) ?? declared.faulty.get(`inputs.${name}`)
  if (faulty === '') return undefined
  const names = [...declared.vars.keys(), ...declared.inputs.keys()]
  const near = faulty === undefined ? didYouMean(withoutGroup(name), names) : null
  const question = near === null ? '' : ` - did you mean "${near}"?`
  const help = faulty === undefined ? knownNames(names) : `mend its declaration in ${faulty} first`
  report.add(key, 'error', 'ref/var', `there is no var or input ${quote(name)}${question}`, help)
  return undefined
}

/** Behind `set` the name stands alone; `vars.coins` is how expressions call it. */
function withoutGroup(name: string): string {
  return name.replace(/^(vars|inputs)\./, '')
}
