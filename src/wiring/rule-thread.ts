import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import { Report } from '../language/report.ts'
import { type Loaded, loadYaml, type Source } from '../language/source.ts'
import { unfinishedCode } from '../language/unfinished.ts'
import type { CheckedFile, RuleSource } from '../rules/read/rule-files.ts'
import type { Answers, FromThread, ThreadSource, ToThread } from './rule-thread-script.ts'
import { longestMs, ThreadTime } from './thread-time.ts'
import { workedMs } from './thread-work.ts'
import { assembled, boundedIn, type TreePart } from './yaml-parts.ts'

// Below this, a file takes a few milliseconds, and a thread would only make it longer.
const smallCharacters = 16 * 1024
// Somebody who edits a file has it checked again and again.
const idleMs = 60_000

const usualScript = new URL(`rule-thread-script${extname(import.meta.url)}`, import.meta.url)

export interface ThreadOptions {
  readonly clock: Clock
  readonly log: Log
  /** What runs in the thread, in place of its own. */
  readonly script?: URL
  /** How long a processor has worked for the thread of that number, in place of what the system says. */
  readonly workedMs?: typeof workedMs
}

type CheckRequest = Omit<ToThread & { kind: 'check' }, 'kind' | 'sources'> & {
  readonly sources: readonly RuleSource[]
  /** What the thread asks for while it checks. */
  readonly answers: Answers
}

interface Conversation {
  readonly message: ToThread
  /** The file that is at fault where the thread ends while it is at all of them. */
  readonly suspect: Source | undefined
  readonly answers: Answers | null
}

/** Why a file cannot be read. */
type Refusal = Pick<Diagnostic, 'code' | 'message' | 'help'>

/** What a thread handed over, or which file it ended at: null where that was at its beginning. */
type Outcome =
  | { readonly pieces: readonly unknown[] }
  | { readonly endedAt: string | null; readonly why: Refusal }

const seconds = longestMs / 1000
const tooSlow: Refusal = {
  code: 'yaml/too-big',
  message: `reading it took more than ${seconds} s; split it into several files`,
}
const tooMuch: Refusal = {
  code: 'yaml/too-big',
  message: 'reading it took more than there is memory for; split it into several files',
}
const wasBusy: Refusal = {
  code: unfinishedCode,
  message: `the machine was too busy to read it within ${seconds} s`,
  help: 'once it is saved, it is tried again by itself, every minute; split into several files, it takes less',
}
const wasEnding: Refusal = {
  code: 'yaml/too-big',
  message: 'it was not read, because the product was ending',
}

export function isLarge({ text }: Source): boolean {
  return text.length > smallCharacters
}

/**
 * Checks rule files in a thread of its own, one request after the other, so that nothing that plays waits for a large one.
 * A file that takes it too long is refused, and the others are checked without it. Where that was because the machine was
 * busy, it is refused until it is to be tried again.
 */
export class RuleThread {
  readonly #options: ThreadOptions
  #turn: Promise<unknown> = Promise.resolve()
  #worker: Worker | null = null
  /** The number of that one, where it has said it. */
  #task: number | null = null
  #cancelIdle: () => void = () => undefined
  #isOver = false
  /** Files that a thread has ended at, by text. */
  readonly #refused = new Map<string, readonly Diagnostic[]>()
  /** Those among them that are to be tried again. */
  readonly #unfinished = new Map<string, readonly Diagnostic[]>()

  constructor(options: ThreadOptions) {
    this.#options = options
  }

