import type { Collection } from '../../../src/core/collection.ts'
import type { Storage } from '../../../src/storage/storage.ts'

/** A store that says whether its disk is at work: a turn of the event loop does not wait for that. */
export interface BusyStorage extends Storage {
  readonly isBusy: boolean
  /** How often something was written. */
  readonly writes: number
}

export function busyStorage(storage: Storage): BusyStorage {
  let [pending, writes] = [0, 0]
  const counted = async <Result>(work: Promise<Result>): Promise<Result> => {
    pending++
    try {
      return await work
    } finally {
      pending--
    }
  }
  const written = <Result>(work: Promise<Result>): Promise<Result> => {
    writes++
    return counted(work)
  }
  const collectionOf = <Value>(own: Collection<Value>): Collection<Value> => ({
    get: (key) => counted(own.get(key)),
    set: (key, value) => written(own.set(key, value)),
    delete: (key) => written(own.delete(key)),
    entries: () => counted(own.entries()),
  })
  return {
    collection: <Value>(name: string) => collectionOf(storage.collection<Value>(name)),
    setMany: (entries) => written(storage.setMany(entries)),
    holdFile: () => counted(storage.holdFile()),
    releaseFile: () => counted(storage.releaseFile()),
    compact: () => counted(storage.compact()),
    close: () => storage.close(),
    get isBusy() {
      return pending > 0
    },
    get writes() {
      return writes
    },
  }
}
