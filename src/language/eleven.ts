import type { Node, ScalarNode } from './node.ts'
import type { Report } from './report.ts'
import { code, inLines, quote } from './wording.ts'

/** Tells once for a file, at the first of them, of values that programs with YAML 1.1 read as something else. */
export function adviseQuotes(root: Node, report: Report): void {
  const taken = new Set(report.usual.map(({ span }) => span.start))
  // What is known to be of another form is read here as it was meant, and `fmt` writes it so.
  const [first, ...more] = misreadIn(root).filter(({ span }) => !taken.has(span.start))
  if (first === undefined) return
  const message = `other tools (Home Assistant) read ${code(first.text)} as ${elevenOf(first)}`
  const lines = more.map((node) => report.lineOf(node)).filter((line) => line !== report.lineOf(first))
  const also = lines.length === 0 ? '' : `; there are more in ${inLines(lines)}`
  report.add(first, 'info', 'yaml/eleven', message, `write ${quote(first.text)}, in quotes${also}`)
}

function misreadIn(node: Node): ScalarNode[] {
  if (node.kind === 'scalar') return elevenOf(node) === null ? [] : [node]
  const children = node.kind === 'list' ? node.items : [...node.entries.values()].map(({ value }) => value)
  return children.flatMap(misreadIn)
}

// https://yaml.org/type/int.html (base 60) and https://yaml.org/type/bool.html
function elevenOf({ text, quoted }: ScalarNode): string | null {
  if (quoted) return null
  if (/^(yes|on)$/i.test(text)) return 'true'
  if (/^(no|off)$/i.test(text)) return 'false'
  if (!/^[1-9]\d{0,3}(:[0-5]?\d){1,2}$/.test(text)) return null
  return String(text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0))
}
