/** One named set of values in the store, by key. Every promise resolves when the store has it on disk, and rejects on failure. */
export interface Collection<Value> {
  get(key: string): Promise<Value | undefined>
  set(key: string, value: Value): Promise<void>
  delete(key: string): Promise<boolean>
  /** All values, in no order that may be relied on. */
  entries(): Promise<[key: string, value: Value][]>
}
