import type { Collection } from './collection.ts'

/** A collection that is forgotten with whoever holds it. */
export function memoryCollection<Value>(): Collection<Value> {
  const values = new Map<string, Value>()
  return {
    get: async (key) => values.get(key),
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => values.delete(key),
    entries: async () => [...values],
  }
}
