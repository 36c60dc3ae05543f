import { type ASTNode, parseExpression } from './parse.ts'

/**
 * Which texts a name may stand for where the expression holds: for `player.card == 'a' and player.playing` the one "a".
 * Null where it may be any, or where that is not plain to see. `names`: as written, all for the same value.
 */
export function textsNeeded(text: string, names: readonly string[]): readonly string[] | null {
  const parsed = parseExpression(text)
  return 'finding' in parsed ? null : neededIn(parsed.ast, names)
}

/** What both need, where both must hold; null is any. */
export function both(
  one: readonly string[] | null,
  other: readonly string[] | null,
): readonly string[] | null {
  if (one === null || other === null) return one ?? other
  return one.filter((text) => other.includes(text))
}

/** What one or the other needs, where one of them must hold; null is any. */
export function either(needed: readonly (readonly string[] | null)[]): readonly string[] | null {
  const known = needed.filter((texts) => texts !== null)
  return known.length === needed.length ? [...new Set(known.flat())] : null
}

function neededIn(node: ASTNode, names: readonly string[]): readonly string[] | null {
  switch (node.op) {
    case '&&':
      return both(neededIn(node.args[0], names), neededIn(node.args[1], names))
    case '||':
      return either(node.args.map((part) => neededIn(part, names)))
    case '==': {
      const [one, other] = node.args
      return textsBeside(one, [other], names) ?? textsBeside(other, [one], names)
    }
    case 'in': {
      const [sought, within] = node.args
      return within.op === 'list' ? textsBeside(sought, within.args, names) : null
    }
    default:
      return null
  }
}

function textsBeside(
  name: ASTNode,
  values: readonly ASTNode[],
  names: readonly string[],
): readonly string[] | null {
  if (name.op !== '.' || name.args[0].op !== 'id') return null
  if (!names.includes(`${name.args[0].args}.${name.args[1]}`)) return null
  const texts = values.flatMap(({ op, args }) => (op === 'value' && typeof args === 'string' ? [args] : []))
  return texts.length === values.length ? texts : null
}
