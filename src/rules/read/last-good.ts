import type { Diagnostic } from '../../language/diagnostic.ts'
import { isUnfinished } from '../../language/unfinished.ts'
import type { RuleSet } from '../rule-set.ts'
import type { NamedPlayer } from './names.ts'
import {
  type CheckedFile,
  type ReadFile,
  type Reading,
  type ReadResult,
  type RuleSource,
  readRuleFiles,
} from './rule-files.ts'

/** A file as it is written now, and as it was when it last ran. */
export interface WrittenFile {
  readonly file: string
  /** Null where it was deleted. */
  readonly text: string | null
  /** Null where it never ran. */
  readonly good: string | null
}

/**
 * What runs of a file: itself as written; its last good version; of a deleted one only what others still name, and of
 * one that has never been good nothing.
 */
export type FileState = 'running' | 'last-good' | 'kept-for-others' | 'left-out'

export interface StandingFile {
  readonly file: string
  readonly state: FileState
  /** What there is to say of it as it is written now. */
  readonly findings: readonly Diagnostic[]
  /** What would be wrong in other files if it ran as it is written; empty where that is not what holds it back. */
  readonly wouldBreak: readonly Diagnostic[]
  /** What of it runs. */
  readonly content: ReadFile['content']
}

/** Checks files somewhere else before they are read here; null where that is not needed. */
export type CheckAhead = (sources: readonly RuleSource[]) => Promise<readonly CheckedFile[] | null>

interface LastGoodReading extends Reading {
  readonly checkAhead?: CheckAhead
}

export interface Standing {
  readonly ruleSet: RuleSet
  readonly files: readonly StandingFile[]
  /** Of files that ran as they are, and are left out only because there was no time to read them: what was said. */
  readonly cutShort: readonly Diagnostic[]
  /** Which players the rules that run speak of. */
  readonly playersNamed: readonly NamedPlayer[]
}

/**
 * Reads files of which each runs as a whole or not at all. One with an error falls back to its last good version. Where a
 * file that nobody touched would have an error beside those that were changed, the changed ones fall back: what runs
 * in a child's room is not broken by an edit elsewhere, and who made it is told.
 */
export async function readLastGood(
  files: readonly WrittenFile[],
  reading: LastGoodReading,
): Promise<Standing> {
  const versions = new Versions(files, reading)
  await versions.settle()
  await versions.bringBack()
  return versions.standing()
}

type Version = 'written' | 'good' | 'out'

/** What came of one look at all files, each in the version it had then. */
interface Look {
  readonly sources: readonly RuleSource[]
  readonly files: readonly CheckedFile[]
  /** Null where they were checked somewhere else, and not read yet. */
  readonly result: ReadResult | null
}

class Versions {
  readonly #files: ReadonlyMap<string, WrittenFile>
  readonly #reading: LastGoodReading
  readonly #versions: Map<string, Version>
  /** Of files that run otherwise than written: what the last reading of what is written has said. */
  readonly #findings = new Map<string, readonly Diagnostic[]>()
  readonly #wouldBreak = new Map<string, readonly Diagnostic[]>()
  /** Those that fell back although nothing is wrong in themselves. */
  readonly #innocent = new Set<string>()
  readonly #cutShort: Diagnostic[] = []
  #read: Look | null = null

  constructor(files: readonly WrittenFile[], reading: LastGoodReading) {
    const sorted = files.toSorted((one, other) => (one.file < other.file ? -1 : 1))
    this.#files = new Map(sorted.map((file) => [file.file, file]))
    this.#versions = new Map(sorted.map(({ file }) => [file, 'written']))
    this.#reading = reading
  }

  /** Lets files fall back until none that runs has an error. Each falls at most twice, so it comes to an end. */
  async settle(): Promise<void> {
    for (;;) {
      const read = await this.#readAll()
      const bad = this.#badIn(read)
      if (bad.length === 0) return
      const changed = bad.filter(({ file }) => this.#runsChanged(file))
      // Nobody touched those that are wrong now: then what was changed elsewhere is the reason.
      const guilty = changed.length > 0 ? changed : this.#changed(read)
      for (const file of guilty.length > 0 ? guilty : bad) this.#fallBack(file)
    }
  }

  /** Those that fell back with the others and would do no harm run as they are written. */
  async bringBack(): Promise<void> {
    for (const name of this.#innocent) {
      const fallen = this.#versions.get(name)
      if (fallen === undefined || fallen === 'written') continue
      const standing = this.#read
      this.#versions.set(name, 'written')
      const read = await this.#readAll()
      const own = read.files.find(({ file }) => file === name)
      if (own !== undefined) this.#findings.set(name, own.diagnostics)
      const bad = this.#badIn(read)
      if (bad.length === 0) continue
      this.#versions.set(name, fallen)
      this.#read = standing
      const others = bad.filter(({ file }) => file !== name)
      this.#wouldBreak.set(
        name,
        others.flatMap(({ diagnostics }) => diagnostics.filter(isError)),
      )
    }
  }

