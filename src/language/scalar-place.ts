import type { ScalarNode, Span } from './node.ts'

/**
 * Places inside a scalar's text as places in the file: quotes, escapes, folded lines and the indentation of blocks
 * lie between the two. `raw` is what the file has at the node's span. Where the two cannot be matched, the whole node.
 */
export function placeInScalar(node: ScalarNode, raw: string, { start, end }: Span): Span {
  if (node.span.from !== undefined) return node.span
  if (raw === node.text) return { start: node.span.start + start, end: node.span.start + end }
  const offsets = offsetsOf(node.text, raw)
  if (offsets === null) return node.span
  const at = (index: number) => node.span.start + (offsets[index] ?? raw.length)
  // The end of a part is the end of its last character, not the start of what follows after a break.
  const last = Math.max(start, end - 1)
  return { start: at(start), end: end > start ? at(last) + 1 : at(start) }
}

/** For each character of the text its offset in the raw text, and last the offset behind them all. */
function offsetsOf(text: string, raw: string): number[] | null {
  const mark = raw[0]
  const isBlock = mark === '|' || mark === '>'
  const offsets: number[] = []
  let at = isBlock ? raw.indexOf('\n') + 1 : mark === '"' || mark === "'" ? 1 : 0
  for (let index = 0; index < text.length; ) {
    const escaped = isBlock ? null : escapeAt(raw, at, mark)
    if (escaped !== null) {
      for (let part = 0; part < escaped.makes; part += 1) offsets.push(at)
      index += escaped.makes
      at += escaped.length
      continue
    }
    if (blanksAt(text, index) === 0) {
      at += isBlock ? blanksAt(raw, at) : 0
      if (raw[at] !== text[index]) return null
      offsets.push(at)
      index += 1
      at += 1
      continue
    }
    const rawBlanks = blanksAt(raw, at)
    if (rawBlanks === 0) return null
    // Only where a line was folded are there more or fewer blanks than in the file.
    const isFolded = isBlock || raw.slice(at, at + rawBlanks).includes('\n')
    const blanks = isFolded ? blanksAt(text, index) : Math.min(blanksAt(text, index), rawBlanks)
    for (let blank = 0; blank < blanks; blank += 1) offsets.push(at + Math.min(blank, rawBlanks - 1))
    index += blanks
    at += rawBlanks
  }
  offsets.push(at)
  return offsets
}

/** An escape at that place: how long it is, and how many characters it stands for. */
function escapeAt(
  raw: string,
  at: number,
  mark: string | undefined,
): { length: number; makes: number } | null {
  if (mark === "'") return raw.startsWith("''", at) ? { length: 2, makes: 1 } : null
  if (mark !== '"' || raw[at] !== '\\') return null
  const broken = /^\\\r?\n[ \t]*/.exec(raw.slice(at, at + 200))
  if (broken !== null) return { length: broken[0].length, makes: 0 }
  const digits = { x: 2, u: 4, U: 8 }[raw[at + 1] ?? '']
  if (digits === undefined) return { length: 2, makes: 1 }
  const number = Number.parseInt(raw.slice(at + 2, at + 2 + digits), 16)
  return { length: 2 + digits, makes: number > 0xffff ? 2 : 1 }
}

function blanksAt(text: string, at: number): number {
  let end = at
  while (end < text.length && ' \t\r\n'.includes(text[end] ?? '')) end += 1
  return end - at
}
