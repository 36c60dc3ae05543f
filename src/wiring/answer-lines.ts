import { isJsonObject, type JsonObject } from '../core/json.ts'
import { printable } from '../language/printable.ts'

/** A value for a terminal: what others wrote steers none. */
export function textOf(value: unknown): string {
  return printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
}

/** A line for each field. */
export function fieldLines(answer: JsonObject): string {
  return Object.entries(answer)
    .map(([name, value]) => `${name}: ${textOf(value)}\n`)
    .join('')
}

/** A line for each entry, in columns; `none` where there is no entry. */
export function listed(list: unknown, none: string, line: (entry: JsonObject) => readonly string[]): string {
  const rows = objectsIn(list).map(line)
  if (rows.length === 0) return `${none}\n`
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, at) => Math.max(known[at] ?? 0, cell.length)),
    [],
  )
  const lines = rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '))
  return lines.map((one) => `${one.trimEnd()}\n`).join('')
}

/** What REST says is amiss with a list: that it is old, or not whole. */
export function listNotes({ problem = null, incomplete = null }: JsonObject): readonly string[] {
  return [problem, incomplete].filter((words) => words !== null).map(textOf)
}

export function objectsIn(list: unknown): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}

/** The words that REST has for what it did. */
export function messageIn({ message }: JsonObject): string {
  return `${textOf(message)}\n`
}
