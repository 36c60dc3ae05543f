import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const minBytes = 4096

/** A disk of its own with so much room, in memory; null where this user may not mount one. `remove` takes it away again. */
export function smallDisk(megabytes: number): { readonly folder: string; remove(): void } | null {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    rmdirSync(folder)
    return null
  }
  return {
    folder,
    remove: () => {
      execFileSync('umount', ['-l', folder], { stdio: 'ignore' })
      rmdirSync(folder)
    },
  }
}

/** Writes a file there until nothing more goes in. */
export async function fillDisk(folder: string): Promise<string> {
  const file = join(folder, 'fill')
  for (let bytes = 1 << 20; bytes >= minBytes; bytes /= 2)
    for (;;) {
      const isWritten = await writeFile(file, Buffer.alloc(bytes), { flag: 'a' }).then(
        () => true,
        () => false,
      )
      if (!isWritten) break
    }
  return file
}
