// The built product as a process of its own, and what it takes of the machine.
import { spawn } from 'node:child_process'
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeFlags, postJson, sleep } from '../figures.mjs'

export const root = fileURLToPath(new URL('../..', import.meta.url))
// Of /proc/<pid>/stat: every Linux that Node runs on has 100 of them a second.
const ticksPerSecond = 100

/** A folder that is removed with everything in it when `use` has ended. */
export async function withFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), 'yoto-bench-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Starts the product; `data` and `media` may be of an earlier start. */
export async function startProduct({ data, media, nodeOptions = [] }) {
  await mkdir(media, { recursive: true })
  const began = performance.now()
  const args = [...nodeFlags, ...nodeOptions, join(root, 'dist/main.js'), '--data', data, '--media', media]
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      YOTO_STREAM_PANEL_PORT: '0',
      YOTO_STREAM_MEDIA_PORT: '0',
      YOTO_STREAM_MEDIA_HOST: '127.0.0.1',
      YOTO_STREAM_MQTT_PORT: '0',
    },
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const block = await said(child, 'Press right')
  const panel = /Panel, REST +(\S+)/.exec(block)[1]
  return {
    pid: child.pid,
    /** Where it can be looked into, when it was started with `--inspect`. */
    inspector: /Debugger listening on (\S+)/.exec(block)?.[1] ?? null,
    panel,
    startedMs: performance.now() - began,
    json: async (path) => (await fetch(`${panel}/api${path}`)).json(),
    post: (path, body) => postJson(`${panel}/api${path}`, body),
    async stop() {
      await stopped(child)
      process.off('exit', kill)
    },
  }
}

/** Resolves when the program has ended, which it may have done already. */
export async function stopped(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await new Promise((resolve) => child.once('exit', resolve))
}

/** The address of a card that plays this file, and nothing else. */
export async function publish(product, stream, file) {
  await product.post(`/streams/${stream}/queue`, { files: [file] })
  await product.post('/cards', { stream, kind: 'stream', chapters: 3 })
  // A file that has just been written is believed once it stands still.
  for (;;) {
    const { url, items } = await product.json(`/streams/${stream}/queue`)
    if (items.every(({ state }) => state === 'ready')) return new URL(url)
    await sleep(250)
  }
}

/** Seconds of processor time that a process has used so far, with its children. */
export async function cpuSeconds(pid) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  const ofChildren = await Promise.all(children.split(' ').filter(Boolean).map(cpuSeconds))
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // Behind the name, which may have any sign in it. Those of children that have ended count too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const own = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond
  return ofChildren.reduce((sum, seconds) => sum + seconds, own)
}

/** KiB of memory that a process has in use, with its children. */
export async function residentKiB(pid) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  const ofChildren = await Promise.all(children.split(' ').filter(Boolean).map(residentKiB))
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return ofChildren.reduce((sum, kib) => sum + kib, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0))
}

/** Where a program is, or null where the machine does not have it. */
export async function programAt(name) {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin']) {
    const path = join(folder, name)
    if (await access(path).then(() => true, () => false)) return path
  }
  return null
}

// One frame in the profile, taken from shipped audio, is as good as any other: each stands alone.
const bytesPerFrame = 384

/** Writes a file of that many frames in the profile. */
export async function writeProfileFile(path, frames, seed = 0) {
  const shipped = await readFile(join(root, 'rules/audio/music/lullaby-two.mp3'))
  const total = shipped.length / bytesPerFrame
  const at = (frame) => ((frame * 7 + seed) % total) * bytesPerFrame
  const bytes = Buffer.allocUnsafe(frames * bytesPerFrame)
  for (let frame = 0; frame < frames; frame++)
    shipped.copy(bytes, frame * bytesPerFrame, at(frame), at(frame) + bytesPerFrame)
  await writeFile(path, bytes)
}

/** Runs a program to its end. Resolves with what it wrote; rejects where it fails. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let out = ''
    let errors = ''
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (errors += chunk))
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`${program} ended with ${code}: ${errors.slice(-500)}`)),
    )
  })
}

function said(child, words) {
  return new Promise((resolve, reject) => {
    let text = ''
    const listen = (chunk) => {
      text += chunk
      if (text.includes(words)) resolve(text)
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('close', () => reject(new Error(`the product ended before it said "${words}": ${text}`)))
  })
}
