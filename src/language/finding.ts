import type { Lines } from './lines.ts'
import type { Span } from './node.ts'
import type { Report } from './report.ts'

/** A fault of the YAML itself, before it is known which other faults only follow from it. */
export interface Finding {
  readonly span: Span
  /** What the parser stumbled over, where that is elsewhere; echoes are told by it. */
  readonly origin?: Span
  readonly level: 'error' | 'warning'
  readonly code: string
  readonly message: string
  readonly help?: string
  /** Whether it may only follow from a fault further up, as most of what the parser says does. */
  readonly echo?: boolean
  /** How far the reading behind it cannot be trusted: what is found there would only be its echo. */
  readonly spoils: 'nothing' | 'line' | 'rest'
}

// More causes than a report can hold; whoever looks for them may stop, for a hostile file has a million.
export const enoughFindings = 1000

/**
 * Reports each cause once. What was recognized for what it is comes first; what the parser made of the text
 * counts only where nothing in front of it, or on its lines, explains it.
 */
export function reportCauses(findings: readonly Finding[], lines: Lines, report: Report): void {
  const causes = new Causes(lines)
  for (const finding of findings.filter(({ echo }) => !echo).toSorted(byPlace)) causes.add(finding)
  for (const finding of findings.filter(({ echo }) => echo).toSorted(byOrigin)) causes.addUnexplained(finding)
  for (const { span, level, code, message, help } of causes.kept.toSorted(byPlace))
    report.add(span, level, code, message, help)
}

class Causes {
  readonly kept: Finding[] = []
  readonly #lines: Lines
  readonly #spoiled = new Set<number>()
  #firstErrorLine = Number.POSITIVE_INFINITY
  #restFrom: number | null = null

  constructor(lines: Lines) {
    this.#lines = lines
  }

  add(finding: Finding): void {
    const { span, origin = span, spoils, level } = finding
    if (this.#restFrom !== null && Math.max(span.start, origin.start) >= this.#restFrom) return
    const lines = [...this.#linesOf(span), ...this.#linesOf(origin)]
    if (lines.some((line) => this.#spoiled.has(line))) return
    if (level === 'error') this.#firstErrorLine = Math.min(this.#firstErrorLine, ...lines)
    if (spoils === 'rest') this.#restFrom = Math.min(this.#restFrom ?? span.start, span.start, origin.start)
    if (spoils !== 'nothing') for (const line of lines) this.#spoiled.add(line)
    this.kept.push(finding)
  }

  addUnexplained(finding: Finding): void {
    const { span, origin = span } = finding
    const start = Math.max(span.start, origin.start)
    // The parser often stumbles at the line above the fault.
    if (this.#restFrom !== null || this.#lines.lineOf(start) + 1 >= this.#firstErrorLine) return
    const cut = this.kept.findLastIndex((kept) => this.#isJustBefore(kept, start))
    const cause = this.kept[cut]
    if (cause === undefined) {
      this.add(finding)
      return
    }
    // A comment that hid the end of its line is no longer something to be warned of.
    this.kept[cut] = { ...cause, level: 'error' }
    this.#firstErrorLine = Math.min(this.#firstErrorLine, this.#lines.lineOf(cause.span.start))
  }

  #isJustBefore({ level, span }: Finding, start: number): boolean {
    const distance = this.#lines.lineOf(start) - this.#lines.lineOf(span.start)
    return level === 'warning' && distance >= 0 && distance <= 1
  }

  /** The first and the last line; what lies between is part of one value. */
  #linesOf({ start, end }: Span): number[] {
    return [this.#lines.lineOf(start), this.#lines.lineOf(Math.max(start, end - 1))]
  }
}

function byPlace(one: Finding, other: Finding): number {
  return one.span.start - other.span.start
}

function byOrigin(one: Finding, other: Finding): number {
  return (one.origin ?? one.span).start - (other.origin ?? other.span).start
}
