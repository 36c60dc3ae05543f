import { Lines } from './lines.ts'
import { printable } from './printable.ts'

/** One thing a person should know about a file, and where in it. */
export interface Diagnostic {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 code units as editors count them. */
  readonly column: number
  /** At least 1; never goes beyond the line. */
  readonly length: number
  readonly level: 'error' | 'warning' | 'info'
  /** Stable, such as `key/unknown`. */
  readonly code: string
  readonly message: string
  readonly help?: string
}

// A file written as one endless line is shown as the part around the fault.
const widest = 120
const before = 60

/**
 * One line for machines, then the line of the file with carets under the fault, then the help. `text`: of the file; for
 * many findings of one file its lines, so that they are found once.
 */
export function formatDiagnostic(diagnostic: Diagnostic, text: string | Lines): string {
  const { file, line, column, level, code, message, help } = diagnostic
  return [
    printable(`${file}:${line}:${column} ${level}[${code}] ${message}`),
    excerptOf(diagnostic, text),
    ...(help === undefined ? [] : [printable(`   help: ${help}`)]),
  ].join('\n')
}

/** The line of the file, and below it carets under the fault; the line's number stands before it. `text`: as above. */
export function excerptOf(diagnostic: Diagnostic, text: string | Lines): string {
  const lines = typeof text === 'string' ? new Lines(text) : text
  const number = String(diagnostic.line).padStart(5)
  const { shown, indent, carets } = excerpt(lines.textOf(diagnostic.line), diagnostic)
  return `${number} | ${shown}\n${' '.repeat(number.length)} | ${indent}${carets}`
}

function excerpt(line: string, { column, length }: Diagnostic) {
  const start = line.length > widest ? Math.max(0, column - 1 - before) : 0
  const cut = line.slice(start, start + widest)
  const lead = start > 0 ? '…' : ''
  const tail = start + cut.length < line.length ? '…' : ''
  const offset = column - 1 - start
  return {
    shown: `${lead}${printable(cut)}${tail}`.trimEnd(),
    // A tab stays a tab, so that the carets stand below the fault however wide tabs are shown.
    indent: `${lead}${cut.slice(0, offset)}`.replace(/[^\t]/g, ' '),
    carets: '^'.repeat(Math.max(1, Math.min(length, cut.length - offset))),
  }
}
