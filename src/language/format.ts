import {
  type Document,
  isCollection,
  isMap,
  isPair,
  isSeq,
  parseAllDocuments,
  Scalar,
  type ScalarTag,
} from 'yaml'
import { stringifyString } from 'yaml/util'
import { commentsIn } from './comments.ts'
import { Lines } from './lines.ts'
import type { Node, ScalarNode } from './node.ts'
import type { Usual } from './report.ts'
import { loadYaml, type Source } from './source.ts'

/** The text in its usual form, or why it is left as it is. */
export type Formatted =
  | { readonly text: string }
  | { readonly problem: { readonly line: number; readonly message: string } }

/**
 * A rule file in its usual form: two spaces for each level, one empty line at most, `{a: 1}` without padding, Unix line
 * ends. Comments, order, quotes and the characters of every value stay; what stands in `{ }` or `[ ]` over several
 * lines becomes a line for each. A text that is not sound YAML is left alone. Never changes what the file says: that is
 * looked at before it is answered. `usual`: what is known to be written otherwise, at its places in
 * the text with Unix line ends; that is written so.
 */
export function formatYaml({ file, text: written }: Source, usual: readonly Usual[] = []): Formatted {
  const unix = withUnixLines(written)
  const before = loadYaml({ file, text: unix })
  const fault = before.diagnostics.find(({ level }) => level === 'error')
  if (fault !== undefined) return { problem: { line: fault.line, message: fault.message } }
  const text = inUsualForm(unix, usual)
  if (before.root === null) return { text: text.trim() === '' ? '' : `${text.trimEnd()}\n` }
  const formatted = settled(text)
  if (formatted === null)
    return {
      problem: {
        line: 1,
        message: 'the file holds more than one document, or cannot be written anew; it is left as it is',
      },
    }
  const after = loadYaml({ file, text: formatted })
  const isSame = after.root !== null && shapeOf(after.root) === shapeOf(before.root, usual)
  if (isSame && sameTexts(text, formatted)) return { text: formatted }
  return {
    problem: { line: 1, message: 'it cannot be written anew without changing it; it is left as it is' },
  }
}

/** What a tree says, without places; texts in quotes keep them. With `usual` what it says in that form. */
export function shapeOf(node: Node, usual: readonly Usual[] = []): string {
  const scalars = new Map<number, string>()
  const lists = new Set<number>()
  for (const { span, write } of usual) {
    if (write === 'list') lists.add(span.start)
    else scalars.set(span.start, JSON.stringify([write.text, write.quoted]))
  }
  const shape = (one: Node): string => {
    if (one.kind === 'scalar') return scalars.get(one.span.start) ?? JSON.stringify([one.text, one.quoted])
    if (one.kind === 'list') return `[${one.items.map(shape).join()}]`
    const entries = [...one.entries.values()].map(({ key, value }) => `${nameOf(key)}:${shape(value)}`)
    const map = `{${entries.join()}}`
    return lists.has(one.span.start) ? `[${map}]` : map
  }
  return shape(node)
}

function nameOf({ text, quoted }: ScalarNode): string {
  return JSON.stringify([text, quoted])
}

/** With Unix line ends, as places in a text that is formatted are counted. */
export function withUnixLines(text: string): string {
  return text.replaceAll('\r\n', '\n')
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The text with what is usually written otherwise written so. */
function inUsualForm(text: string, usual: readonly Usual[]): string {
  const edits = usual.flatMap((one) => editsFor(one, text))
  let result = text
  // From the end on, so that the places before it stay right.
  for (const { start, end, text: written } of edits.toSorted((one, other) => other.start - one.start))
    result = `${result.slice(0, start)}${written}${result.slice(end)}`
  return result
}

function editsFor({ span, write }: Usual, text: string): readonly Edit[] {
  const { start, end } = span
  const insert = (at: number, written: string): Edit => ({ start: at, end: at, text: written })
  if (write !== 'list') return [{ start, end, text: write.quoted ? JSON.stringify(write.text) : write.text }]
  if (text[start] === '{') return [insert(start, '['), insert(end, ']')]
  const lines = [...text.slice(start, end).matchAll(/\n(?=[^\n])/g)]
  return [insert(start, '- '), ...lines.map(({ index }) => insert(start + index + 1, '  '))]
}

// A comment behind the dash of a list in a list settles at the second go.
const mostGoes = 4

/** Written until writing it once more changes nothing. */
function settled(text: string): string | null {
  let last: string | null = text
  for (let go = 0; go < mostGoes; go++) {
    const next: string | null = last === null ? null : written(last)
    if (next === last) return next
    last = next
  }
  return last
}

function written(text: string): string | null {
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    stringKeys: true,
    uniqueKeys: false,
    customTags: (tags) =>
      tags.map((tag) => (typeof tag === 'object' && tag.tag.endsWith(':str') ? asWritten(text) : tag)),
  })
  const [document] = documents
  if (!Array.isArray(documents) || documents.length !== 1 || document === undefined) return null
  if (document.errors.length > 0) return null
  spread(document.contents, new Lines(text))
  const plain = withoutTrails(textOf(document))
  return withCommentGaps(plain, text)
}

