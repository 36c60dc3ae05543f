import { createHash } from 'node:crypto'
import { meaningOf } from '../../language/meaning.ts'
import { type Loaded, loadYaml, type Source } from '../../language/source.ts'
import { isUnfinished } from '../../language/unfinished.ts'
import type { ParsedFile } from './parsed-file.ts'

interface MemoryOptions {
  /** Reads a file's YAML. Never rejects: what is wrong is a diagnostic. */
  readonly load?: (source: Source) => Loaded | Promise<Loaded>
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe?: () => Promise<void>
}

interface Kept<Value> {
  readonly value: Value
  usedIn: number
}

/**
 * What is known of rule files from one reading to the next: a file that is the same, and shares the same with others,
 * is read once, and what came of it is the very same objects.
 */
export class ReadingMemory {
  readonly breathe: () => Promise<void>
  readonly #load: (source: Source) => Loaded | Promise<Loaded>
  readonly #loaded = new Map<string, Kept<Promise<Loaded>>>()
  readonly #contents = new Map<string, Kept<Promise<unknown>>>()
  #round = 0

  constructor({ load = loadYaml, breathe = async () => undefined }: MemoryOptions = {}) {
    this.#load = load
    this.breathe = breathe
  }

  /** What there was no time to read is asked for anew each time. */
  loaded(source: Source): Promise<Loaded> {
    const key = keyOf([source.file, source.text])
    return this.#kept(this.#loaded, key, async () => {
      const loaded = await this.#load(source)
      if (loaded.diagnostics.some(isUnfinished)) this.#loaded.delete(key)
      return loaded
    })
  }

  /** `shared`: what its content depends on beside its own text. */
  content<Content>(source: Source, shared: string, read: () => Promise<Content>): Promise<Content> {
    return this.#kept(this.#contents, keyOf([source.file, source.text, shared]), read) as Promise<Content>
  }

  /** Forgets what was not asked for since the last time. */
  sweep(): void {
    for (const kept of [this.#loaded, this.#contents])
      for (const [key, { usedIn }] of kept) if (usedIn < this.#round) kept.delete(key)
    this.#round += 1
  }

  #kept<Value>(all: Map<string, Kept<Value>>, key: string, make: () => Value): Value {
    const known = all.get(key)
    if (known !== undefined) {
      known.usedIn = this.#round
      return known.value
    }
    const value = make()
    all.set(key, { value, usedIn: this.#round })
    return value
  }
}

// What each file has for itself; every other section is there for all of them.
const ownSections: ReadonlySet<string> = new Set(['playlists', 'schedules', 'rules', 'stories', 'tests'])

/** Equal for two sets of files that share the same with each other. `around`: what it depends on beside them. */
export function sharedKey(files: readonly ParsedFile[], around: readonly string[]): string {
  const shared = files.flatMap(({ root, report }) =>
    [...(root?.entries ?? [])].flatMap(([name, { key, value }]) =>
      ownSections.has(name) ? [] : [report.file, name, String(report.lineOf(key)), meaningOf(value)],
    ),
  )
  return keyOf([...around, ...shared])
}

function keyOf(parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest('base64')
}
