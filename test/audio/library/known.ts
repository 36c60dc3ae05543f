import { type KnownFile, KnownFiles } from '../../../src/audio/library/known-files.ts'
import type { Clock } from '../../../src/core/clock.ts'
import type { Collection } from '../../../src/core/collection.ts'
import type { Log } from '../../../src/core/log.ts'

/** What is known of files, kept in these records. */
export async function openKnown(
  records: Collection<KnownFile>,
  parts: { readonly clock: Clock; readonly log: Log },
): Promise<KnownFiles> {
  const known = new KnownFiles({
    records,
    write: async (entries) => {
      for (const [path, file] of entries) await records.set(path, file)
    },
    ...parts,
  })
  await known.open()
  return known
}
