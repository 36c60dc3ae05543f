/** A line of a calendar file with what was folded into it. `line` counts from 1. */
export interface ContentLine {
  readonly line: number
  readonly text: string
}

/** What is wrong in a calendar file, and in which of its lines. */
export class CalendarFault extends Error {
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

/** A part between BEGIN and END, such as VEVENT. */
export interface Component {
  readonly name: string
  readonly line: number
  readonly lines: readonly ContentLine[]
  readonly parts: readonly Component[]
}

const deepest = 8
const linesTogether = 500

/** The file as the one VCALENDAR or more that it holds (RFC 5545 3.1, 3.4), in short steps. @throws CalendarFault */
export function* componentsOf(text: string): Generator<void, Component[]> {
  interface Open extends Component {
    readonly lines: ContentLine[]
    readonly parts: Component[]
  }
  const root: Open = { name: '', line: 0, lines: [], parts: [] }
  const open: Open[] = [root]
  for (const [index, content] of (yield* unfolded(text)).entries()) {
    if (index % linesTogether === 0) yield
    const inner = open.at(-1) ?? root
    // Trimmed first: a pattern that may give blanks back takes minutes for a long line of them.
    const [, mark = '', name = ''] = /^(BEGIN|END):\s*(\S*)$/i.exec(content.text.trimEnd()) ?? []
    const kind = name.toUpperCase()
    if (open.length === 1 && (mark.toUpperCase() !== 'BEGIN' || kind !== 'VCALENDAR'))
      throw new CalendarFault(content.line, 'this is no calendar: it has to begin with BEGIN:VCALENDAR')
    if (mark.toUpperCase() === 'BEGIN') {
      if (open.length > deepest) throw new CalendarFault(content.line, 'its parts are nested too deeply')
      const part: Open = { name: kind, line: content.line, lines: [], parts: [] }
      inner.parts.push(part)
      open.push(part)
    } else if (mark !== '') {
      if (kind !== inner.name)
        throw new CalendarFault(content.line, `END:${kind} where END:${inner.name} has to come first`)
      open.pop()
    } else if (!content.text.includes(':')) throw new CalendarFault(content.line, 'this line has no colon')
    else inner.lines.push(content)
  }
  const [, ...left] = open
  const unclosed = left.at(-1)
  if (unclosed !== undefined)
    throw new CalendarFault(unclosed.line, `the file ends before the END:${unclosed.name} of this line`)
  if (root.parts.length === 0) throw new CalendarFault(1, 'the file is empty')
  return root.parts
}

function* unfolded(text: string): Generator<void, ContentLine[]> {
  const found: { line: number; parts: string[] }[] = []
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (index % linesTogether === 0) yield
    const last = found.at(-1)
    if (/^[ \t]/.test(line) && last !== undefined) last.parts.push(line.slice(1))
    else if (line.trim() !== '') found.push({ line: index + 1, parts: [line] })
  }
  return found.map(({ line, parts }) => ({ line, text: parts.join('') }))
}
