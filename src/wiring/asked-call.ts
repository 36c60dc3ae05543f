import type { JsonObject } from '../core/json.ts'
import type { Call } from './ask-running.ts'

/** What was written behind `card <name>`, and behind the names of its neighbours. */
export interface Given {
  /** The word behind the name; '' where there is none. */
  readonly word: string
  readonly flags: ReadonlyMap<string, string>
  /** Flags that may be given several times, in order. */
  readonly lists: ReadonlyMap<string, readonly string[]>
  /** The file that is sent; empty where none is. */
  readonly sent: SentFile
}

export interface SentFile {
  /** As it was written. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** One word that may follow such a command: the REST call it is, and how the answer is said. */
export interface AskedCall {
  readonly name: string
  /** What follows the name: `<card id>` has to be there, `[player id]` may be. */
  readonly word?: `<${string}>` | `[${string}]`
  /** Whether a file is named behind that, and what becomes of it. */
  readonly file?: FileSending | FileWriting
  /** Those of the flags of the command that go with it. */
  readonly flags?: readonly string[]
  readonly about: string
  /** What is asked first; its answer is not said. */
  before?(given: Given): Call | null
  /** @throws AppError `invalid` for what can be no call. */
  call(given: Given): Call
  said(answer: JsonObject, given: Given): string
  /** What there is to know of the answer, for stderr; a line each. */
  notes?(answer: JsonObject): readonly string[]
  /** Ends the process with 1. */
  failed?(answer: JsonObject): boolean
  /** Asked again and again, and told on stderr, until it is over: see `card-waits.ts`. */
  readonly waits?: 'upload' | 'check' | 'copy'
}

interface FileSending {
  readonly goes: 'out'
  /** Bytes that it may have. */
  readonly most: number
}

/** The bytes of the answer become a new file, and its name and size stand in place of the answer. */
interface FileWriting {
  readonly goes: 'in'
  /** What more there is to say of it; it has its name only afterwards. @throws AppError for one that is not to be kept. */
  about?(path: string): Promise<JsonObject>
}
