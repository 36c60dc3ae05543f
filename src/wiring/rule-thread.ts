import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import { Report } from '../language/report.ts'
import { type Loaded, loadYaml, type Source } from '../language/source.ts'
import type { CheckedFile, RuleSource } from '../rules/read/rule-files.ts'
import type { Answers, FromThread, ThreadSource, ToThread } from './rule-thread-script.ts'
import { ThreadTime } from './thread-time.ts'
import { assembled, boundedIn, type TreePart } from './yaml-parts.ts'

// Below this, a file takes a few milliseconds, and a thread would only make it longer.
const smallCharacters = 16 * 1024
// Somebody who edits a file has it checked again and again.
const idleMs = 60_000

const usualScript = new URL(`rule-thread-script${extname(import.meta.url)}`, import.meta.url)

interface ThreadOptions {
  readonly clock: Clock
  readonly log: Log
  /** What runs in the thread, in place of its own. */
  readonly script?: URL
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

/** What a thread handed over, or which file it ended at: null where that was at its beginning. */
type Outcome =
  | { readonly pieces: readonly unknown[] }
  | { readonly endedAt: string | null; readonly why: string }

export function isLarge({ text }: Source): boolean {
  return text.length > smallCharacters
}

/**
 * Checks rule files in a thread of its own, one request after the other, so that nothing that plays waits for a large one.
 * A file that takes it too long is refused, and the others are checked without it.
 */
export class RuleThread {
  readonly #options: ThreadOptions
  #turn: Promise<unknown> = Promise.resolve()
  #worker: Worker | null = null
  #cancelIdle: () => void = () => undefined
  #isOver = false
  /** Files that a thread has ended at, by text. */
  #refused = new Map<string, readonly Diagnostic[]>()

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
        if ('pieces' in outcome) return this.#sweep(sources, outcome.pieces as readonly CheckedFile[])
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
        return this.#isOver
          ? refusedAs(source, 'it was not read, because the product was ending')
          : boundedIn(loadYaml(source))
      if ('pieces' in outcome) return assembled(source, outcome.pieces as readonly TreePart[])
      return { source, root: null, diagnostics: this.#refuse(source, outcome.why) }
    })
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
      const time = new ThreadTime(clock, suspect?.file ?? null, (endedAt, why) => finish({ endedAt, why }))
      const hear = (told: FromThread) => {
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
      const exit = () =>
        finish({
          endedAt: time.file,
          why: 'reading it took more than there is memory for; split it into several files',
        })
      worker.on('message', hear)
      worker.on('error', fail)
      worker.on('exit', exit)
      worker.postMessage(message)
    })
  }

  #withRefused<Each extends Source>(sources: readonly Each[]): (Each & ThreadSource)[] {
    return sources.map((source) => {
      const refused = this.#refused.get(keyOf(source))
      return refused === undefined ? source : { ...source, refused }
    })
  }

  #refuse(source: Source, why: string): readonly Diagnostic[] {
    const { diagnostics } = refusedAs(source, why)
    this.#refused.set(keyOf(source), diagnostics)
    return diagnostics
  }

  /** Forgets what was refused and is not there any more. */
  #sweep(sources: readonly Source[], checked: readonly CheckedFile[]): readonly CheckedFile[] {
    const there = new Set(sources.map(keyOf))
    for (const key of [...this.#refused.keys()]) if (!there.has(key)) this.#refused.delete(key)
    return checked
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

function refusedAs(source: Source, message: string): Loaded {
  const report = new Report(source)
  report.add({ start: 0, end: 1 }, 'error', 'yaml/too-big', message)
  return { source, root: null, diagnostics: report.diagnostics }
}
