import type { CST } from 'yaml'
import { enoughFindings, type Finding } from './finding.ts'
import { aliasFinding, anchorFinding, cutFinding, restOfLine, tagFinding } from './indicator.ts'
import { documentsIn, type Tokens } from './tokens.ts'
import { code, quote } from './wording.ts'

/**
 * The places where YAML reads something else than the writer meant, found in the tokens: most of them are
 * legal YAML, or end in an error far from the cause.
 */
export function trapsIn({ tokens, isWhole }: Tokens, text: string): Finding[] {
  const walk = new Walk(text, isWhole)
  for (const token of tokens) {
    if (token.type === 'directive')
      walk.add(token, 'yaml/syntax', 'a line that starts with % steers YAML itself; leave it out', 'rest')
  }
  const [first, second] = documentsIn(tokens)
  if (first !== undefined) walk.document(first)
  if (second !== undefined) {
    const start = second.start.find(({ type }) => type === 'doc-start')
    const message = '`---` starts a second document; a file holds one'
    walk.add(start ?? { offset: second.offset, source: '' }, 'yaml/syntax', message, 'rest')
  }
  return walk.findings
}

interface Item {
  readonly start: readonly CST.SourceToken[]
  readonly key?: CST.Token | null
  readonly sep?: readonly CST.SourceToken[]
  readonly value?: CST.Token
}

class Walk {
  readonly findings: Finding[] = []
  readonly #text: string
  /** A text that was read in part has brackets that are closed further on. */
  readonly #isWhole: boolean
  readonly #anchors = new Set<string>()
  #cut: { finding: Finding; hidden: string } | null = null

  constructor(text: string, isWhole: boolean) {
    this.#text = text
    this.#isWhole = isWhole
  }

  add(
    token: { offset: number; source: string },
    problem: string,
    message: string,
    spoils: Finding['spoils'] = 'line',
  ): void {
    const span = { start: token.offset, end: token.offset + token.source.length }
    this.findings.push({ span, level: 'error', code: problem, message, spoils })
  }

  document(document: CST.Document): void {
    this.#indicators(document.start)
    this.#token(document.value)
    this.#indicators(document.end ?? [])
  }

