import type { Finding } from './finding.ts'
import { code, quote } from './wording.ts'

// A line may be the whole of a hostile file, with an indicator at every other character.
const longestLook = 200

const homeAssistantTags = ['!secret', '!include', '!input', '!env_var']

/** `&x`: an anchor, which leaves the value empty or hides behind it. */
export function anchorFinding(offset: number, text: string): Finding {
  const { word, rest } = read(offset, text)
  const leaves = rest === '' ? ' and leaves the value empty' : ''
  const message = `${code(word)} names a YAML anchor${leaves}; anchors are not used here. Quote the whole text if the & belongs to it`
  return finding({ offset, word, problem: 'yaml/anchor', message })
}

/** `*x`: an alias. A cron pattern begins like one. */
export function aliasFinding(offset: number, text: string): Finding {
  const { word, rest } = read(offset, text)
  const whole = `${word} ${rest}`.trim()
  const message = `${code(word)} refers to an anchor that does not exist. Quote the whole text: ${quote(whole)}`
  return finding({ offset, word, problem: 'yaml/alias', message })
}

/** `!x`: a tag. People mean "not", or a word of Home Assistant. */
export function tagFinding(offset: number, text: string): Finding {
  const { word, rest } = read(offset, text)
  return finding({ offset, word, problem: 'yaml/bang', message: tagMessage(word, rest) })
}

/**
 * ` #3` behind an unquoted value, where the # was probably meant: people who write a comment leave a space
 * behind it, or line it up with others. Null for everything that looks like a comment.
 */
export function cutFinding(offset: number, text: string): Finding | null {
  const lineStart = text.lastIndexOf('\n', offset) + 1
  const before = text.slice(lineStart, offset)
  const comment = restOfLine(offset, text)
  if (!/^#[^\s#!-]/.test(comment) || !/\S[ \t]$/.test(before)) return null
  const value = valueBefore(before)
  if (value === null) return null
  const ends = value === '' ? 'the value is empty' : `the value ends at ${quote(value)}`
  // Where a value is wanted a colour is meant, and without it nothing can be done.
  const isColor = value === '' && /^#[0-9A-Fa-f]{6}$/.test(comment)
  const message = `\` #\` starts a comment: ${ends}. Quote it if you meant the #`
  return {
    span: { start: offset, end: offset + comment.length },
    level: isColor ? 'error' : 'warning',
    code: 'yaml/comment-cut',
    message,
    help: isColor ? `write ${quote(comment)}, in quotes` : 'a comment has a space behind its #',
    spoils: 'nothing',
  }
}

function tagMessage(word: string, rest: string): string {
  if (homeAssistantTags.includes(word))
    return `${code(word)} is a tag of Home Assistant and is not read here. Write the value itself`
  if (word.startsWith('!!')) return `${code(word)} is a YAML tag, and none is needed here. Leave it out`
  const negated = word.startsWith('!(') ? `${word.slice(1)} ${rest}`.trim() : word.slice(1)
  return `${code(word)} is a YAML tag. Write ${code(`not ${negated === '' ? '…' : negated}`)}`
}

/** The unquoted value in front of a comment; null where it is quoted or in brackets and so was not cut. */
function valueBefore(before: string): string | null {
  const line = before.trim()
  if ('"\'[]{},'.includes(line.at(-1) ?? ',')) return null
  if (line.endsWith(':') || line === '-' || line.endsWith(' -')) return ''
  const start = Math.max(...[': ', '- ', ', ', '[', '{'].map((mark) => line.lastIndexOf(mark) + mark.length))
  return line.slice(start).trim()
}

function read(offset: number, text: string): { word: string; rest: string } {
  const line = restOfLine(offset, text).replace(/\s#.*$/, '')
  const word = /^[^\s,[\]{}]+/.exec(line)?.[0] ?? line.slice(0, 1)
  return { word, rest: line.slice(word.length).trim() }
}

/** The text from here to the end of its line, as far as a message needs it. */
export function restOfLine(offset: number, text: string): string {
  return (text.slice(offset, offset + longestLook).split('\n', 1)[0] ?? '').trimEnd()
}

function finding(what: { offset: number; word: string; problem: string; message: string }): Finding {
  return {
    span: { start: what.offset, end: what.offset + Math.max(1, what.word.length) },
    level: 'error',
    code: what.problem,
    message: what.message,
    spoils: 'line',
  }
}