  /** What there is to say of the files. Null where there is no thread to be had, or where the product ends. */
  check({ sources, answers, ...around }: CheckRequest): Promise<readonly CheckedFile[] | null> {
    return this.#inTurn(async () => {
      for (;;) {
        const message = { kind: 'check', ...around, sources: this.#withRefused(sources) } as const
        const suspect = largestOf(message.sources)
        const outcome = await this.#ask({ message, suspect, answers })
        if (outcome === null) return null
        if ('pieces' in outcome) return outcome.pieces as readonly CheckedFile[]
        const blamed = message.sources.find(({ file }) => file === outcome.endedAt)
        if (blamed === undefined || blamed.refused !== undefined) return null
        this.#refuse(blamed, outcome.why)
      }
    })
  }

  /** The file's tree. Never rejects: what is wrong is a diagnostic, also that it takes too long. */
  load(source: Source): Promise<Loaded> {
    return this.#inTurn(async () => {
      const [asked = source] = this.#withRefused([source])
      const outcome = await this.#ask({
        message: { kind: 'load', source: asked },
        suspect: asked,
        answers: null,
      })
      if (outcome === null || ('endedAt' in outcome && outcome.endedAt === null))
        return this.#isOver ? refusedAs(source, wasEnding) : boundedIn(loadYaml(source))
      if ('pieces' in outcome) return assembled(source, outcome.pieces as readonly TreePart[])
      return { source, root: null, diagnostics: this.#refuse(source, outcome.why) }
    })
  }

  /** The machine may have time now for files that it was too busy for; without sources, for all of them. */
  tryAgain(sources?: readonly Source[]): void {
    if (sources === undefined) this.#unfinished.clear()
    else for (const source of sources) this.#unfinished.delete(keyOf(source))
  }

  /** Forgets what was refused and is not there any more. */
  sweep(there: readonly Source[]): void {
    const keys = new Set(there.map(keyOf))
    for (const refused of [this.#refused, this.#unfinished])
      for (const key of refused.keys()) if (!keys.has(key)) refused.delete(key)
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#end()
    await this.#turn
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  async #ask(conversation: Conversation): Promise<Outcome | null> {
    const { log } = this.#options
    if (this.#isOver) return null
    this.#cancelIdle()
    try {
      this.#worker ??= this.#start()
    } catch (error) {
      log.warn('there is no thread to check large rule files in; what plays may wait for them', {
        error: messageOf(error),
      })
      return null
    }
    const outcome = await this.#converse(this.#worker, conversation)
    if (this.#isOver) return null
    if ('pieces' in outcome) {
      const { clock } = this.#options
      const until = new Date(clock.now().getTime() + idleMs)
      this.#cancelIdle = clock.at(until, () => void this.#inTurn(() => this.#end()))
    } else await this.#end()
    return outcome
  }

  #start(): Worker {
    const worker = new Worker(this.#options.script ?? usualScript, {
      name: 'rule-files',
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    })
    worker.unref()
    this.#task = null
    worker.on('message', (told: FromThread) => {
      if (told.kind === 'is' && worker === this.#worker) this.#task = told.task
    })
    // Told to whoever waits for it, if anybody does.
    worker.on('error', () => undefined)
    return worker
  }

  async #end(): Promise<void> {
    this.#cancelIdle()
    const worker = this.#worker
    this.#worker = null
    await worker?.terminate()
  }

  #converse(worker: Worker, { message, suspect, answers }: Conversation): Promise<Outcome> {
    const { clock, log } = this.#options
    return new Promise((resolve) => {
      const pieces: unknown[] = []
      const finish = (outcome: Outcome) => {
        time.stop()
        worker.off('message', hear)
        worker.off('error', fail)
        worker.off('exit', exit)
        resolve(outcome)
      }
      const measure = this.#options.workedMs ?? workedMs
      const time = new ThreadTime({
        clock,
        workedMs: () => measure(this.#task),
        suspect: suspect?.file ?? null,
        late: (endedAt, isBusy) => finish({ endedAt, why: isBusy ? wasBusy : tooSlow }),
      })
      const hear = (told: FromThread) => {
        if (told.kind === 'is') return
        if (told.kind === 'at') time.at(told.file)
        else if (told.kind === 'ask') {
          time.pause()
          void answerFrom(answers, told).then((answer) => {
            time.goOn()
            worker.postMessage({ kind: 'answer', id: told.id, answer } satisfies ToThread)
          })
        } else if (told.kind === 'end') finish({ pieces })
        else {
          pieces.push(told.piece)
          time.pause()
          // Others have their turn before the next piece is taken.
          setImmediate(() => {
            time.goOn()
            worker.postMessage({ kind: 'next' } satisfies ToThread)
          })
        }
      }
      const fail = (error: unknown) => {
        log.warn('the thread that checks rule files has ended', { error: messageOf(error) })
        exit()
      }
      const exit = () => finish({ endedAt: time.file, why: tooMuch })
      worker.on('message', hear)
      worker.on('error', fail)
      worker.on('exit', exit)
      worker.postMessage(message)
    })
  }

  #withRefused<Each extends Source>(sources: readonly Each[]): (Each & ThreadSource)[] {
    return sources.map((source) => {
      const key = keyOf(source)
      const refused = this.#refused.get(key) ?? this.#unfinished.get(key)
      return refused === undefined ? source : { ...source, refused }
    })
  }

  #refuse(source: Source, why: Refusal): readonly Diagnostic[] {
    const { diagnostics } = refusedAs(source, why)
    const refused = why === wasBusy ? this.#unfinished : this.#refused
    refused.set(keyOf(source), diagnostics)
    return diagnostics
  }
}

async function answerFrom(
  answers: Answers | null,
  { what, of }: FromThread & { kind: 'ask' },
): Promise<unknown> {
  const answer = await answers?.[what](of)
  // What was read in a calendar cannot cross, and the thread reads it itself.
  return what === 'readCalendar' && typeof answer === 'object' && answer !== null && 'text' in answer
    ? { text: answer.text }
    : answer
}

function keyOf({ file, text }: Source): string {
  return `${file}\n${text}`
}

function largestOf(sources: readonly ThreadSource[]): Source | undefined {
  return sources
    .filter(({ refused }) => refused === undefined)
    .toSorted((one, other) => other.text.length - one.text.length)[0]
}

function refusedAs(source: Source, { code, message, help }: Refusal): Loaded {
  const report = new Report(source)
  report.add({ start: 0, end: 1 }, 'error', code, message, help)
  return { source, root: null, diagnostics: report.diagnostics }
}
