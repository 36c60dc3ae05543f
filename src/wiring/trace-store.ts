import type { TraceStore } from '../rules/running/kept-traces.ts'
import type { RunTrace } from '../rules/running/trace.ts'
import type { Storage } from '../storage/storage.ts'
import { type RedactAll, seemlyTrace } from './shown-trace.ts'

/** Where they lie in the store. */
export const runTraces = 'run-traces'

/** Where traces lie in the store: what is on disk has no secrets, and is not long. Rejects as the store does. */
export async function openTraceStore(
  storage: Pick<Storage, 'collection' | 'setMany'>,
  redactAll: RedactAll,
): Promise<TraceStore> {
  await splitByRun(storage)
  const store: TraceStore = storage.collection(runTraces)
  return {
    ...store,
    set: (key, trace, also) => store.set(key, trace === null ? null : seemlyTrace(trace, redactAll), also),
  }
}

/** An earlier version kept all traces of a rule as one. */
async function splitByRun(storage: Pick<Storage, 'collection' | 'setMany'>): Promise<void> {
  const byRule = storage.collection<readonly RunTrace[]>('traces')
  const old = await byRule.entries()
  if (old.length === 0) return
  const rows = old
    .flatMap(([, traces]) => traces)
    .map((value, index) => ({ collection: runTraces, key: String(index + 1), value }))
  // Else a start before was killed behind it.
  const isFirst = (await storage.collection(runTraces).entries()).length === 0
  if (isFirst && rows.length > 0) await storage.setMany(rows)
  for (const [rule] of old) await byRule.delete(rule)
}
