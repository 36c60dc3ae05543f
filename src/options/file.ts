import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from 'yaml'
import { AppError, errnoOf } from '../core/error.ts'
import { joined, knownOptions, knownSections, type OptionSchema, typed, typesOf } from './known.ts'
import { quoted, type Setting, suggestion, wrong } from './setting.ts'

const maxBytes = 1024 * 1024

/**
 * The settings of an options file, YAML or JSON (which is YAML). An option without a value counts as not given.
 * @throws AppError `invalid` with file, line and column for whatever cannot be read.
 */
export async function readOptionsFile(file: string, missing: 'wrong' | 'empty'): Promise<Setting[]> {
  const name = basename(file)
  const text = await textOf(file, name, missing)
  const lines = new LineCounter()
  // Only texts come out: what they mean is for the schema of each option to say.
  const document = parseDocument(text, { schema: 'failsafe', stringKeys: true, lineCounter: lines })
  const [trouble] = [...document.errors, ...document.warnings]
  if (trouble !== undefined) {
    // What the parser says of tags repeats them, and an unquoted password may begin like one.
    const [own] = trouble.message.split(/ at line \d+, column \d+/)
    const what =
      trouble.code === 'TAG_RESOLVE_FAILED' ? 'a tag (!…) means nothing here; put quotes around a text' : own
    throw new AppError('invalid', `${at({ name, lines, document }, trouble.pos[0])}: ${what}`)
  }
  return settingsIn({ name, lines, document }, document.contents, '')
}

interface Source {
  readonly name: string
  readonly lines: LineCounter
  readonly document: Document
}

async function textOf(file: string, name: string, missing: 'wrong' | 'empty'): Promise<string> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    const code = errnoOf(error) ?? 'unknown reason'
    if (code === 'ENOENT' && missing === 'empty') return ''
    throw new AppError(
      'invalid',
      `options file ${quoted(name)}: ${reasons[code] ?? `cannot be read (${code})`}`,
    )
  }
  if (bytes.length > maxBytes)
    throw new AppError('invalid', `options file ${quoted(name)}: larger than 1 MiB, so it is no options file`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new AppError('invalid', `options file ${quoted(name)}: not a text in UTF-8`)
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'that is a folder, not a file',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
}

function settingsIn(source: Source, given: unknown, section: string): Setting[] {
  const node = resolved(source, given)
  if (isEmpty(node)) return []
  if (!isMap(node)) throw noSection(source, node, section)
  return node.items.flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : ''
    const path = joined(section, name)
    if (knownSections.has(path) && name !== '') return settingsIn(source, value, path)
    const schema = knownOptions.get(path)
    if (schema === undefined || name.includes('.')) throw unknownOption(source, key, path)
    const below = resolved(source, value)
    return isEmpty(below) ? [] : [settingOf(source, below, { path, schema })]
  })
}

function settingOf(source: Source, node: unknown, known: { path: string; schema: OptionSchema }): Setting {
  const origin = at(source, startOf(node))
  const setting = (value: unknown): Setting => ({ path: known.path, value, origin })
  if (isScalar(node)) return setting(typed(known.schema, String(node.value)))
  const items = isSeq(node) ? node.items.map((item) => resolved(source, item)) : []
  if (!isSeq(node) || !typesOf(known.schema).has('array') || !items.every((item) => isScalar(item)))
    throw wrong({ ...setting(null), shown: isSeq(node) ? 'a list' : 'more options below it' })
  return setting(items.map((item) => String((item as Scalar).value)))
}

function resolved(source: Source, node: unknown): unknown {
  if (!isAlias(node)) return node
  const target = node.resolve(source.document)
  if (target !== undefined) return target
  const where = at(source, startOf(node))
  throw new AppError(
    'invalid',
    `${where}: no anchor (&…) has this name; put quotes around a text that begins with *`,
  )
}

/** Nothing, or a bare `null` or `~`. */
function isEmpty(node: unknown): boolean {
  if (node === null || node === undefined) return true
  return isScalar(node) && node.type === 'PLAIN' && /^(null|~)?$/i.test(String(node.value))
}

function noSection(source: Source, node: unknown, section: string): AppError {
  const found = isSeq(node) ? 'a list' : isScalar(node) ? quoted(node.value) : 'something else'
  const names = knownSections.get(section)?.join(', ') ?? ''
  const where = at(source, startOf(node))
  const what = section === '' ? 'the whole file' : section
  return new AppError('invalid', `${what}: found ${found} (${where}), expected options: ${names}`)
}

function unknownOption(source: Source, key: unknown, path: string): AppError {
  const start = `${at(source, startOf(key))}: unknown option ${quoted(path)}`
  if (knownOptions.has(path)) {
    const levels = path.split('.').map((level) => `"${level}:"`)
    return new AppError(
      'invalid',
      `${start}; write each part on a line of its own: ${levels.join(', then below it ')}`,
    )
  }
  const elsewhere = [...knownOptions.keys()].filter((known) => known.endsWith(`.${path}`))
  if (elsewhere.length > 0)
    return new AppError('invalid', `${start}; did you mean ${elsewhere.join(' or ')}?`)
  const siblings = knownSections.get(path.split('.').slice(0, -1).join('.')) ?? []
  const section = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : ''
  return new AppError(
    'invalid',
    start +
      suggestion(
        path,
        siblings.map((name) => joined(section, name)),
      ),
  )
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0
}

function at(source: Source, offset: number): string {
  const { line, col } = source.lines.linePos(offset)
  return `options file ${quoted(source.name)}, line ${line || 1}, column ${col || 1}`
}
