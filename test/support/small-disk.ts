import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const least = 4096

/** Whether this user may mount a disk, as only root may. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'))
  const can = spawnSync('mount', mounting(folder, '64k')).status === 0
  if (can) spawnSync('umount', [folder])
  rmdirSync(folder)
  return can
}

/** A disk of its own in memory until the test is over; `size` and `remount` as `mount` takes them: `64k`, `ro`. */
export function smallDisk(size: string) {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'))
  execFileSync('mount', mounting(folder, size))
  onTestFinished(async () => {
    // Somebody may be reading what has just landed, and Keyv's adapter never closes a file that it could not use.
    execFileSync('umount', ['--lazy', folder])
    await rm(folder, { recursive: true, force: true })
  })
  return { folder, remount: (how: string) => execFileSync('mount', ['-o', `remount,${how}`, folder]) }
}

/** Writes a file there until nothing more goes in, and returns its path. */
export async function fillDisk(folder: string): Promise<string> {
  const file = join(folder, 'fill')
  const isWritten = (bytes: number) =>
    writeFile(file, Buffer.alloc(bytes), { flag: 'a' }).then(
      () => true,
      () => false,
    )
  for (let bytes = 1 << 20; bytes >= least; bytes /= 2) while (await isWritten(bytes));
  return file
}

function mounting(folder: string, size: string): string[] {
  return ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]
}
