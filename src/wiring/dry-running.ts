// The thread in which a running product tries something dry: one question, one answer.
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../core/clock.ts'
import { AppError, type ErrorCode } from '../core/error.ts'
import { silentLog } from '../core/log.ts'
import type { DryReport } from '../rules/dry/report.ts'
import { readRuleFiles } from '../rules/read/rule-files.ts'
import { type DryGround, type DryQuestion, tryDry } from './dry-run.ts'
import { PluginShelf } from './plugin-shelf.ts'
import type { TriedRules } from './rule-book.ts'

/** What the thread is asked. */
export interface DryWork {
  readonly question: DryQuestion
  readonly ground: DryGround
  readonly rules: Pick<TriedRules, 'sources' | 'calendars' | 'zone' | 'location'>
  /** Where plug-ins are: the thread has to load its own. */
  readonly plugins: { readonly folder: string; readonly packages: readonly string[] }
}

export type DryAnswer =
  | { readonly report: DryReport }
  | { readonly refused: { readonly code: ErrorCode; readonly message: string } }

// Its time counts from here: a busy machine may need seconds to begin a thread.
parentPort?.postMessage('begun')
parentPort?.postMessage(await answerTo(workerData as DryWork))

async function answerTo({ question, ground, rules, plugins }: DryWork): Promise<DryAnswer> {
  const { sources, calendars, zone, location } = rules
  const shelf = new PluginShelf({ ...plugins, purpose: 'dry', clock: systemClock, log: silentLog })
  await shelf.look()
  const { ruleSet } = await readRuleFiles(sources, {
    registry: shelf.registry,
    // Whoever asks has looked for all that before.
    fileExists: async () => true,
    fileHint: async () => null,
    topicFault: () => null,
    readCalendar: async (path) => calendars.get(path) ?? { fault: 'there is no such file' },
    zone,
    location,
  })
  try {
    return { report: await tryDry(question, ruleSet, ground) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { refused: { code: error.code, message: error.message } }
  }
}
