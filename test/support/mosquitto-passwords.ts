import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The text of a password file with one account. */
export function passwordFile(name: string, password: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'passwords-'))
  const file = join(folder, 'passwords')
  const made = spawnSync('mosquitto_passwd', ['-c', '-b', file, name, password])
  if (made.status !== 0) throw new Error(made.stderr.toString())
  const text = readFileSync(file, 'utf8')
  rmSync(folder, { recursive: true })
  return text
}
