import type { Diagnostic } from '../language/diagnostic.ts'
import { valuesIn } from '../language/meaning.ts'
import type { MapEntry, MapNode, Node } from '../language/node.ts'
import { Report } from '../language/report.ts'
import type { Loaded, Source } from '../language/source.ts'

/**
 * The tree of a file in the parts in which it crosses from the thread that read it: to take in that of a whole megabyte
 * would take longer than anybody who listens should wait.
 */
export type TreePart =
  | { readonly kind: 'whole'; readonly root: Node | null }
  | { readonly kind: 'map'; readonly root: Omit<MapNode, 'entries'> }
  /** A section that is a map; its entries follow. */
  | {
      readonly kind: 'section'
      readonly entry: Omit<MapEntry, 'value'>
      readonly value: Omit<MapNode, 'entries'>
    }
  | { readonly kind: 'entries'; readonly entries: readonly MapEntry[] }
  /** Any other section. */
  | { readonly kind: 'other'; readonly entry: MapEntry }
  | { readonly kind: 'end'; readonly diagnostics: readonly Diagnostic[] }

const valuesTogether = 2_000

// Each entry is taken in at one go.
const mostValues = 20_000
// The language has a dozen; of what is there beside them, no more could be told.
const mostSections = 120

// What a report has room for.
const mostFindings = 100

/** The file with an empty value in place of each that is too large to be taken in, and what is wrong with it. */
export function boundedIn(loaded: Loaded): Loaded {
  const { source, root, diagnostics } = loaded
  if (root === null || valuesIn(root) <= mostValues) return loaded
  const report = new Report(source)
  const within = root.kind === 'map' ? withinBounds(root, report) : emptyIn(root)
  return { source, root: within, diagnostics: [...diagnostics, ...report.diagnostics].slice(0, mostFindings) }
}

function withinBounds(root: MapNode, report: Report): MapNode {
  const entries = new Map<string, MapEntry>()
  for (const [name, { key, value }] of [...root.entries].slice(0, mostSections)) {
    const inner =
      value.kind === 'map'
        ? [...value.entries].map(([id, entry]) => [id, bounded(entry, report)] as const)
        : null
    entries.set(
      name,
      inner === null
        ? bounded({ key, value }, report)
        : { key, value: { ...value, entries: new Map(inner) } as Node },
    )
  }
  return { ...root, entries }
}

/** The entry; where it is too large, an empty one in its place, and what is wrong with it. */
function bounded({ key, value }: MapEntry, report: Report): MapEntry {
  if (valuesIn(value) <= mostValues) return { key, value }
  const message = `"${key.text.slice(0, 80)}" holds more than ${mostValues} values`
  report.add(
    key,
    'error',
    'type/value',
    message,
    'make several of it, or name a `folder` in place of its files',
  )
  return { key, value: emptyIn(value) }
}

function emptyIn({ span }: Node): Node {
  return { kind: 'scalar', text: '', quoted: false, span: { start: span.start, end: span.start } }
}

export function* partsOf({ root, diagnostics }: Loaded): Generator<TreePart> {
  if (root?.kind === 'map') {
    const { kind, span } = root
    yield { kind: 'map', root: { kind, span } }
    for (const entry of root.entries.values()) yield* partsOfSection(entry)
  } else yield { kind: 'whole', root }
  yield { kind: 'end', diagnostics }
}

function* partsOfSection({ key, value }: MapEntry): Generator<TreePart> {
  if (value.kind !== 'map') {
    yield { kind: 'other', entry: { key, value } }
    return
  }
  const { kind, span } = value
  yield { kind: 'section', entry: { key }, value: { kind, span } }
  let together: MapEntry[] = []
  let values = 0
  for (const entry of value.entries.values()) {
    together.push(entry)
    values += valuesIn(entry.value) + 1
    if (values < valuesTogether) continue
    yield { kind: 'entries', entries: together }
    together = []
    values = 0
  }
  yield { kind: 'entries', entries: together }
}

/** Puts them together again. */
export function assembled(source: Source, parts: readonly TreePart[]): Loaded {
  let root: Node | null = null
  let diagnostics: readonly Diagnostic[] = []
  const sections = new Map<string, MapEntry>()
  let open = new Map<string, MapEntry>()
  for (const part of parts)
    switch (part.kind) {
      case 'whole':
        root = part.root
        break
      case 'map':
        root = { ...part.root, entries: sections }
        break
      case 'section':
        open = new Map()
        sections.set(part.entry.key.text, { ...part.entry, value: { ...part.value, entries: open } })
        break
      case 'entries':
        for (const entry of part.entries) open.set(entry.key.text, entry)
        break
      case 'other':
        sections.set(part.entry.key.text, part.entry)
        break
      case 'end':
        diagnostics = part.diagnostics
    }
  return { source, root, diagnostics }
}
