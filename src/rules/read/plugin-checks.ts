import { AppError } from '../../core/error.ts'
import type { MapNode, Node, Span } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { CheckFinding, PlainData } from '../plugin.ts'
import { mostFindings } from '../plugins/guard-check.ts'
import type { NamedCheck } from '../registry.ts'
import type { Advice } from './rule-file.ts'

interface Checking {
  readonly checks: readonly NamedCheck[]
  readonly report: Report
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe: () => Promise<void>
}

/**
 * Has the checks of plug-ins look at a file as it is written; what they find is reported. Returns what is merely worth
 * knowing. A check that fails is a warning, and the file is read as if there were none.
 */
export async function checkWithPlugins(
  root: MapNode,
  { checks, report, breathe }: Checking,
): Promise<readonly Advice[]> {
  if (checks.length === 0) return []
  const doc = await plainDocument(root, breathe)
  const advice: Advice[] = []
  for (const check of checks) {
    const found = askedOf(check, doc, report)
    for (const [index, finding] of found.slice(0, mostFindings).entries()) {
      const place = placeOf(root, finding.path)
      const message = `plug-in "${check.plugin}", check \`${check.name}\`: ${finding.text}`
      const isLast = index === mostFindings - 1 && found.length > mostFindings
      const help = isLast ? `it has more to say, of which only the first ${mostFindings} are told` : undefined
      if (finding.level !== 'info') report.add(place, finding.level, 'plugin/check', message, help)
      else advice.push({ place, code: 'plugin/check', message, ...(help === undefined ? {} : { help }) })
    }
    await breathe()
  }
  return advice
}

function askedOf({ check }: NamedCheck, doc: PlainData, report: Report): readonly CheckFinding[] {
  try {
    return check(doc)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const help = 'this file is read without that check; tell who wrote the plug-in'
    report.add({ start: 0, end: 1 }, 'warning', 'plugin/failed', error.message, help)
    return []
  }
}

/** A copy without places. What is large in a rule file are its sections, so there is a breath between their entries. */
async function plainDocument(root: MapNode, breathe: () => Promise<void>): Promise<PlainData> {
  const sections: [string, PlainData][] = []
  for (const [name, { value }] of root.entries) {
    if (value.kind !== 'map') {
      sections.push([name, plain(value)])
      continue
    }
    const entries: [string, PlainData][] = []
    for (const [id, entry] of value.entries) {
      entries.push([id, plain(entry.value)])
      await breathe()
    }
    sections.push([name, Object.freeze(Object.fromEntries(entries))])
  }
  return Object.freeze(Object.fromEntries(sections))
}

function plain(node: Node): PlainData {
  switch (node.kind) {
    case 'scalar':
      return node.text
    case 'list':
      return Object.freeze(node.items.map(plain))
    case 'map':
      return Object.freeze(
        Object.fromEntries([...node.entries].map(([name, { value }]) => [name, plain(value)])),
      )
  }
}

/** Where that stands; where there is no such thing, the nearest above it. Of a map or a list, the key in front of it. */
function placeOf(root: MapNode, path: readonly string[]): Node | Span {
  let node: Node = root
  let place: Node | Span = { start: root.span.start, end: root.span.start + 1 }
  for (const step of path) {
    const entry: { readonly key?: Node; readonly value: Node } | null = stepInto(node, step)
    if (entry === null) return place
    node = entry.value
    const isSaid = node.kind === 'scalar' && (node.text !== '' || node.quoted)
    place = isSaid ? node : (entry.key ?? node)
  }
  return place
}

function stepInto(node: Node, step: string): { readonly key?: Node; readonly value: Node } | null {
  if (node.kind === 'map') return node.entries.get(step) ?? null
  if (node.kind === 'scalar' || !/^(?:0|[1-9]\d{0,8})$/.test(step)) return null
  const item = node.items[Number(step)]
  return item === undefined ? null : { value: item }
}
