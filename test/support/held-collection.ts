import type { Collection } from '../../src/core/collection.ts'
import { Write } from '../../src/core/write.ts'

/** A write that the store has been asked for. */
export interface HeldSet<Value> {
  readonly key: string
  readonly value: Value
  readonly write: Write
  readonly take: () => void
  readonly fail: (error: Error) => void
}

/** A collection that takes nothing until it is told to; `held` are the writes that it was asked for, in their order. */
export function heldCollection<Value>(): Collection<Value> & { readonly held: HeldSet<Value>[] } {
  const values = new Map<string, Value>()
  const held: HeldSet<Value>[] = []
  return {
    held,
    get: async (key) => values.get(key),
    set: (key, value, also, write = new Write()) =>
      new Promise((resolve, reject) => {
        also?.rows()
        const take = () => {
          if (write.isLost) return reject(new Error('what it follows from is lost'))
          values.set(key, value)
          write.kept()
          resolve()
        }
        const fail = (error: Error) => {
          if (!write.isLost) write.lost()
          reject(error)
        }
        held.push({ key, value, write, take, fail })
      }),
    delete: async (key) => values.delete(key),
    entries: async () => [...values.entries()],
  }
}
