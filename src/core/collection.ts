import type { Write } from './write.ts'

/**
 * One named set of values in the store, by key. Every promise resolves when the store has it on disk, but for what may come
 * there soon, and rejects on failure.
 */
export interface Collection<Value> {
  get(key: string): Promise<Value | undefined>
  /**
   * `also` is stored together with it, or neither is. `write` is told what becomes of it; where it is lost before its turn
   * comes, nothing is written.
   */
  set(key: string, value: Value, also?: Also, write?: Write): Promise<void>
  delete(key: string): Promise<boolean>
  /** All values, in no order that may be relied on. */
  entries(): Promise<[key: string, value: Value][]>
}

/** What is to be stored together with something else. */
export interface Also {
  /** Asked for at that moment. */
  rows(): readonly Entry[]
  /**
   * Nobody is told that it is done, so the disk need not have it at once: no kill of the process loses it, and a power cut
   * within the next second leaves everything as it was a moment earlier.
   */
  readonly isSoon?: boolean
}

/** A value and where it belongs. */
export interface Entry {
  readonly collection: string
  readonly key: string
  readonly value: unknown
}
