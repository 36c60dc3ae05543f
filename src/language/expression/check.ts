import { code } from '../wording.ts'
import type { Environment, Value } from './environment.ts'
import { eventCall } from './events.ts'
import { problem } from './finding.ts'
import { called, choice, isCallable, methods, ownCalled } from './functions.ts'
import { typedName } from './names-in.ts'
import { arithmetic, type Comparison, comparison, isOf, joined } from './operations.ts'
import type { ASTNode } from './parse.ts'
import { isStateCall, stateCall } from './states.ts'
import { type Checking, type Typed, withBrackets, written } from './typed.ts'

/**
 * The tree as something that can run, or null after everything that is wrong with its names and types was said.
 * What is not listed here cannot be written: there is no way from an expression to anything but its values.
 */
export function checked(node: ASTNode, checking: Checking, environment: Environment): Typed | null {
  const inner = (part: ASTNode) => checked(part, checking, environment)
  switch (node.op) {
    case 'value':
      return literal(node, node.args, checking)
    case 'id':
    case '.':
      return typedName(node, checking, environment)
    case '&&':
    case '||':
      return logical(node.op, node, pairOf(node.args, inner), checking)
    case '!_':
      return negation(node, inner(node.args), checking)
    case '-_':
      return minus(node, inner(node.args), checking)
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'in':
      return compared(node, checking, inner)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%': {
      const pair = pairOf(node.args, inner)
      return pair === null ? null : arithmetic(node.op, node, pair, checking)
    }
    case '?:': {
      const [condition, then, otherwise] = node.args.map(inner)
      return condition && then && otherwise ? choice(node, [condition, then, otherwise], checking) : null
    }
    case 'call':
      if (node.args[0] === 'event') return eventCall(node, node.args[1], { checking, environment })
      if (isStateCall(node.args[0], environment)) return stateCall(node, node.args, { checking, environment })
      return call(node, node.args, { checking, inner, own: environment.functions ?? {} })
    case 'rcall':
      return method(node, node.args, checking, inner)
    default:
      return refused(node, checking)
  }
}

type Inner = (part: ASTNode) => Typed | null

/** Both sides are looked at, so that each says what is wrong with it. */
function pairOf([one, other]: readonly [ASTNode, ASTNode], inner: Inner): readonly [Typed, Typed] | null {
  const left = inner(one)
  const right = inner(other)
  return left === null || right === null ? null : [left, right]
}

function literal(node: ASTNode, value: unknown, checking: Checking): Typed | null {
  const { start, end } = node
  const known: Value | null =
    typeof value === 'bigint'
      ? Number(value)
      : typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string'
        ? value
        : null
  if (known === null || (typeof known === 'number' && !Number.isFinite(known))) return refused(node, checking)
  const type = typeof known === 'boolean' ? 'bool' : typeof known === 'number' ? 'number' : 'text'
  return { start, end, type, literal: known, run: () => known }
}

/** `and` and `or` are sure of their answer where one side decides it, whatever the other one is. */
function logical(
  operator: '&&' | '||',
  node: ASTNode,
  pair: readonly [Typed, Typed] | null,
  checking: Checking,
): Typed | null {
  if (pair === null) return null
  const [left, right] = pair
  const what = operator === '&&' ? '`and`' : '`or`'
  const fits = [isOf('bool', left, what, checking), isOf('bool', right, what, checking)]
  if (!fits.every(Boolean)) return null
  const deciding = operator === '||'
  const { start, end } = node
  const run: Typed['run'] = (values) => {
    const one = left.run(values)
    if (one === deciding) return deciding
    const other = right.run(values)
    if (other === deciding) return deciding
    return one === null || other === null ? null : !deciding
  }
  return { start, end, type: 'bool', run }
}

function negation(node: ASTNode, part: Typed | null, checking: Checking): Typed | null {
  if (part === null || !isOf('bool', part, '`not`', checking)) return null
  return joined(node, 'bool', [part], (value) => value !== true)
}

function minus(node: ASTNode, part: Typed | null, checking: Checking): Typed | null {
  if (part === null || !isOf('number', part, '`-`', checking)) return null
  const negative = joined(node, 'number', [part], (value) => -Number(value))
  return typeof part.literal === 'number' ? { ...negative, literal: -part.literal } : negative
}

type ComparisonNode = Extract<ASTNode, { op: Comparison | 'in' }>