  /** What was checked somewhere else is read now; should that find what the check did not, the file falls back. */
  async standing(): Promise<Standing> {
    for (;;) {
      const look = this.#read
      if (look === null) throw new Error('nothing was read')
      if (look.result !== null) return this.#standingOf(look, look.result)
      const result = await readRuleFiles(look.sources, { ...this.#reading, isChecked: true })
      const bad = this.#badIn(result)
      if (bad.length === 0) return this.#standingOf(look, result)
      for (const file of bad) this.#fallBack(file)
      await this.settle()
    }
  }

  #standingOf(look: Look, read: ReadResult): Standing {
    const checked = new Map(look.files.map((file) => [file.file, file]))
    const contents = new Map(read.files.map((file) => [file.file, file]))
    const files = [...this.#files.values()].flatMap(({ file, text }) => {
      const found = contents.get(file)
      const { diagnostics } = checked.get(file) ?? {}
      if (found === undefined || diagnostics === undefined) return []
      const isWritten = this.#versions.get(file) === 'written'
      return {
        file,
        state: this.#stateOf(file, text),
        findings: text === null ? [] : isWritten ? diagnostics : (this.#findings.get(file) ?? []),
        wouldBreak: isWritten ? [] : (this.#wouldBreak.get(file) ?? []),
        content: found.content,
      }
    })
    return { ruleSet: read.ruleSet, files, cutShort: this.#cutShort, playersNamed: read.playersNamed }
  }

  #stateOf(file: string, text: string | null): FileState {
    const version = this.#versions.get(file)
    if (version === 'written') return 'running'
    if (version !== 'good') return 'left-out'
    return text === null ? 'kept-for-others' : 'last-good'
  }

  async #readAll(): Promise<Look> {
    const sources = [...this.#files.values()].flatMap((file) => this.#sourceOf(file) ?? [])
    const checked = await this.#reading.checkAhead?.(sources)
    const result = checked == null ? await readRuleFiles(sources, this.#reading) : null
    this.#read = { sources, files: checked ?? result?.files ?? [], result }
    return this.#read
  }

  #sourceOf({ file, text, good }: WrittenFile): RuleSource | null {
    switch (this.#versions.get(file)) {
      case 'good':
        return good === null ? null : { file, text: good, ...(text === null ? { only: 'shared' } : {}) }
      case 'out':
        return text === null ? null : { file, text, only: 'names' }
      default:
        return text === null ? null : { file, text }
    }
  }

  /** Those that have an error and are to run. */
  #badIn(read: Pick<Look, 'files'>): readonly CheckedFile[] {
    return read.files.filter(({ file, isSound }) => !isSound && this.#versions.get(file) !== 'out')
  }

  #runsChanged(file: string): boolean {
    const written = this.#files.get(file)
    return this.#versions.get(file) === 'written' && written?.text !== written?.good
  }

  /** What runs otherwise than it did when all was well, deleted files among them. */
  #changed(read: Look): readonly Fallen[] {
    return [...this.#files.keys()]
      .filter((file) => this.#runsChanged(file))
      .map((file) => read.files.find((found) => found.file === file) ?? { file })
  }

  #fallBack({ file, diagnostics = [], hasOwnErrors = false }: Fallen): void {
    const version = this.#versions.get(file)
    const written = this.#files.get(file)
    if (version === 'written') {
      this.#findings.set(file, diagnostics)
      if (!hasOwnErrors) this.#innocent.add(file)
    }
    if (version === 'good' || written?.text === written?.good)
      this.#cutShort.push(...diagnostics.filter(isUnfinished))
    const canFall = version === 'written' && written?.good != null && written.good !== written.text
    this.#versions.set(file, canFall ? 'good' : 'out')
  }
}

type Fallen = Pick<CheckedFile, 'file'> & Partial<CheckedFile>

function isError({ level }: Diagnostic): boolean {
  return level === 'error'
}
