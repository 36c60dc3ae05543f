import { didYouMean } from '../names.ts'
import type { Span } from '../node.ts'
import { code, list } from '../wording.ts'
import type { Environment } from './environment.ts'
import { problem } from './finding.ts'
import { isOf, joined } from './operations.ts'
import { type Checking, mayBe, type Typed, typeWords } from './typed.ts'

/** What can be called, as it is shown to people. */
export const functions: ReadonlyMap<string, string> = new Map([
  ['if', 'if(condition, then, else)'],
  ['on_off', 'on_off(condition)'],
  ['size', 'size(text)'],
  ['event', "event('name')"],
])

export const methods: ReadonlyMap<string, (text: string, part: string) => boolean> = new Map([
  ['contains', (text, part) => text.includes(part)],
  ['startsWith', (text, part) => text.startsWith(part)],
  ['endsWith', (text, part) => text.endsWith(part)],
])

const refused = new Set(['has', 'all', 'exists', 'exists_one', 'map', 'filter', 'matches', 'bind'])

/** Whether a function or a method can be called; else it is said why not. `own`: those that are not of the language. */
export function isCallable(
  name: string,
  span: Span,
  kind: 'function' | 'method',
  checking: Checking,
  own: readonly string[] = [],
): boolean {
  const known = [...(kind === 'function' ? functions : methods).keys(), ...own]
  if (known.includes(name)) return true
  if (refused.has(name)) {
    checking.findings.push(
      problem(
        span,
        'expr/macro',
        `${code(name)} cannot be used in an expression here`,
        `known: ${list(shown(kind))}`,
      ),
    )
    return false
  }
  const near = didYouMean(name, known)
  const help = near === null ? `known: ${list(shown(kind))}` : `did you mean ${code(near)}?`
  checking.findings.push(problem(span, 'expr/unknown-name', `there is no ${kind} ${code(name)}`, help))
  return false
}

function shown(kind: 'function' | 'method'): string[] {
  return kind === 'function'
    ? [...functions.values()]
    : [...methods.keys()].map((name) => `text.${name}('…')`)
}

export function called(name: string, span: Span, values: readonly Typed[], checking: Checking): Typed | null {
  const [first, second, third] = values
  const count = name === 'if' ? 3 : 1
  if (first === undefined || values.length !== count) {
    checking.findings.push(
      problem(span, 'expr/type', `${code(name)} is written ${code(functions.get(name) ?? name)}`),
    )
    return null
  }
  const what = code(name)
  if (name === 'size')
    return isOf('text', first, what, checking)
      ? joined(span, 'number', [first], (text) => [...String(text)].length)
      : null
  if (!isOf('bool', first, what, checking)) return null
  if (name === 'on_off') return joined(span, 'text', [first], (value) => (value === true ? 'ON' : 'OFF'))
  return second === undefined || third === undefined ? null : choice(span, [first, second, third], checking)
}

/** A function that is not of the language; each of its values must be known. */
export function ownCalled(
  name: string,
  span: Span,
  values: readonly (Typed | null)[],
  { checking, own }: { readonly checking: Checking; readonly own: NonNullable<Environment['functions']> },
): Typed | null {
  const definition = own[name]
  const parts = values.filter((value) => value !== null)
  if (definition === undefined || parts.length < values.length) return null
  const { takes, gives, call } = definition
  if (parts.length !== takes.length) {
    const shown = `${name}(${takes.map((type) => typeWords[type]).join(', ')})`
    checking.findings.push(problem(span, 'expr/type', `${code(name)} is written ${code(shown)}`))
    return null
  }
  const fits = parts.map((part, index) => isOf(takes[index] ?? 'text', part, code(name), checking))
  if (!fits.every(Boolean)) return null
  const { start, end } = span
  const run: Typed['run'] = (known) => {
    const now = parts.map((part) => part.run(known))
    const all = now.filter((value) => value !== null)
    return all.length < now.length ? null : call(...all)
  }
  return { start, end, type: gives, run }
}

/** One of two values of a type; only the one that is chosen needs to be known. */
export function choice(span: Span, parts: readonly [Typed, Typed, Typed], checking: Checking): Typed | null {
  const [condition, then, otherwise] = parts
  if (!isOf('bool', condition, '`if`', checking)) return null
  if (then.type !== otherwise.type) {
    const message = `both answers must be of a kind: one is ${typeWords[then.type]}, the other ${typeWords[otherwise.type]}`
    checking.findings.push(problem(otherwise, 'expr/type', message))
    return null
  }
  const { start, end } = span
  const run: Typed['run'] = (values) => {
    const value = condition.run(values)
    if (value === null) return null
    return value === true ? then.run(values) : otherwise.run(values)
  }
  const may: Typed['may'] = (values) => {
    const value = condition.run(values)
    if (value !== null) return mayBe(value === true ? then : otherwise, values)
    const [ones, others] = [mayBe(then, values), mayBe(otherwise, values)]
    return ones === null || others === null ? null : [...new Set([...ones, ...others])]
  }
  return { start, end, type: then.type, run, may }
}
