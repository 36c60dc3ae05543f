import { type Document, isAlias, isMap, isScalar, isSeq, type Range, Scalar } from 'yaml'
import { enoughFindings, type Finding } from './finding.ts'
import type { Lines } from './lines.ts'
import type { ListNode, MapEntry, MapNode, Node, ScalarNode, Span } from './node.ts'
import { code, quote } from './wording.ts'

const reserved = new Set(['__proto__', 'constructor', 'prototype'])

/** Our own small tree of a document that YAML could read, and what is wrong with its keys and texts. */
export function treeOf(document: Document.Parsed, lines: Lines): { root: Node | null; findings: Finding[] } {
  const builder = new Builder(lines)
  const root = builder.node(document.contents, 0)
  const isNothing = root.kind === 'scalar' && root.text === '' && !root.quoted
  return { root: isNothing ? null : root, findings: builder.findings }
}

class Builder {
  readonly findings: Finding[] = []
  readonly #lines: Lines

  constructor(lines: Lines) {
    this.#lines = lines
  }

  /** `at` is the place of a value that is not there. */
  node(node: unknown, at: number): Node {
    if (isMap(node)) return this.#map(node.items, spanOf(node.range, at))
    if (isSeq(node)) return this.#list(node.items, spanOf(node.range, at))
    if (isScalar(node)) return this.#scalar(node, at)
    // Aliases were refused before; everything else is a value left out.
    return emptyAt(isAlias(node) ? (node.range?.[0] ?? at) : at)
  }

  #list(items: readonly unknown[], span: Span): ListNode {
    return { kind: 'list', items: items.map((item) => this.node(item, span.start)), span }
  }

  #map(pairs: readonly { key: unknown; value: unknown }[], span: Span): MapNode {
    const entries = new Map<string, MapEntry>()
    for (const pair of pairs) {
      const key = this.#key(pair.key, span.start)
      const first = entries.get(key.text)
      if (first !== undefined) this.#duplicate(key, first.key)
      else if (reserved.has(key.text))
        this.#refuse(key.span, 'yaml/reserved-id', `${quote(key.text)} cannot be a name here`)
      else entries.set(key.text, { key, value: this.node(pair.value, key.span.end) })
    }
    return { kind: 'map', entries, span }
  }

  #key(key: unknown, at: number): ScalarNode {
    const scalar = isScalar(key) ? this.#scalar(key, at) : emptyAt(at)
    if (scalar.text === '' && !scalar.quoted)
      this.#refuse(scalar.span, 'yaml/syntax', 'there is no key in front of this `:`')
    return scalar
  }

  #scalar(scalar: Scalar, at: number): ScalarNode {
    // An accent may be written in two ways: names are compared in one of them.
    const text = typeof scalar.value === 'string' ? scalar.value.normalize('NFC') : ''
    const span = spanOf(scalar.range, at)
    if (text.includes('{{'))
      this.#refuse(
        span,
        'yaml/braces',
        `\`{{ … }}\` is a template of Home Assistant. Here a value inside a text is written ${code(`\${ … }`)}, and a condition needs no braces`,
      )
    return { kind: 'scalar', text, quoted: scalar.type !== Scalar.PLAIN, span }
  }

  #duplicate(key: ScalarNode, first: ScalarNode): void {
    const line = this.#lines.lineOf(first.span.start)
    this.#refuse(key.span, 'yaml/duplicate', `${quote(key.text)} is already defined at line ${line}`)
  }

  #refuse(span: Span, problem: string, message: string): void {
    if (this.findings.length < enoughFindings)
      this.findings.push({ span, level: 'error', code: problem, message, spoils: 'nothing' })
  }
}

function spanOf(range: Range | null | undefined, at: number): Span {
  return range ? { start: range[0], end: range[1] } : { start: at, end: at }
}

function emptyAt(offset: number): ScalarNode {
  return { kind: 'scalar', text: '', quoted: false, span: { start: offset, end: offset } }
}
