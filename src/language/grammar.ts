import type { YAMLError } from 'yaml'
import type { Finding } from './finding.ts'
import { restOfLine } from './indicator.ts'
import { code, quote } from './wording.ts'

/** The words for an error of the parser that no trap explains, at the place where a person would look. */
export function findingOf(error: YAMLError, text: string): Finding {
  const at = Math.min(error.pos[0], text.length)
  const place = { error, text, at, line: lineAround(at, text) }
  return tab(place) ?? (explanations[error.code] ?? plain)(place)
}

interface Place {
  readonly error: YAMLError
  readonly text: string
  readonly at: number
  readonly line: Line
}

interface Line {
  readonly start: number
  /** Offset of its line break. */
  readonly end: number
  readonly text: string
}

type Explain = (place: Place) => Finding

const explanations: Readonly<Partial<Record<YAMLError['code'], Explain>>> = {
  BLOCK_AS_IMPLICIT_KEY: indentation,
  BAD_INDENT: indentation,
  MULTILINE_IMPLICIT_KEY: missingColon,
  MISSING_CHAR: missing,
  UNEXPECTED_TOKEN: unexpected,
  BAD_SCALAR_START: badStart,
  TAB_AS_INDENT: (place) => finding(place, 'a tab cannot stand here; use spaces', { length: 1, echo: false }),
  BLOCK_IN_FLOW: (place) =>
    finding(place, 'lines that are indented cannot stand inside `{ }` or `[ ]`', { spoils: 'rest' }),
  NON_STRING_KEY: (place) => finding(place, 'a key must be plain text; this is a list or a map'),
  KEY_OVER_1024_CHARS: (place) => finding(place, 'a key can have at most 1024 characters'),
  BAD_DQ_ESCAPE: badEscape,
}

/** A tab among the spaces in front of a line; whatever else the parser says comes from it. */
function tab({ text, error, line }: Place): Finding | null {
  const above = lineAround(Math.max(0, line.start - 1), text)
  const below = lineAround(Math.min(text.length, line.end + 1), text)
  const tabbed = [above, line, below].find(({ text: words }) => /^ *\t/.test(words))
  if (tabbed === undefined) return null
  const indent = /^[ \t]*/.exec(tabbed.text)?.[0] ?? ''
  const column = indent.indexOf('\t')
  const number = text.slice(0, tabbed.start).split('\n').length
  const place = { at: tabbed.start + column, error }
  const message = `a tab cannot indent YAML; use spaces (line ${number})`
  return { ...finding(place, message, { length: indent.length - column, spoils: 'rest' }), echo: false }
}

function indentation(place: Place): Finding {
  const { error } = place
  if (error.message.startsWith('Flow end indicator'))
    return finding(place, 'this bracket must be indented more than the key that its list or map belongs to')
  const { at, line } = meantPlace(place)
  const message = 'the indentation of this line fits none of the lines above it'
  return finding({ at, error }, message, {
    length: line.text.trim().length,
    spoils: 'rest',
  })
}

