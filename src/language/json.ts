import type { Static, TSchema } from 'typebox'
import { decode } from './check.ts'
import type { MapEntry, Node, ScalarNode } from './node.ts'
import { Report } from './report.ts'

const deepest = 32

/**
 * Plain JSON as data of the schema's type, or in words what is wrong with it, as `decode` says it of YAML. `what`
 * is how messages call the whole.
 */
export function decodeJson<S extends TSchema>(
  schema: S,
  json: unknown,
  options: { what: string },
): { readonly value: Static<S> } | { readonly problem: string } {
  if (isDeeper(json, deepest)) return { problem: `${options.what} is nested deeper than ${deepest} levels` }
  const report = new Report({ file: '', text: '' })
  const value = decode(schema, nodeOf(json), report, options)
  if (value !== undefined) return { value }
  const problems = report.diagnostics.map(({ message, help }) =>
    help === undefined ? message : `${message} (${help})`,
  )
  return { problem: problems.join('; ') }
}

function isDeeper(json: unknown, levels: number): boolean {
  if (typeof json !== 'object' || json === null) return false
  return levels === 0 || Object.values(json).some((below) => isDeeper(below, levels - 1))
}

function nodeOf(json: unknown): Node {
  if (Array.isArray(json)) return { kind: 'list', items: json.map(nodeOf), span: noSpan() }
  if (typeof json !== 'object' || json === null) return scalar(json)
  const entries = Object.entries(json).map(([name, below]): [string, MapEntry] => [
    name,
    { key: scalar(name), value: nodeOf(below) },
  ])
  return { kind: 'map', entries: new Map(entries), span: noSpan() }
}

/** Nothing stands for null, as in YAML; the word would be a text where one is asked for. */
function scalar(json: unknown): ScalarNode {
  const quoted = typeof json === 'string'
  return { kind: 'scalar', text: json === null ? '' : String(json), quoted, span: noSpan() }
}

/** One of its own each time: a key and a value that share theirs are a shorthand. */
function noSpan() {
  return { start: 0, end: 0 }
}