function textOf(document: Document): string {
  return document.toString({ indent: 2, lineWidth: 0, flowCollectionPadding: false })
}

/** Writes each text with the very characters it has in the file; only lines within one are indented anew. */
function asWritten(text: string): ScalarTag {
  return {
    identify: (value) => typeof value === 'string',
    default: true,
    tag: 'tag:yaml.org,2002:str',
    resolve: (value) => value,
    stringify(item, context, onComment, onChompKeep) {
      const { range, type } = item
      const raw = range ? text.slice(range[0], range[1]) : ''
      const isBlock = type === Scalar.BLOCK_LITERAL || type === Scalar.BLOCK_FOLDED
      // A space that is escaped at the end of a line belongs to the text.
      const isSimple = range && !isBlock && !(raw.includes('\n') && /\\[ \t]*$/m.test(raw))
      if (!isSimple)
        return stringifyString({ ...item, value: String(item.value) }, context, onComment, onChompKeep)
      return raw
        .split('\n')
        .map((line, index) => (index === 0 ? line.trimEnd() : line.trim()))
        .map((line, index) => (index === 0 || line === '' ? line : `${context.indent}${line}`))
        .join('\n')
    },
  }
}

/** Gives whatever stands in `{ }` or `[ ]` over several lines a line for each of its entries. */
function spread(node: unknown, lines: Lines): void {
  if (isPair(node)) {
    spread(node.value, lines)
    return
  }
  if (!isCollection(node)) return
  const { range } = node
  const isWide = range ? lines.lineOf(range[0]) !== lines.lineOf(Math.max(range[0], range[1] - 1)) : false
  if (node.flow === true && isWide && node.items.length > 0) node.flow = false
  // What is still in braces holds nothing that goes over several lines.
  if (node.flow !== true && (isMap(node) || isSeq(node))) for (const item of node.items) spread(item, lines)
}

function withoutTrails(text: string): string {
  return `${text.trimEnd()}\n`
}

/**
 * Comments behind something keep the distance they had to it, as people put them in columns; one behind a key whose
 * value stands below stays there.
 */
function withCommentGaps(formatted: string, text: string): string {
  const before = commentsIn(text)
  const after = commentsIn(formatted)
  if (before.length !== after.length) return formatted
  let result = ''
  let end = 0
  for (const [index, { offset, gap }] of after.entries()) {
    const wished = before[index]?.gap ?? 0
    const behind = gap > 0 ? offset - gap : keyEndBefore(offset, formatted)
    const isBehind = behind !== null && (gap > 0 || wished > 0)
    const start = isBehind ? behind : offset
    result += `${formatted.slice(end, start)}${isBehind ? ' '.repeat(Math.max(1, wished)) : ''}`
    end = offset
  }
  return result + formatted.slice(end)
}

/** The end of the line above a comment, where that line ends with the `:` of a key. */
function keyEndBefore(offset: number, text: string): number | null {
  const lineEnd = text.lastIndexOf('\n', offset - 1)
  return lineEnd > 0 && text[lineEnd - 1] === ':' ? lineEnd : null
}

function sameTexts(text: string, formatted: string): boolean {
  const textsOf = (one: string) => commentsIn(one).map((comment) => comment.text)
  return textsOf(text).join('\n') === textsOf(formatted).join('\n')
}