/** Behind a key without a value the parser stumbles at the end of the key's line; what is wrong stands on the next. */
function meantPlace({ text, at, line }: Place): Pick<Place, 'at' | 'line'> {
  const blank = /(?:[ \t\r]*(?:#[^\n]*)?\n)*/y
  blank.lastIndex = at
  blank.test(text)
  const meant = blank.lastIndex > line.end ? lineAround(blank.lastIndex, text) : line
  return { line: meant, at: meant.start + meant.text.length - meant.text.trimStart().length }
}

function missingColon(place: Place): Finding {
  const line = restOfLine(place.at, place.text)
  const word = line.replace(/\s#.*$/, '').trim()
  if (word.startsWith('- ') || word === '-')
    return finding(place, 'a list item (`- …`) cannot stand among keys at this indentation', {
      spoils: 'rest',
    })
  const [key, value] = /^([^\s:]+):(\S.*)$/.exec(word)?.slice(1) ?? []
  const length = word.length
  if (key !== undefined && value !== undefined)
    return finding(place, `a space is missing after the \`:\`; write ${code(`${key}: ${value}`)}`, { length })
  return finding(place, `${quote(word)} stands where a key is expected, but has no \`:\` behind it`, {
    length,
  })
}

function missing(place: Place): Finding {
  const { error, text, at } = place
  if (error.message.startsWith('Missing closing'))
    return finding(
      place,
      `a text that began with a quote is not closed: ${code(error.message.charAt(16))} is missing`,
    )
  if (error.message.startsWith('Implicit map keys')) return missingColon(place)
  if (error.message.startsWith('Comments')) return finding(place, 'a space is missing in front of the #')
  if (error.message.includes('Missing ,')) {
    const quoted = quotedBefore(at, text)
    if (quoted !== null) return afterQuote(place, quoted)
    return finding(place, `a comma is missing in front of ${quote(restOfLine(at, text))}`)
  }
  return plain(place)
}

function unexpected(place: Place): Finding {
  const { error, text, at, line } = place
  const rest = restOfLine(at, text)
  if (error.message.includes('at node end')) {
    const quoted = quotedBefore(at, text)
    if (quoted !== null) return afterQuote(place, quoted)
    return finding(
      place,
      `YAML is done with this value before ${quote(rest)}. Put quotes around the whole text`,
    )
  }
  if (error.message.startsWith('Block scalar header') || opensBlock(line.text.slice(0, at - line.start)))
    return finding(
      place,
      'a text that starts with | or > means lines below it. Put quotes around the whole text',
    )
  if (error.message.startsWith('Unexpected block-seq-ind'))
    return finding(place, 'a list begins on a line of its own: put this `- …` below its key')
  if (/flow-(seq|map)-end/.test(error.message))
    return finding(place, `this ${code(text.slice(at, at + 1))} closes nothing`, { spoils: 'rest' })
  if (error.message.startsWith('Unexpected ,'))
    return finding(place, 'there is nothing in front of this comma')
  return finding(place, `YAML cannot place ${quote(rest)}; look here and on the line above`, {
    spoils: 'rest',
  })
}

/** A `|` or `>` at the end, where a value or a line begins. */
function opensBlock(before: string): boolean {
  return /(?:^|[:-]\s)\s*[|>][-+0-9]*\s*$/.test(before.slice(-200))
}

/** `'Den' == player.name`: the closing quote ended the value. */
function afterQuote(place: Place, quoted: string): Finding {
  const rest = restOfLine(place.at, place.text).replace(/\s#.*$/, '')
  const inner = quoted.slice(1, -1)
  const mark = quoted.slice(0, 1)
  const stops = `YAML stops reading after ${quote(inner)}.`
  const [operator, name] = /^(==|!=)\s*([\p{L}\p{M}\p{N}_.]+)$/u.exec(rest)?.slice(1) ?? []
  const touches = place.text[place.at - 1] === mark
  const options = { problem: 'yaml/leading-quote', length: Math.max(1, rest.length), echo: false }
  if (operator !== undefined && name !== undefined)
    return finding(
      place,
      `${stops} Put the name first: ${code(`${name} ${operator} '${inner}'`)}, or quote the whole line`,
      options,
    )
  if (touches)
    return finding(place, `${stops} A ${mark} inside a text needs the other quotes around it`, options)
  return finding(place, `${stops} Put quotes around the whole text`, options)
}

function badStart(place: Place): Finding {
  const { text, at, line } = place
  const start = text.slice(at, at + 1)
  if (start === '%' && text[at - 1] === '{')
    return finding(
      { ...place, at: at - 1 },
      '`{% … %}` is a template of Home Assistant; it is not read here',
      { problem: 'yaml/braces', length: 2, echo: false },
    )
  const length = Math.max(1, line.start + line.text.length - at)
  return finding(place, `a text cannot start with ${quote(start)}. Put quotes around it`, {
    length,
    echo: false,
  })
}

function badEscape(place: Place): Finding {
  const found = place.text.slice(place.at, place.at + 2)
  const message = `${code(found)} has no meaning inside "…". Write ${code(`\\${found}`)}, or put '…' around the text`
  return finding(place, message, { length: 2, echo: false })
}

function plain(place: Place): Finding {
  if (place.error.message.startsWith('Sequence item without'))
    return finding({ ...place, ...meantPlace(place) }, 'a list item needs its own `- ` in front', {
      spoils: 'rest',
    })
  const [first = ''] = place.error.message.split('\n', 1)
  return finding(place, `this is not YAML: ${first.charAt(0).toLowerCase()}${first.slice(1)}`, {
    spoils: 'rest',
  })
}

/** The quoted text that ends, but for spaces, at the offset. */
function quotedBefore(at: number, text: string): string | null {
  const before = text.slice(Math.max(0, at - 200), at).trimEnd()
  const mark = before.at(-1) ?? ''
  if (mark !== '"' && mark !== "'") return null
  const start = before.lastIndexOf(mark, before.length - 2)
  return start < 0 ? null : before.slice(start)
}

function lineAround(offset: number, text: string): Line {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const found = text.indexOf('\n', start)
  const end = found < 0 ? text.length : found
  return { start, end, text: text.slice(start, end).trimEnd() }
}

function finding(
  { at, error }: Pick<Place, 'at' | 'error'>,
  message: string,
  options: { problem?: string; length?: number; spoils?: Finding['spoils']; echo?: boolean } = {},
): Finding {
  const { problem = 'yaml/syntax', length, spoils = 'line', echo = true } = options
  const span = { start: at, end: length === undefined ? Math.max(at + 1, error.pos[1]) : at + length }
  const origin = { start: error.pos[0], end: error.pos[1] }
  return { span, origin, level: 'error', code: problem, message, echo, spoils }
}
