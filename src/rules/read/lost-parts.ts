import type { MapNode, Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { Registry } from '../registry.ts'

interface Reading {
  readonly report: Report
  readonly registry: Registry
}

/**
 * Whether a rule uses parts of plug-ins that are left out; each is said. Such a rule is left out as well, and the rest of
 * its file is not: what a plug-in breaks must not take a schedule along.
 */
export function usesLostParts(rule: MapNode, { report, registry }: Reading): boolean {
  const { lost } = registry
  if (lost === undefined) return false
  const sections = ['when', 'if', 'do'].flatMap((name) => rule.entries.get(name)?.value ?? [])
  const found = sections.flatMap((section) => [...lostIn(section, registry)])
  for (const { node, name, what } of found) {
    const part = lost(name)
    if (part === null) continue
    const message = `${what} belongs to the plug-in "${part.plugin}", which is left out; so is this rule`
    report.add(
      node,
      'warning',
      'ref/plugin',
      message,
      `the command check says what is wrong with ${part.file}`,
    )
  }
  return found.length > 0
}

interface Found {
  readonly node: Node
  readonly name: string
  readonly what: string
}

/** What stands behind a known kind are its options; behind any other key lines may stand. */
function* lostIn(node: Node, registry: Registry): Generator<Found> {
  if (node.kind === 'scalar') {
    for (const [, name = ''] of node.text.matchAll(/\b([a-z][a-z0-9_]*)\(/g))
      if (registry.lost?.(name) != null) yield { node, name, what: `\`${name}(…)\`` }
  } else if (node.kind === 'list') for (const item of node.items) yield* lostIn(item, registry)
  else
    for (const [name, { key, value }] of node.entries) {
      if (!isKind(name, registry) && registry.lost?.(name) != null)
        yield { node: key, name, what: `\`${name}\`` }
      else if (!isKind(name, registry) || isLines(value)) yield* lostIn(value, registry)
    }
}

function isKind(name: string, { triggers, conditions, actions }: Registry): boolean {
  return triggers.has(name) || conditions.has(name) || actions.has(name)
}

/** Texts of a known kind may call functions too. */
function isLines({ kind }: Node): boolean {
  return kind === 'scalar'
}
