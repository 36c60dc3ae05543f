import { Composer, type Document, type YAMLError } from 'yaml'
import type { Diagnostic } from './diagnostic.ts'
import { type Finding, reportCauses } from './finding.ts'
import { findingOf } from './grammar.ts'
import { Lines } from './lines.ts'
import type { Node } from './node.ts'
import { Report } from './report.ts'
import { tokensOf } from './tokens.ts'
import { trapsIn } from './trap.ts'
import { treeOf } from './tree.ts'

/** A file as it was read: its name for people, and its text decoded as UTF-8. */
export interface Source {
  readonly file: string
  readonly text: string
}

export interface Loaded {
  readonly source: Source
  /**
   * Null for an empty file, and for one whose YAML is so wrong that whatever is checked next would only
   * find echoes. A key that is there twice or is reserved is left out and the rest stays.
   */
  readonly root: Node | null
  readonly diagnostics: readonly Diagnostic[]
}

const largestBytes = 1024 * 1024

/** Reads YAML into a tree that knows the place of everything. Never throws: what is wrong is a diagnostic. */
export function loadYaml(source: Source): Loaded {
  const report = new Report(source)
  const root = rootOf(source.text, report)
  return { source, root, diagnostics: report.diagnostics }
}

function rootOf(text: string, report: Report): Node | null {
  if (isRefused(text, report)) return null
  const read = tokensOf(text)
  const { tokens, tooDeepAt } = read
  const lines = new Lines(text)
  const traps = trapsIn(read, text)
  if (tooDeepAt !== null && traps.every(({ level }) => level === 'warning')) {
    const message = 'this is nested deeper than 64 levels'
    report.add({ start: tooDeepAt, end: tooDeepAt + 1 }, 'error', 'yaml/too-deep', message)
    return null
  }
  const documents = tooDeepAt === null && traps.length < enough ? compose(tokens, text) : []
  const errors = documents.flatMap((document) => errorsOf(document, text))
  const broken = errors.length > 0 || traps.some(({ level }) => level === 'error')
  const [document] = documents
  if (broken || document === undefined) {
    reportCauses([...traps, ...errors], lines, report)
    // Behind so many warnings nothing was looked at any more, so that none of it may run.
    if (!broken && traps.length >= enough)
      report.add({ start: 0, end: 1 }, 'error', 'yaml/comment-cut', 'these are too many to read on')
    return null
  }
  const { root, findings } = treeOf(document, lines)
  reportCauses([...traps, ...findings], lines, report)
  return findings.every((finding) => mendable.has(finding.code)) ? root : null
}

const mendable = new Set(['yaml/duplicate', 'yaml/reserved-id'])

// More than a report can hold: the parser's own errors would add nothing but time.
const enough = 100

function isRefused(text: string, report: Report): boolean {
  const start = { start: 0, end: 1 }
  if (text.length > largestBytes || new TextEncoder().encode(text).length > largestBytes) {
    report.add(start, 'error', 'yaml/too-big', 'the file is larger than 1 MB; split it into several files')
    return true
  }
  const stray = /\uFFFD|(?![\t\n\r\u0080-\u009F])\p{Cc}|\r(?!\n)/u.exec(text)
  if (stray === null) return false
  report.add({ start: stray.index, end: stray.index + 1 }, 'error', 'yaml/encoding', strayMessage(stray[0]))
  return true
}

function strayMessage(character: string): string {
  if (character === '\uFFFD') return 'this character is not UTF-8; save the file as UTF-8'
  if (character === '\0')
    return 'the file contains a NUL character: if it is text at all, save it as UTF-8, else take the character out'
  if (character === '\r') return 'this carriage return stands alone; save the file with ordinary line ends'
  const number = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return `the control character U+${number} cannot stand in YAML`
}

/** The composer behind `parseDocument`. Names are compared by the tree: the parser's own check takes minutes for large maps. */
function compose(tokens: Parameters<Composer['compose']>[0], text: string): Document.Parsed[] {
  const composer = new Composer({
    schema: 'failsafe',
    stringKeys: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const depth = Error.stackTraceLimit
  // Each of the composer's errors takes a picture of the stack; a hostile file has a million of them.
  Error.stackTraceLimit = 0
  try {
    return [...composer.compose(tokens, true, text.length)]
  } finally {
    Error.stackTraceLimit = depth
  }
}

function errorsOf(document: Document.Parsed, text: string): Finding[] {
  const faults: YAMLError[] = [...document.errors, ...document.warnings]
  return faults.slice(0, enough).map((fault) => findingOf(fault, text))
}