  #token(token: CST.Token | null | undefined): void {
    if (this.findings.length >= enoughFindings) return
    switch (token?.type) {
      case 'block-map':
      case 'block-seq':
        for (const item of token.items) this.#item(item)
        break
      case 'flow-collection':
        this.#flow(token)
        break
      case 'alias':
        if (!this.#anchors.has(token.source.slice(1)))
          this.findings.push(aliasFinding(token.offset, this.#text))
        this.#indicators(token.end ?? [])
        break
      case 'single-quoted-scalar':
      case 'double-quoted-scalar':
        this.#quoted(token)
        this.#indicators(token.end ?? [])
        break
      case 'scalar':
        this.#indicators(token.end ?? [], true)
        break
      case 'block-scalar':
        this.#indicators(token.props)
        break
    }
  }

  #item({ start, key, sep = [], value }: Item): void {
    this.#indicators(start, value === undefined && key === undefined)
    const merge = key?.type === 'scalar' && key.source === '<<'
    if (merge) this.add(key, 'yaml/alias', '`<<` merges nothing here; write the keys out')
    else this.#token(key)
    this.#indicators(sep, value === undefined)
    if (!this.#colon(key, sep, value) && !merge) this.#token(value)
  }

  /** `name: Bedtime: the story` is a map in a map for the parser, and everything below it goes into that map too. */
  #colon(
    above: CST.Token | null | undefined,
    sep: readonly CST.SourceToken[],
    value: CST.Token | undefined,
  ): boolean {
    const outer = sep.find(({ type }) => type === 'map-value-ind')
    if (value?.type !== 'block-map' || outer === undefined) return false
    const first = value.items[0]
    const colon = first?.sep?.find(({ type }) => type === 'map-value-ind')
    if (first?.key?.type !== 'scalar' || colon === undefined) return false
    if (this.#text.slice(outer.offset, first.key.offset).includes('\n')) return false
    if (first.key.source.includes('\n')) {
      this.#follows(first.key)
      return true
    }
    const outerKey = above?.type === 'scalar' ? above.source : ''
    const inner = restOfLine(first.key.offset, this.#text).replace(/\s+#.*$/, '')
    this.add(colon, 'yaml/colon', twoColons(outerKey, inner))
    this.#token(first.value)
    for (const item of value.items.slice(1)) this.#item(item)
    return true
  }

  /** `name: foo` and below it, further in, `bar: baz`: for YAML the second line goes on with the first one's text. */
  #follows({ source, offset }: CST.FlowScalar): void {
    const [first = ''] = source.split('\n', 1)
    const start = source.lastIndexOf('\n') + 1
    const key = source.slice(start).trimStart()
    const message = `the line above already has a value, ${quote(first.trim())}; this line is indented as if it belonged to it`
    const span = { start: offset + source.length - key.length, end: offset + source.length }
    const origin = { start: offset, end: offset + source.length }
    this.findings.push({
      span,
      origin,
      level: 'error',
      code: 'yaml/syntax',
      message,
      echo: true,
      spoils: 'rest',
    })
  }

  #flow(token: CST.FlowCollection): void {
    if (token.start.source === '{' && isFlowMap(token.items[0]?.key ?? token.items[0]?.value)) {
      this.#braces(token)
      return
    }
    for (const item of token.items) this.#item(item)
    const closing = token.start.source === '{' ? '}' : ']'
    if (this.#isWhole && token.end[0]?.source !== closing) this.#unclosed(token, closing)
    this.#indicators(token.end)
  }

  #braces(token: CST.FlowCollection): void {
    const line = restOfLine(token.offset, this.#text)
    const close = line.indexOf('}}')
    const isClosed = close >= 0
    const source = isClosed ? line.slice(0, close + 2) : '{{'
    const inside = source.slice(2, -2).trim()
    const example = isClosed && inside !== '' ? inside : 'coins > 3'
    this.add(
      { offset: token.offset, source },
      'yaml/braces',
      `\`{{ … }}\` without quotes is a YAML map, not a template. Here conditions need no braces: ${code(`if: ${example}`)}, and a value inside a text is written \`\${ … }\``,
      isClosed ? 'line' : 'rest',
    )
  }

  /** A bracket that a comment swallowed is the comment's fault. */
  #unclosed(token: CST.FlowCollection, closing: string): void {
    const cut = this.#cut
    if (cut?.hidden.includes(closing) && cut.finding.span.start > token.offset) {
      const at = this.findings.lastIndexOf(cut.finding)
      this.findings[at] = {
        ...cut.finding,
        level: 'error',
        message: `${cut.finding.message}. The ${code(closing)} behind it is lost too`,
        spoils: 'rest',
      }
      this.#cut = null
      return
    }
    const opening = token.start.source
    const message = `this ${code(opening)} is not closed: ${code(closing)} is missing, or stands too far to the left`
    this.add({ offset: token.offset, source: opening }, 'yaml/syntax', message, 'rest')
  }

  #quoted({ source, offset }: CST.FlowScalar): void {
    const mark = source[0] ?? ''
    if (source.length > 1 && source.endsWith(mark) && !endsEscaped(source)) return
    this.add(
      { offset, source: mark },
      'yaml/syntax',
      `the text that starts here has no closing ${code(mark)}`,
      'rest',
    )
  }

  #indicators(tokens: readonly CST.Token[], cuts = false): void {
    for (const token of tokens) {
      if (token.type === 'anchor') {
        this.#anchors.add(token.source.slice(1))
        this.findings.push(anchorFinding(token.offset, this.#text))
      } else if (token.type === 'tag') this.findings.push(tagFinding(token.offset, this.#text))
      else if (token.type === 'explicit-key-ind')
        this.add(token, 'yaml/syntax', `${quote('?')} starts a key in YAML; write \`name: value\``)
      else if (token.type === 'comment' && cuts) this.#comment(token)
    }
  }

  #comment(token: CST.SourceToken): void {
    const finding = cutFinding(token.offset, this.#text)
    if (finding === null) return
    this.findings.push(finding)
    this.#cut = { finding, hidden: token.source }
  }
}

const listKeys = new Set(['when', 'do', 'then', 'else', 'any', 'on_timeout', 'steps', 'if'])

/** What to do about `when: time: "07:00"`, and about `name: Bedtime: the story`. */
function twoColons(outer: string, inner: string): string {
  const isKey =
    /^[a-z][a-z0-9_]*:(\s|$)/.test(inner) && !/[{}[\]]/.test(inner) && inner.length <= longestInner
  const braces = `\`${outer}: {${inner}}\``
  if (isKey && listKeys.has(outer))
    return `\`${outer}:\` and what belongs to it stand on one line. Put it below, behind "- ", or in braces: ${braces}`
  const ends = 'the `:` inside this text ends it for YAML. Put quotes around the whole text'
  return isKey && /^[a-z][a-z0-9_]{0,40}$/.test(outer)
    ? `${ends}; where it is a key of its own, braces: ${braces}`
    : ends
}

const longestInner = 60

function isFlowMap(token: CST.Token | null | undefined): boolean {
  return token?.type === 'flow-collection' && token.start.source === '{'
}

function endsEscaped(source: string): boolean {
  if (!source.startsWith('"')) return false
  let at = source.length - 1
  while (source[at - 1] === '\\') at -= 1
  return (source.length - 1 - at) % 2 === 1
}
