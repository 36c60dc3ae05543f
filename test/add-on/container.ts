import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inRoot } from './repository.ts'

export const isRoot = process.getuid?.() === 0
/** Nobody, where we are root; else who we are. */
const user = isRoot ? { uid: 65_534, gid: 65_534 } : {}

/** Whether that user can read the program; a checkout in root's own folder keeps others out. */
export const canStart = spawnSync('test', ['-r', inRoot('package.json')], user).status === 0

/** A tree that mimics the container, with the scripts and the program of the repository in their places. */
export function makeTree(): { readonly tree: string; remove(): void } {
  const tree = mkdtempSync(join(tmpdir(), 'container-'))
  for (const folder of ['opt', 'command', 'run/s6/basedir/bin', 'run/s6-linux-init-container-results'])
    mkdirSync(join(tree, folder), { recursive: true })
  symlinkSync(inRoot('rootfs/usr'), join(tree, 'usr'))
  symlinkSync(inRoot('.'), join(tree, 'opt/yoto-smart-stream'))
  giveToUser(tree)
  return { tree, remove: () => rmSync(tree, { recursive: true, force: true }) }
}

/** Has the service's user own it. */
export function giveToUser(path: string): void {
  if (user.uid !== undefined) chownSync(path, user.uid, user.gid)
}

/** A program in the tree that says how it was called. */
export function placeScript(tree: string, path: string, text: string): void {
  writeFileSync(join(tree, path), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
}

export const service = (file: string) => inRoot(`rootfs/etc/s6-overlay/s6-rc.d/yoto-smart-stream/${file}`)

type Env = Readonly<Record<string, string>>
const inTree = (tree: string, env: Env) => ({ PATH: process.env.PATH ?? '', YSS_ROOT: tree, ...env })

/** Runs a script of the container to its end, as whoever runs the tests. */
export function runScript(tree: string, command: readonly string[], env: Env = {}) {
  // What should end at once and does not has started the program.
  const options = { encoding: 'utf8', env: inTree(tree, env), timeout: 20_000 } as const
  const { status, stdout, stderr } = spawnSync('sh', command, options)
  return { status, stdout, stderr }
}

/** Starts the service in the tree as s6 would, as an unprivileged user. */
export function startService(tree: string, env: Env) {
  const child: ChildProcess = spawn('sh', [service('run')], { ...user, env: inTree(tree, env) })
  let said = ''
  const hear = (chunk: Buffer) => {
    said += chunk.toString()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    pid: child.pid ?? 0,
    said: () => said,
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    async says(words: RegExp): Promise<RegExpExecArray> {
      const end = Date.now() + 40_000
      for (;;) {
        const found = words.exec(said)
        if (found !== null) return found
        if (Date.now() > end || child.exitCode !== null) throw new Error(`never said ${words} but:\n${said}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
}
