import type { Collection, Entry } from './collection.ts'

/** Collections that are forgotten with whoever holds them. */
export interface MemoryStorage {
  collection<Value>(name: string): Collection<Value>
  setMany(entries: readonly Entry[]): Promise<void>
}

/** Keeps its values as the real storage does, as JSON: who changes one that he has handed in changes nothing here. */
export function memoryStorage(): MemoryStorage {
  const collections = new Map<string, Map<string, string>>()
  const valuesOf = (name: string) => {
    const values = collections.get(name) ?? new Map<string, string>()
    collections.set(name, values)
    return values
  }
  const setMany = async (entries: readonly Entry[]) => {
    for (const { collection, key, value } of entries) valuesOf(collection).set(key, JSON.stringify(value))
  }
  return {
    setMany,
    collection: (name) => ({
      get: async (key) => {
        const text = valuesOf(name).get(key)
        return text === undefined ? undefined : JSON.parse(text)
      },
      set: (key, value, also) => setMany([{ collection: name, key, value }, ...(also?.rows() ?? [])]),
      delete: async (key) => valuesOf(name).delete(key),
      entries: async () => [...valuesOf(name)].map(([key, text]) => [key, JSON.parse(text)]),
    }),
  }
}

/** A collection of its own. */
export function memoryCollection<Value>(): Collection<Value> {
  return memoryStorage().collection('only')
}
