/**
 * Does the work for each, so many at a time, and gives what came of it in the same order. Rejects as the first work that
 * does; nothing new is begun then.
 */
export async function fewAtOnce<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  // All lanes take from it.
  const rest = items.entries()
  let failed = false
  const lane = async () => {
    for (const [at, item] of rest) {
      if (failed) return
      try {
        results[at] = await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, lane))
  return results
}
