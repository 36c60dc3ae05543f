/** The lines of a text, counted from 1. A byte order mark at the start belongs to no column. */
export class Lines {
  readonly #text: string
  /** Found when they are first asked for: of most files nothing is. */
  #found: readonly number[] | null = null

  constructor(text: string) {
    this.#text = text
  }

  get #starts(): readonly number[] {
    if (this.#found !== null) return this.#found
    const text = this.#text
    const starts = [text.startsWith('\uFEFF') ? 1 : 0]
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    this.#found = starts
    return starts
  }

  get count(): number {
    return this.#starts.length
  }

  /** Line of an offset, 1-based. */
  lineOf(offset: number): number {
    let low = 0
    let high = this.#starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }

  startOf(line: number): number {
    return this.#starts[line - 1] ?? this.#text.length
  }

  /** Offset behind the last character of the line, its line break left out. */
  endOf(line: number): number {
    const next = this.#starts[line]
    if (next === undefined) return this.#text.length
    const end = next - 1
    return end > this.startOf(line) && this.#text[end - 1] === '\r' ? end - 1 : end
  }

  textOf(line: number): string {
    return this.#text.slice(this.startOf(line), this.endOf(line))
  }
}
