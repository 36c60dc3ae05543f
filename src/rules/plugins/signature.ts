import type { ExpressionFunction, FieldType } from '../../language/expression/environment.ts'
import type { FunctionDef } from '../plugin.ts'

const types: ReadonlyMap<string, FieldType> = new Map([
  ['string', 'text'],
  ['number', 'number'],
  ['bool', 'bool'],
])

/** What a function takes and gives: `school_week(string): bool`. Null where it is not written so, or has another name. */
export function readSignature(name: string, signature: string): Omit<ExpressionFunction, 'call'> | null {
  const [, called, written = '', gives = ''] =
    /^([a-z][a-z0-9_]*)\(([a-z, ]*)\): ?([a-z]+)$/.exec(signature) ?? []
  const given = types.get(gives)
  const taken = written.trim() === '' ? [] : written.split(',').map((word) => types.get(word.trim()))
  const takes = taken.filter((type) => type !== undefined)
  if (called !== name || given === undefined || takes.length < taken.length) return null
  return { takes, gives: given }
}

/** The functions as expressions call them. Those whose signature cannot be read are left out. */
export function functionsOf(
  functions: Readonly<Record<string, FunctionDef>> = {},
): Readonly<Record<string, ExpressionFunction>> {
  const all = Object.entries(functions).flatMap(([name, definition]) => {
    const signature = readSignature(name, definition.signature)
    if (signature === null) return []
    const call: ExpressionFunction['call'] = (...values) => definition.call(...(values as never[]))
    return [[name, { ...signature, call }] as const]
  })
  return Object.fromEntries(all)
}
