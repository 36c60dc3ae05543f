import type { Collection } from '../../src/core/collection.ts'

/** A collection in memory that, like a store, hands out copies. */
export function memoryCollection<Value>(): Collection<Value> {
  const values = new Map<string, Value>()
  return {
    get: async (key) => structuredClone(values.get(key)),
    async set(key, value) {
      values.set(key, structuredClone(value))
    },
    delete: async (key) => values.delete(key),
    entries: async () => structuredClone([...values.entries()]),
  }
}
