import type { ScalarNode } from '../node.ts'
import type { Report } from '../report.ts'
import { placeInScalar } from '../scalar-place.ts'
import type { Environment, FieldType } from './environment.ts'
import { compileExpression, type Expression } from './expression.ts'
import type { ExpressionFinding } from './finding.ts'
import { compileTemplate, type Template } from './interpolation.ts'
import { entitiesIn } from './states.ts'

/** The expression that a value of a file is, or undefined after what is wrong was reported at its place in the file. */
export function readExpression(
  node: ScalarNode,
  report: Report,
  { environment, wanted }: { environment: Environment; wanted: FieldType | 'any' },
): Expression | undefined {
  const { expression, findings } = compileExpression(node.text, environment, wanted)
  reportFindings(findings, node, report)
  tellOfEntities(expression, node, environment)
  return expression ?? undefined
}

/** The text with its `${ }`, or undefined after what is wrong was reported at its place in the file. */
export function readTemplate(
  node: ScalarNode,
  report: Report,
  { environment }: { environment: Environment },
): Template | undefined {
  const { template, findings } = compileTemplate(node.text, environment)
  reportFindings(findings, node, report)
  tellOfEntities(template, node, environment)
  return template ?? undefined
}

function tellOfEntities(
  read: Pick<Expression, 'names'> | null,
  node: ScalarNode,
  { asked }: Pick<Environment, 'asked'>,
): void {
  const entities = entitiesIn(read?.names ?? [])
  if (entities.length > 0) asked?.(entities, node)
}

function reportFindings(findings: readonly ExpressionFinding[], node: ScalarNode, report: Report): void {
  if (findings.length === 0) return
  const raw = report.textAt(node)
  for (const { start, end, level, code, message, help } of findings)
    report.add(placeInScalar(node, raw, { start, end }), level, code, message, help)
}
