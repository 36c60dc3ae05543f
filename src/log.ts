import type { Clock } from './core/clock.ts'
import { messageOf } from './core/error.ts'
import type { Log, LogDetail } from './core/log.ts'
import type { LogEntry } from './log/echo.ts'
import { createRedactor } from './log/redactor.ts'

/** From the most to the least talkative. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LogOptions {
  /** The least important level that is written. */
  readonly level: LogLevel
  /** Receives each entry without its line end; an entry of several lines comes in one call. */
  readonly write: (line: string) => void
  readonly clock: Clock
  /** Takes secrets out of a text. Without it everything that looks like one goes. */
  readonly redact?: (text: string) => string
}

/**
 * Lines for people: `2026-11-21T10:00:00+00:00 info  [broker] connected url=mqtt://127.0.0.1:1883`.
 * Line breaks of a message are kept, indented, so that no text can pass itself off as another line.
 */
export function createLog(options: LogOptions): Log {
  return logOf({ ...options, redact: options.redact ?? createRedactor().redact }, '')
}

const longestValue = 500
const longestMessage = 8000
// Redaction looks at much more than is shown, and still at an end of it.
const longestRead = 16_000

function logOf(options: Required<LogOptions>, part: string): Log {
  const add = (level: LogLevel) => (message: string, detail?: LogDetail) => {
    if (logLevels.indexOf(level) < logLevels.indexOf(options.level)) return
    options.write(lineOf(options, { level, part, message, detail }))
  }
  return {
    debug: add('debug'),
    info: add('info'),
    warn: add('warn'),
    error: add('error'),
    for: (name) => logOf(options, part === '' ? name : `${part}/${name}`),
  }
}

function lineOf({ clock, redact }: Required<LogOptions>, entry: LogEntry): string {
  const time = `${clock.now().toISOString().slice(0, 19)}+00:00`
  const part = entry.part === '' ? '' : `[${escaped(entry.part)}] `
  return redact(`${time} ${entry.level.padEnd(5)} ${part}${logText(entry, redact)}`)
}

/** What a line says behind time, level and part: the message and its details, without secrets. */
export function logText(
  { message, detail }: Pick<LogEntry, 'message' | 'detail'>,
  redact: (text: string) => string,
): string {
  const words = clipped(redact(String(message).slice(0, longestRead)), longestMessage)
    .split(/\r?\n/)
    .map(escaped)
    .join('\n  ')
  const details = Object.entries(detail ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [` ${escaped(name)}=${shownValue(name, value, redact)}`],
  )
  // Once more as a whole: what names a secret may stand before the `=`, or in the message.
  return redact(`${words}${details.join('')}`)
}

const secretName = /(token|password|passwd|secret|authorization|cookie|verifier)$/i

function shownValue(name: string, value: unknown, redact: (text: string) => string): string {
  if (secretName.test(name) && value !== null && value !== '' && typeof value !== 'boolean') return '***'
  const shown = escaped(clipped(redact(textOf(value).slice(0, longestRead)), longestValue))
  const isPlain = /^[^\s"=]+$/.test(shown) || isStructure(value)
  return isPlain ? shown : `"${shown.replaceAll('"', '\\"')}"`
}

/** Shown as JSON, which needs no quotes around it. */
function isStructure(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof Error)
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    if (value instanceof Error) return messageOf(value)
    return JSON.stringify(value, printable) ?? String(value)
  } catch {
    // Something that refers to itself, or a getter that throws.
    return Object.prototype.toString.call(value)
  }
}

function printable(name: string, value: unknown): unknown {
  if (secretName.test(name) && typeof value === 'string') return '***'
  if (value instanceof Error) return messageOf(value)
  return typeof value === 'bigint' ? String(value) : value
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (cut)`
}

/** Control characters, line ends of every kind and marks that turn the direction of writing, made visible. */
function escaped(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}\u202a-\u202e\u2066-\u2069]/gu, (sign) => {
    const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[sign]
    return short ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
