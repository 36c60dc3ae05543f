import { inOneLine } from './speech.ts'

/** A link of a passage: `[[text->target]]`, `[[target<-text]]`, `[[text|target]]`, `[[target]]`, or `[[]]` for none. */
export interface Link {
  /** What stands for it; null where that is the name of the passage itself. */
  readonly text: string | null
  /** The passage it leads to; '' for none. */
  readonly target: string
  /** What SugarCube sets on the way: `$x to 1`; null where nothing is. */
  readonly setter: string | null
  /** From 1, in the passage. */
  readonly line: number
  /** Whether it is the first on its line. */
  readonly isFirst: boolean
}

/** The links of a passage in order, and its text: without those that stand alone on a line, and with the words of others. */
export function linksIn(text: string): { readonly links: readonly Link[]; readonly rest: string } {
  const links: Link[] = []
  const lines = text.split('\n').map((line, index) => {
    const { found, parts } = linksOnLine(line, index + 1)
    if (found.length === 0) return line
    links.push(...found)
    const isAlone = !/[\p{L}\p{N}]/u.test(parts.join(''))
    if (isAlone) return ''
    return parts.map((part, number) => `${part}${wordsOf(found[number])}`).join('')
  })
  return { links, rest: lines.join('\n') }
}

function wordsOf(link: Link | undefined): string {
  return link === undefined ? '' : (link.text ?? link.target)
}

/** `parts`: what stands before each, and behind the last. */
function linksOnLine(
  line: string,
  number: number,
): { readonly found: readonly Link[]; readonly parts: readonly string[] } {
  const found: Link[] = []
  const parts: string[] = []
  let from = 0
  for (;;) {
    const start = line.indexOf('[[', from)
    const end = start < 0 ? -1 : line.indexOf(']]', start + 2)
    if (end < 0) return { found, parts: [...parts, line.slice(from)] }
    parts.push(line.slice(from, start))
    found.push({ ...linkOf(line.slice(start + 2, end)), line: number, isFirst: found.length === 0 })
    from = end + 2
  }
}

function linkOf(written: string): Pick<Link, 'text' | 'target' | 'setter'> {
  const cut = written.indexOf('][')
  const setter = cut < 0 ? null : written.slice(cut + 2).trim()
  const inner = cut < 0 ? written : written.slice(0, cut)
  const split = (at: number, width: number): readonly [string, string] => [
    inner.slice(0, at).trim(),
    inner.slice(at + width).trim(),
  ]
  const right = inner.lastIndexOf('->')
  const left = inner.indexOf('<-')
  const bar = inner.lastIndexOf('|')
  if (right >= 0) {
    const [text, target] = split(right, 2)
    return { text, target, setter }
  }
  if (left >= 0) {
    const [target, text] = split(left, 2)
    return { text, target, setter }
  }
  if (bar >= 0) {
    const [text, target] = split(bar, 1)
    return { text, target, setter }
  }
  return { text: null, target: inner.trim(), setter }
}

/** What a link offers, where it stands as an answer. */
export function answerWords({ text, target }: Pick<Link, 'text' | 'target'>): string {
  const words = inOneLine(text ?? '')
  return words === '' ? inOneLine(target) : words
}