function compared(node: ComparisonNode, checking: Checking, inner: Inner): Typed | null {
  if (isNegatedByMistake(node.args[0], { checking, inner, whole: node })) return null
  if (node.op === 'in') return membership(node, node.args, checking, inner)
  const pair = pairOf(node.args, inner)
  return pair === null ? null : comparison(node.op, node, pair, checking)
}

/** `not a > b` is `(not a) > b` for the grammar, and never what was meant where `a` is no condition. */
function isNegatedByMistake(
  left: ASTNode,
  { checking, inner, whole }: { checking: Checking; inner: Inner; whole: ASTNode },
): boolean {
  // With brackets around it, it is what was meant.
  if (
    left.op !== '!_' ||
    withBrackets(left, checking.text).start !== withBrackets(whole, checking.text).start
  )
    return false
  const silent = checking.findings.length
  const part = inner(left.args)
  checking.findings.length = silent
  if (part === null || part.type === 'bool') return false
  const comparison = `(${checking.text.slice(left.args.start, whole.end).trim()})`
  const message = `\`not\` belongs to ${code(written(left.args, checking))} alone here; write \`not ${comparison}\``
  checking.findings.push(problem(withBrackets(whole, checking.text), 'expr/not', message))
  return true
}

function membership(
  node: ASTNode,
  [one, other]: readonly [ASTNode, ASTNode],
  checking: Checking,
  inner: Inner,
): Typed | null {
  if (other.op !== 'list') {
    const pair = pairOf([one, other], inner)
    if (pair === null) return null
    const fits = pair.map((part) => isOf('text', part, '`in`', checking))
    return fits.every(Boolean)
      ? joined(node, 'bool', pair, (part, text) => String(text).includes(String(part)))
      : null
  }
  const sought = inner(one)
  const items = other.args.map(inner)
  if (sought === null) return null
  const equals = items.map((item) =>
    item === null ? null : comparison('==', item, [sought, item], checking),
  )
  const all = equals.filter((item) => item !== null)
  if (all.length < equals.length) return null
  const { start, end } = node
  const run: Typed['run'] = (values) => {
    const answers = all.map((equal) => equal.run(values))
    return answers.includes(true) ? true : answers.includes(null) ? null : false
  }
  return { start, end, type: 'bool', run }
}

interface Calling {
  readonly checking: Checking
  readonly inner: Inner
  readonly own: NonNullable<Environment['functions']>
}

function call(
  node: ASTNode,
  [name, args]: readonly [string, readonly ASTNode[]],
  { checking, inner, own }: Calling,
): Typed | null {
  const callee = name === 'If' ? 'if' : name
  if (Object.hasOwn(own, callee)) return ownCalled(callee, node, args.map(inner), { checking, own })
  const span = { start: node.start, end: node.start + name.length }
  if (!isCallable(callee, span, 'function', checking, Object.keys(own))) return null
  const values = args.map(inner).filter((value) => value !== null)
  return values.length < args.length ? null : called(callee, node, values, checking)
}

function method(
  node: ASTNode,
  [name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]],
  checking: Checking,
  inner: Inner,
): Typed | null {
  const dot = checking.text.indexOf('.', receiver.end)
  const start = Math.max(receiver.end, checking.text.indexOf(name, Math.max(dot, receiver.end)))
  if (!isCallable(name, { start, end: start + name.length }, 'method', checking)) return null
  const text = inner(receiver)
  const values = args.map(inner)
  const [part] = values
  const answer = methods.get(name)
  if (text === null || values.includes(null) || answer === undefined) return null
  if (part === undefined || part === null || values.length !== 1) {
    checking.findings.push(
      problem(node, 'expr/type', `${code(name)} takes one text, as in \`${name}('moon')\``),
    )
    return null
  }
  const fits = [isOf('text', text, code(name), checking), isOf('text', part, code(name), checking)]
  return fits.every(Boolean)
    ? joined(node, 'bool', [text, part], (one, other) => answer(String(one), String(other)))
    : null
}

function refused(node: ASTNode, checking: Checking): null {
  const [message, help] = refusal(node)
  checking.findings.push(problem(withBrackets(node, checking.text), 'expr/syntax', message, help))
  return null
}

function refusal(node: ASTNode): [message: string, help?: string] {
  switch (node.op) {
    case '[]':
      return ['square brackets behind a name cannot be used here', 'write a dot, as in `player.volume`']
    case 'list':
      return ['a list can only stand behind `in`', "as in `now.weekday in ['sat', 'sun']`"]
    case 'value':
      return node.args === null
        ? ['`null` cannot be compared: what is not known makes a condition not hold']
        : ['this number or text cannot be read']
    default:
      return ['this cannot be used in an expression here']
  }
}
