import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { StoredQueue } from '../core/queue.ts'
import type { DryAsked, RuleOffer } from '../http/api/rule-tools.ts'
import type { Hub } from '../hub.ts'
import { offersOf } from '../rules/dry/offers.ts'
import type { DryReport } from '../rules/dry/report.ts'
import { draftOf } from './dry-draft.ts'
import type { DryGround } from './dry-run.ts'
import type { DryAnswer, DryWork } from './dry-running.ts'
import type { RuleBook, TriedRules } from './rule-book.ts'
import { foldersOf } from './test-command.ts'

interface DryDeskInput {
  readonly book: Pick<RuleBook, 'current' | 'tried' | 'enabledBy'>
  readonly hub: Pick<Hub, 'players' | 'queues' | 'vars' | 'inputValues'>
  /** The cards of ours there are. */
  readonly cards: () => readonly { readonly card_id: string | null; readonly stream: string | null }[]
  /** Where plug-ins are. */
  readonly plugins: DryWork['plugins']
  readonly audio: { filesIn(folder: string): Promise<readonly string[]> }
  /** All audio files, as they stand in queues; read where a playlist picks from them. */
  readonly allFiles: () => Promise<readonly string[]>
  readonly applied: Collection<string>
  readonly clock: Pick<Clock, 'now'>
}

const mostMs = 10_000
// A thread that has not begun by then never will.
const longestBeginningMs = 30_000
const mostWaiting = 3

const script = new URL(`dry-running${extname(import.meta.url)}`, import.meta.url)

/**
 * Tries what rules would do for a running product: in a thread, that is handed copies of what the household remembers
 * and nothing else, one question after the other.
 */
export class DryDesk {
  readonly #input: DryDeskInput
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(input: DryDeskInput) {
    this.#input = input
  }

  /** The ways in which the rule can be tried. @throws AppError `not_found` where there is none of that name. */
  offers(rule: string): readonly RuleOffer[] {
    const { book, clock } = this.#input
    const found = book.current.rules.find(({ id }) => id === rule)
    if (found === undefined)
      throw new AppError('not_found', `there is no rule "${rule.slice(0, 80)}" among those that run`)
    return offersOf(found, book.current, clock.now())
  }

  /**
   * @throws AppError `unprocessable` for a question that cannot be asked so or a text with errors, `busy` while others
   * wait, `too_large` where it takes longer than ten seconds.
   */
  async dryRun(asked: DryAsked): Promise<DryReport> {
    if (this.#waiting >= mostWaiting)
      throw new AppError('busy', 'other dry runs are under way: try again in a moment')
    this.#waiting += 1
    const running = this.#turn
      .then(() => this.#run(asked))
      .finally(() => {
        this.#waiting -= 1
      })
    this.#turn = running.catch(() => undefined)
    return running
  }

  async #run({ file, text, ...question }: DryAsked): Promise<DryReport> {
    const { sources, calendars, zone, location, ...rules } = await this.#input.book.tried(draftOf(file, text))
    const answer = await this.#inThread({
      question,
      ground: await this.#ground(rules),
      rules: { sources, calendars, zone, location },
      plugins: this.#input.plugins,
    })
    if ('report' in answer) return answer.report
    throw new AppError(answer.refused.code, answer.refused.message)
  }

  async #ground({ ruleSet, playersNamed }: Pick<TriedRules, 'ruleSet' | 'playersNamed'>): Promise<DryGround> {
    const { hub, book, cards, audio, allFiles, applied, clock } = this.#input
    const picks = [...ruleSet.playlists.values()].some(({ pick }) => pick !== undefined)
    const switched = ruleSet.rules.flatMap(({ id }): [string, boolean][] => {
      const enabled = book.enabledBy(id)
      return enabled === null ? [] : [[id, enabled]]
    })
    return {
      now: clock.now(),
      remembered: {
        vars: hub.vars(),
        inputs: hub.inputValues(),
        queues: new Map(hub.queues().map((queue): [string, StoredQueue] => [queue.name, queue])),
        applied: new Map(await applied.entries()),
        enabled: new Map(switched),
      },
      players: hub.players(),
      named: playersNamed.map(({ name }) => name),
      cards: new Map(
        cards().flatMap(({ card_id, stream }): [string, string][] =>
          card_id === null || stream === null ? [] : [[card_id, stream]],
        ),
      ),
      folders: await foldersOf(ruleSet, audio),
      library: picks ? await allFiles() : [],
    }
  }

  async #inThread(work: DryWork): Promise<DryAnswer> {
    const worker = new Worker(script, {
      workerData: work,
      name: 'dry-run',
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    })
    worker.unref()
    const end = () => void worker.terminate()
    let late = setTimeout(end, longestBeginningMs)
    try {
      return await new Promise<DryAnswer>((resolve, reject) => {
        worker.on('message', (said: DryAnswer | 'begun') => {
          if (said !== 'begun') return resolve(said)
          clearTimeout(late)
          late = setTimeout(end, mostMs)
        })
        worker.once('error', (error) =>
          reject(new AppError('too_large', `the dry run could not go on: ${messageOf(error)}`)),
        )
        worker.once('exit', () =>
          reject(
            new AppError(
              'too_large',
              `the dry run takes longer than ${mostMs / 1000} s: look for rules that go round and round`,
            ),
          ),
        )
      })
    } finally {
      clearTimeout(late)
      await worker.terminate()
    }
  }
}
