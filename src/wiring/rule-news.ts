import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { type Diagnostic, formatDiagnostic } from '../language/diagnostic.ts'
import { Lines } from '../language/lines.ts'
import { isUnfinished } from '../language/unfinished.ts'
import type { StandingFile } from '../rules/read/last-good.ts'
import { wallTime } from '../rules/time.ts'
import type { Problems } from './problems.ts'

/** A file of the household as it stands now. */
export interface BookFile extends StandingFile {
  /** As it is written; null where it was deleted or cannot be read. */
  readonly text: string | null
  /** Since when its last good version has run, ISO 8601; null where it never did. */
  readonly goodSince: string | null
}

interface NewsOptions {
  readonly zone: string
  readonly problems: Pick<Problems, 'set'>
  readonly clock: Clock
  readonly log: Log
}

interface Said {
  readonly key: string
  readonly isProblem: boolean
  /** That problem is that there was no time to read it. */
  readonly isLate?: boolean
  readonly text: string | null
}

interface Problem {
  /** For the log, which has the findings before it. */
  readonly outcome: string
  readonly words: string
  readonly isLate?: boolean
}

const logLevel = { error: 'error', warning: 'warn', info: 'info' } as const
// Of a file with more, the first are what to mend first.
const mostShown = 20

/** Says what is wrong with rule files, and that it is mended: each change once. */
export class RuleNews {
  readonly #options: NewsOptions
  /** By file or folder: what was said of it last. */
  readonly #said = new Map<string, Said>()
  #isFirst = true

  constructor(options: NewsOptions) {
    this.#options = options
  }

  tell(
    files: readonly BookFile[],
    unread: readonly { readonly file: string; readonly text: string }[],
  ): void {
    const { problems, log } = this.#options
    const away = new Set(unread.map(({ file }) => file))
    const told = new Set<string>()
    for (const { file, text } of unread) {
      told.add(file)
      if (this.#isSaid(file, { key: text, isProblem: true, text: null })) continue
      log.error(text)
      problems.set(`rules/${file}`, text)
    }
    for (const file of files) {
      if (away.has(file.file)) continue
      told.add(file.file)
      this.#tellOf(file)
    }
    for (const [file, { isProblem }] of [...this.#said]) {
      if (told.has(file)) continue
      this.#said.delete(file)
      if (isProblem) problems.set(`rules/${file}`, null)
      log.info(
        file === '.'
          ? 'the config folder is back'
          : `${file} is gone, and ${isProblem ? 'what was wrong with it' : 'what it said'}`,
      )
    }
    this.#isFirst = false
  }

  #tellOf(file: BookFile): void {
    const { problems, log } = this.#options
    const problem = this.#problemOf(file)
    const before = this.#said.get(file.file)
    const wasProblem = before?.isProblem === true
    if (!this.#isFirst && problem === null && !wasProblem && before?.text !== file.text)
      log.info(`${file.file} is ${before === undefined ? 'new' : 'changed'}: it runs as it is written`)
    const key = JSON.stringify([problem?.words, file.findings, file.wouldBreak, problem && file.text])
    const isLate = problem?.isLate === true
    if (this.#isSaid(file.file, { key, isProblem: problem !== null, isLate, text: file.text })) return
    const shown = file.findings.slice(0, mostShown)
    const lines = new Lines(shown.length === 0 ? '' : (file.text ?? ''))
    for (const finding of shown) log[logLevel[finding.level]](`\n${formatDiagnostic(finding, lines)}`)
    if (file.findings.length > mostShown)
      log.info(`${file.file}: ${file.findings.length - mostShown} more is said by the command \`check\``)
    if (problem !== null) log.error(problem.outcome)
    else if (wasProblem)
      log.info(`${file.file} ${before?.isLate === true ? 'was read' : 'is mended'}: it runs as it is written`)
    problems.set(`rules/${file.file}`, problem?.words ?? null)
  }

  #isSaid(file: string, said: Said): boolean {
    const isSaid = this.#said.get(file)?.key === said.key
    this.#said.set(file, said)
    return isSaid
  }

  #problemOf(file: BookFile): Problem | null {
    const late = [...file.findings, ...file.wouldBreak].find(isUnfinished)
    if (late !== undefined) return this.#lateness(file, late)
    const [first, ...more] = file.findings.filter(({ level }) => level === 'error')
    const errors = more.length === 0 ? 'an error' : `${more.length + 1} errors`
    const [broken] = file.wouldBreak
    switch (file.state) {
      case 'running':
        return null
      case 'kept-for-others': {
        const outcome = `${file.file} was deleted, but others need it: what it shares with them stays, in its version of ${this.#since(file)}`
        return { outcome: withPlace(outcome, broken), words: withPlace(outcome, broken) }
      }
      case 'last-good':
        if (first === undefined) {
          const outcome = `${file.file} is held back, because it would break another file; its version of ${this.#since(file)} runs on`
          return { outcome: withPlace(outcome, broken), words: withPlace(outcome, broken) }
        }
        return withFirst(`${file.file} has ${errors}; its version of ${this.#since(file)} runs on`, '', first)
      case 'left-out':
        if (first === undefined) {
          const outcome = `${file.file} is left out, because it would break another file`
          return { outcome: withPlace(outcome, broken), words: withPlace(outcome, broken) }
        }
        return withFirst(`${file.file} is left out: ${errors}`, '; the other files run', first)
    }
  }

  #lateness(file: BookFile, late: Diagnostic): Problem {
    const why = late.file === file.file ? '' : `${late.file}: `
    const rest =
      file.state === 'left-out' ? 'it is left out until then' : `its version of ${this.#since(file)} runs on`
    const what = file.text === null ? 'was deleted, which waits for another try' : 'waits for another try'
    const outcome = `${file.file} ${what}; ${rest}`
    return { outcome, words: `${outcome} (${why}${late.message})`, isLate: true }
  }

  /** As the clock on the household's wall: "12:03", with the date where that is not today's. */
  #since({ goodSince }: BookFile): string {
    const { clock, zone } = this.#options
    if (goodSince === null) return 'an earlier day'
    const [then, now] = [wallTime(new Date(goodSince), zone), wallTime(clock.now(), zone)]
    return then.date.equals(now.date) ? then.time : `${then.date.toString()} ${then.time}`
  }
}

function withFirst(outcome: string, rest: string, { line, message }: Diagnostic) {
  return { outcome: `${outcome}${rest}`, words: `${outcome}, first in line ${line}: ${message}` }
}

function withPlace(outcome: string, broken: Diagnostic | undefined): string {
  return broken === undefined
    ? outcome
    : `${outcome} (${broken.file}, line ${broken.line}: ${broken.message})`
}
