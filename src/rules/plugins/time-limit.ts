import { type Context, createContext, Script } from 'node:vm'

const longestMs = 10_000

/** Rejects where it takes too long. */
export async function inTime<Result>(work: Result | PromiseLike<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(new Error(`it did not end within ${longestMs / 1000} s`))
    timer = setTimeout(fail, longestMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const longestAtOnceMs = 2_000
const script = new Script('work()')
// Made when it is needed first: that takes some milliseconds.
let context: Context | undefined

/**
 * Does work that must come to an end at once: while it goes on, nothing else does. What takes more than 2 s is broken off
 * in the middle, a loop without an end as well. Not to be called within itself.
 * @throws whatever the work throws, or an Error where it takes too long.
 */
export function briefly<Result>(work: () => Result): Result {
  context ??= createContext({})
  const results: Result[] = []
  // Node breaks off only what a script has called.
  context.work = () => {
    results.push(work())
  }
  try {
    script.runInContext(context, { timeout: longestAtOnceMs })
  } catch (error) {
    if (!isTimeout(error)) throw error
    throw new TooLong(`it did not end within ${longestAtOnceMs / 1000} s`)
  } finally {
    context.work = undefined
  }
  const [result] = results
  return result as Result
}

/** It comes from within the script, so it is no Error of ours. */
function isTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === timeoutCode
}

const timeoutCode = 'ERR_SCRIPT_EXECUTION_TIMEOUT'

/** What it was to do at once takes too long. */
export class TooLong extends Error {}
