import type { Diagnostic } from './diagnostic.ts'
import { Lines } from './lines.ts'
import type { Node, Span } from './node.ts'
import type { Source } from './source.ts'

const most = 100

/** What was taken though it is written in another form than the usual one, and how that is written. */
export interface Usual {
  readonly span: Span
  /** Text without quotes, or in double ones; `list`: as the one item of a list. */
  readonly write: { readonly text: string; readonly quoted: boolean } | 'list'
}

/** Collects what is to be said about one file: at most 100 diagnostics, of which the last says if more were left out. */
export class Report {
  readonly diagnostics: Diagnostic[] = []
  readonly usual: Usual[] = []
  readonly #source: Source
  readonly #lines: Lines
  readonly #contentEnd: number
  readonly #worst: 'error' | 'warning'
  #errors = 0

  /** `worst`: with `warning`, errors are counted and said as warnings, for what keeps nothing from running. */
  constructor(source: Source, { worst = 'error' }: { readonly worst?: 'error' | 'warning' } = {}) {
    this.#source = source
    this.#worst = worst
    this.#lines = new Lines(source.text)
    this.#contentEnd = source.text.trimEnd().length
  }

  get file(): string {
    return this.#source.file
  }

  /** Where a place is, as a finding has it. */
  placeOf(place: Node | Span): Pick<Diagnostic, 'file' | 'line' | 'column' | 'length'> {
    return { file: this.#source.file, ...this.#position(spanOf(place)) }
  }

  /** Line of a place, from 1, for messages and traces that name another place. */
  lineOf(place: Node | Span): number {
    return this.#position(spanOf(place)).line
  }

  /** What the file has at a place, as it was written. */
  textAt(place: Node | Span): string {
    const { start, end } = spanOf(place)
    return this.#source.text.slice(start, end)
  }

  /** Whether an error was added, also one that was left out of the list. */
  get hasErrors(): boolean {
    return this.#errors > 0
  }

  /** How many errors were added, also those that were left out of the list. */
  get errorCount(): number {
    return this.#errors
  }

  add(place: Node | Span, level: Diagnostic['level'], code: string, message: string, help?: string): void {
    if (level === 'error') this.#errors += 1
    const position = this.#position(spanOf(place))
    const said = level === 'error' ? this.#worst : level
    const diagnostic = { file: this.#source.file, ...position, level: said, code, message }
    const advice = [help, spanOf(place).from].filter((words) => words !== undefined).join('; ')
    this.#push(advice === '' ? diagnostic : { ...diagnostic, help: advice })
  }

  /** Notes how something that was taken is usually written; what a template has put there is left as it is. */
  wouldUsually(span: Span, write: Usual['write']): void {
    if (span.from === undefined) this.usual.push({ span, write })
  }

  #push(diagnostic: Diagnostic): void {
    if (this.diagnostics.length < most) {
      this.diagnostics.push(diagnostic)
      return
    }
    const last = this.diagnostics[most - 1]
    if (last === undefined) return
    this.diagnostics[most - 1] = {
      file: last.file,
      line: last.line,
      column: last.column,
      length: last.length,
      level: this.hasErrors ? this.#worst : 'warning',
      code: 'report/more',
      message: 'there is more to say about this file; mend what stands above first',
    }
  }

  /** Whether nothing that is added would be heard. */
  get isFull(): boolean {
    return this.hasErrors && this.diagnostics.length >= most
  }

  /** Says what another report of the same file says, too. */
  take(other: Report): void {
    this.#errors += other.#errors
    for (const diagnostic of other.diagnostics) this.#push(diagnostic)
    this.usual.push(...other.usual)
  }

  /** What is missing at the end of a file is missed behind its last word, not on the empty line after it. */
  #position(span: Span): { line: number; column: number; length: number } {
    const offset = Math.min(span.start, this.#contentEnd)
    const line = this.#lines.lineOf(offset)
    const start = Math.min(Math.max(offset, this.#lines.startOf(line)), this.#lines.endOf(line))
    const end = Math.min(span.end, this.#lines.endOf(line))
    return { line, column: start - this.#lines.startOf(line) + 1, length: Math.max(1, end - start) }
  }
}

function spanOf(place: Node | Span): Span {
  return 'span' in place ? place.span : place
}
