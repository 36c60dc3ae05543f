import { type PlainValue, takenBy, valueIn } from '../../core/value-form.ts'
import { didYouMean } from '../../language/names.ts'
import { isEmpty, type MapEntry, type Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { quote } from '../../language/wording.ts'
import { knownNames } from '../kept-names.ts'
import type { Declarations } from './declarations.ts'

interface Reading {
  readonly report: Report
  readonly declared: Declarations
}

/** Values of vars or inputs, by name, as a test has them: `{party: true}`. Null after what is wrong was reported. */
export function readValues(
  group: 'vars' | 'inputs',
  node: Node | undefined,
  reading: Reading,
): ReadonlyMap<string, PlainValue> | null {
  if (node === undefined || isEmpty(node)) return new Map()
  const what = group === 'vars' ? 'var' : 'input'
  if (node.kind !== 'map') {
    const help = `as in \`${group}: {${group === 'vars' ? 'plays: 9' : 'party: true'}}\``
    reading.report.add(node, 'error', 'type/value', `\`${group}\` takes names with their values`, help)
    return null
  }
  const all = [...node.entries.values()].map((entry) => readOne(entry, { ...reading, group, what }))
  const good = all.filter((value) => value !== null)
  return good.length === all.length ? new Map(good) : null
}

function readOne(
  { key, value }: MapEntry,
  {
    report,
    declared,
    group,
    what,
  }: Reading & { readonly group: 'vars' | 'inputs'; readonly what: 'var' | 'input' },
): readonly [name: string, value: PlainValue] | null {
  const name = key.text
  const declaration = declared[group].get(name)
  if (declaration === undefined) {
    const faulty = declared.faulty.get(`${group}.${name}`)
    // Where it stands enough is said.
    if (faulty === '') return null
    const names = declared[group].keys()
    const near = faulty === undefined ? didYouMean(name, names) : null
    const question = near === null ? '' : ` - did you mean "${near}"?`
    const help =
      faulty === undefined ? knownNames(declared[group].keys()) : `mend its declaration in ${faulty} first`
    report.add(key, 'error', 'test/unknown-name', `there is no ${what} ${quote(name)}${question}`, help)
    return null
  }
  const read = value.kind === 'scalar' ? valueIn(declaration.form, value.text) : null
  if (read !== null) return [name, read]
  const found = value.kind === 'scalar' && value.text !== '' ? `, not ${quote(value.text)}` : ''
  const near =
    value.kind === 'scalar' && declaration.form.type === 'choice'
      ? didYouMean(value.text, declaration.form.options)
      : null
  const question = near === null ? '' : ` - did you mean "${near}"?`
  const message = `${what} ${quote(name)} takes ${takenBy(declaration.form)}${found}${question}`
  report.add(isEmpty(value) ? key : value, 'error', 'type/value', message)
  return null
}
