import { readFile, stat } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import { AppError, errnoOf, messageOf } from '../core/error.ts'
import { isJsonObject, isNestedTooDeep, type JsonObject, parseJsonObject } from '../core/json.ts'
import { Lines } from '../language/lines.ts'
import { type PackFiles, packBeside, packInFolder, packInZip } from '../stories/import/pack-files.ts'
import type { CommandInput } from './command.ts'

/** The file that the command `import` reads. */
export interface ImportSource {
  /** As it was named. */
  readonly name: string
  readonly path: string
  readonly text: string
  /** Of a pack of STUdio's or Telmi's, with its audio; null for all else. */
  readonly pack: PackFiles | null
}

const largestSource = 10 * 1024 * 1024

/** What the command says where it cannot be done. */
export function failed(code: AppError['code'], message: string): AppError {
  return new AppError(code, `command import: ${message}`)
}

const known =
  'known are Twee (.twee, .tw), the JSON of a card (.json), and packs of STUdio and Telmi (.zip, a folder, their story.json or nodes.json)'
const unread: readonly (readonly [ending: RegExp, why: string])[] = [
  [/\.(7z|rar|pk)$/i, `packs are read from a zip or a folder: unpack it first; ${known}`],
  [/\.html?$/i, `stories of Twine are read as Twee: have Twine export the story "As Twee"; ${known}`],
  [/\.(ya?ml)$/i, `a rule file needs no import: put it into the config folder; ${known}`],
]

/** @throws AppError where it cannot be read, or is of a kind that is not known. */
export async function sourceOf({ args, cwd }: CommandInput): Promise<ImportSource> {
  const [name] = args
  if (name === undefined) throw failed('invalid', `which file? ${known}`)
  const shown = JSON.stringify(name.slice(0, 200))
  const path = resolve(cwd, name)
  const facts = await stat(path).catch(() => null)
  if (facts === null) throw failed('not_found', `there is no file ${shown}`)
  if (facts.isDirectory()) return packSource({ name, path }, () => packInFolder(path))
  if (!facts.isFile()) throw failed('invalid', `${shown} is no file; ${known}`)
  const reason = unread.find(([ending]) => ending.test(name))?.[1]
  if (reason !== undefined) throw failed('unsupported_type', `${shown}: ${reason}`)
  if (/\.zip$/i.test(name)) return packSource({ name, path }, () => packInZip(path))
  if (!/\.(twee|tw|json)$/i.test(name))
    throw failed('unsupported_type', `${shown} is of no kind that is known; ${known}`)
  if (facts.size > largestSource)
    throw failed('too_large', `${shown} has ${megabytes(facts.size)} MB; a story may have 10 MB`)
  const text = textIn(await bytesOf(path, shown), shown)
  const kind = extname(name).toLowerCase() === '.json' ? packKindOf(text) : null
  if (kind === null) return { name, path, text, pack: null }
  return { name, path, text, pack: await packBeside(path, kind) }
}

async function packSource(
  { name, path }: Pick<ImportSource, 'name' | 'path'>,
  open: () => Promise<PackFiles>,
): Promise<ImportSource> {
  const pack = await open().catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error
    throw failed(error.code, `${JSON.stringify(name.slice(0, 200))}: ${error.message}`)
  })
  try {
    const inside = `${name.replace(/\/+$/, '')}/${pack.name}`
    return {
      name: inside,
      path,
      text: textIn(Buffer.from(pack.bytes), JSON.stringify(inside.slice(0, 200))),
      pack,
    }
  } catch (error) {
    pack.close()
    throw error
  }
}

/** Which file of a pack that is; null where it is of none, or no JSON. */
function packKindOf(text: string): 'story.json' | 'nodes.json' | null {
  const json = parseJsonObject(text)
  if (json === undefined) return null
  if ('stageNodes' in json) return 'story.json'
  return 'startAction' in json && 'stages' in json ? 'nodes.json' : null
}

async function bytesOf(path: string, shown: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw failed('invalid', `${shown} cannot be read: ${errnoOf(error) ?? messageOf(error)}`)
  }
}

/** Line breaks are the same everywhere from here on. */
function textIn(bytes: Buffer, shown: string): string {
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
  if (text.trim() === '') throw failed('invalid', `${shown} is empty`)
  const stray = text.search(/[\0\uFFFD]/)
  // A text may name that character; of bytes that are no text it is all that is left.
  if (stray >= 0 && !isText(bytes)) {
    const line = new Lines(text).lineOf(stray)
    throw failed(
      'invalid',
      `${shown}, line ${line}: this is no text in UTF-8; save it as UTF-8, or name a file that is text`,
    )
  }
  return text
}

function isText(bytes: Buffer): boolean {
  if (bytes.includes(0)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** The document of a card, with or without its envelope. @throws AppError where it is none. */
export function cardJsonIn(text: string): JsonObject {
  const json = jsonIn(text)
  const card = isJsonObject(json.card) ? json.card : json
  if ('passages' in card)
    throw new AppError(
      'unsupported_type',
      `this was made of a story in Twee: import the story itself; ${known}`,
    )
  if (!Array.isArray(objectIn(card.content).chapters))
    throw new AppError('unprocessable', 'this is no card: it has no `content` with `chapters`')
  return card
}

/** The object in a text. @throws AppError with the line of the first fault. */
export function jsonIn(text: string): JsonObject {
  return objectIn(parsed(text))
}

function parsed(text: string): unknown {
  if (isNestedTooDeep(text)) throw new AppError('invalid', tooDeep)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AppError('invalid', jsonFault(text), { cause: error })
  }
}

const tooDeep = 'this is no JSON that can be used: it is nested too deep'

/** The first fault with its line, which JSON's own message does not have. */
function jsonFault(text: string): string {
  const errors: ParseError[] = []
  try {
    parseTree(text, errors, { disallowComments: true })
  } catch {
    return tooDeep
  }
  const [first] = errors
  if (first === undefined) return 'this is no JSON'
  return `line ${new Lines(text).lineOf(first.offset)}: this is no JSON (${printParseErrorCode(first.error)})`
}

export function objectIn(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {}
}

export function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1)
}
