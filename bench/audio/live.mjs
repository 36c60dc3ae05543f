// Listeners of a live stream beside icecast with as many; and how soon newcomers hear something while books are imported.
import { spawn } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { at, sleep } from '../figures.mjs'
import { collectGarbage } from './collected.mjs'
import { startIcecast } from './icecast.mjs'
import { startNginx } from './nginx.mjs'
import { cpuSeconds, programAt, publish, residentKiB, startProduct, withFolder, writeProfileFile } from './product.mjs'
import { threeMinutes, writeTitled } from './sound.mjs'

const listeners = 500
const newcomers = 32
const rounds = 12
const measuredMs = 40_000
const burstMs = 7_000
const books = 4
// Two hours each.
const bookTimes = 40
const frames = 25_000
const longestGapMs = 200
const longestFirstByteMs = 50
const mostKiB = 32
const client = fileURLToPath(new URL('listener-client.mjs', import.meta.url))

export const title = `${listeners} live listeners of 128 kbit/s; ${newcomers} newcomers while ${books} books of two hours are imported`
export const needs = ['icecast2', 'nginx', 'ffmpeg']

export function measure() {
  return withFolder(async (folder) => {
    const media = join(folder, 'media')
    await mkdir(media)
    await writeProfileFile(join(media, 'music.mp3'), frames)
    const nodeOptions = ['--inspect=127.0.0.1:0']
    const product = await startProduct({ data: join(folder, 'data'), media, nodeOptions })
    try {
      const url = await publish(product, 'live', 'music.mp3')
      const isLive = await switchedOn(product, url)
      const audio = await readFile(join(media, 'music.mp3'))
      const icecast = await startIcecast({ program: await programAt('icecast2'), folder: join(folder, 'icecast'), audio })
      try {
        // It listens before it has heard enough to give anybody.
        await sleep(6_000)
        const peer = { pid: icecast.pid, url: icecast.url }
        const { pid, inspector } = product
        const [theirs, ours] = await listenedTo(isLive ? [peer, { pid, url, inspector }] : [peer])
        const first = await whileImporting({ folder, media, product, url, icecast: icecast.url })
        return [...figuresOf(ours ?? null, theirs), ...firstFigures(first, isLive)]
      } finally {
        await icecast.stop()
      }
    } finally {
      await product.stop()
    }
  })
}

/** Whether the product serves the stream live: then nothing is said of its length. */
async function switchedOn(product, url) {
  const answer = await fetch(`${product.panel}/api/streams/live`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode: 'live', loop: true }),
  })
  // A version that does not know the mode says so.
  if (!answer.ok) return false
  const abort = new AbortController()
  const heard = await fetch(url, { signal: abort.signal })
  abort.abort()
  return heard.headers.get('content-length') === null
}

/**
 * What it takes each server to be listened to by as many. Processor time: all of them are listened to in the same seconds,
 * so that what else the machine does is the same for all. Memory: what the first crowd adds to a server that nobody has
 * listened to yet, with all that it takes once and keeps, but for garbage: of that the collector decides.
 */
async function listenedTo(servers) {
  const grown = []
  for (const server of servers) {
    const before = await usedKiB(server)
    const crowd = await crowdAt(server.url)
    await sleep(burstMs)
    grown.push(((await usedKiB(server)) - before) / listeners)
    await crowd.leave()
  }
  const heard = []
  for (const [index, { pid, url }] of servers.entries())
    heard.push({ pid, grown: grown[index], crowd: await crowdAt(url) })
  // The last of them has had its burst.
  await sleep(burstMs + 1_000)
  const began = performance.now()
  for (const one of heard) one.cpu = await cpuSeconds(one.pid)
  await sleep(measuredMs)
  for (const one of heard) one.cpu = (await cpuSeconds(one.pid)) - one.cpu
  const seconds = (performance.now() - began) / 1000
  const outcomes = []
  for (const { crowd, cpu, grown } of heard) {
    const { firstBytes, gaps, bytesPerSecond, ended } = await crowd.leave()
    const gap = { longest: Math.max(...gaps), median: at(gaps, 0.5) }
    outcomes.push({ share: cpu / seconds, grown, firstBytes, gap, slowest: Math.min(...bytesPerSecond), ended })
  }
  return outcomes
}

async function usedKiB({ pid, inspector }) {
  if (inspector) await collectGarbage(inspector)
  return residentKiB(pid)
}

/** Listeners that all hear something; `leave` says what they heard. */
async function crowdAt(url) {
  const order = JSON.stringify({ port: url.port, path: url.pathname, listeners, burstMs })
  const child = spawn(process.execPath, [client, order], { stdio: ['pipe', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  while (!said.includes('listening\n')) await sleep(50)
  return {
    async leave() {
      const closed = new Promise((resolve) => child.once('close', resolve))
      child.stdin.end()
      await closed
      // The server is told of hundreds of closed connections.
      await sleep(1_000)
      return JSON.parse(said.slice(said.indexOf('\n') + 1))
    },
  }
}

/** First bytes of newcomers, of each server in turns, while the product has its hands full. */
async function whileImporting({ folder, media, product, url, icecast }) {
  const sound = await threeMinutes(await programAt('ffmpeg'), folder)
  const nginx = await startNginx({ program: await programAt('nginx'), folder: join(folder, 'nginx'), files: media })
  const peer = new URL(`http://127.0.0.1:${nginx.port}/music.mp3`)
  const first = { ours: [], nginx: [], icecast: [] }
  try {
    for (let book = 0; book < books; book++)
      await writeTitled(join(media, `book ${book}.mp3`), sound, { title: `book ${book}`, times: bookTimes })
    while ((await importing(product)) < books) await sleep(200)
    for (let round = 0; round < rounds; round++) {
      first.ours.push(...(await atOnce(url)))
      first.nginx.push(...(await atOnce(peer)))
      first.icecast.push(...(await atOnce(icecast)))
      await sleep(300)
    }
    if ((await importing(product)) === 0) throw new Error('the books were imported before the measuring had ended')
  } finally {
    await nginx.stop()
  }
  return first
}

async function importing(product) {
  const { files } = await product.json('/library')
  return files.filter(({ state }) => state === 'importing').length
}

function atOnce(url) {
  return Promise.all(
    Array.from(
      { length: newcomers },
      () =>
        new Promise((resolve, reject) => {
          const began = performance.now()
          get(url, { agent: false }, (answer) => {
            answer.once('data', () => {
              resolve(performance.now() - began)
              answer.destroy()
            })
          }).once('error', reject)
        }),
    ),
  )
}

function figuresOf(ours, theirs) {
  const row = ({ share, grown, gap, slowest, firstBytes, ended }) =>
    `${(share * 100).toFixed(1)} % of a core, ${grown.toFixed(1)} KiB a listener, longest gap ${Math.round(gap.longest)} ms (median of listeners ${Math.round(gap.median)}), ` +
    `slowest ${(slowest * 8 / 1000).toFixed(0)} kbit/s, first byte p99 ${at(firstBytes, 0.99).toFixed(1)} ms, ${ended} ended early`
  const peer = ['icecast', row(theirs), { share: theirs.share, kib: theirs.grown, gapMs: theirs.gap.longest }]
  if (ours === null) return [peer, ['ours', 'skipped: this version serves no live streams yet']]
  const ratio = ours.share / theirs.share
  return [
    peer,
    ['ours', row(ours), { share: ours.share, kib: ours.grown, gapMs: ours.gap.longest }],
    ['ours to icecast, processor time', ratio.toFixed(2), { ratio, target: 'at most 1', met: ratio <= 1 }],
    ['ours, memory a listener', `${ours.grown.toFixed(1)} KiB`, { kib: ours.grown, target: `at most ${mostKiB} KiB`, met: ours.grown <= mostKiB }],
    ['ours, longest gap', `${Math.round(ours.gap.longest)} ms`, { ms: ours.gap.longest, target: `at most ${longestGapMs} ms`, met: ours.gap.longest <= longestGapMs }],
  ]
}

function firstFigures({ ours, nginx, icecast }, isLive) {
  const row = (values) => `p50 ${at(values, 0.5).toFixed(1)} ms, p99 ${at(values, 0.99).toFixed(1)} ms`
  const p99Ms = at(ours, 0.99)
  const aim = { p99Ms, target: `p99 at most ${longestFirstByteMs} ms`, met: p99Ms <= longestFirstByteMs }
  return [
    [`first byte of ${newcomers} newcomers, ours (${isLive ? 'live' : 'finite'})`, row(ours), aim],
    ['the same of nginx, a file', row(nginx), { p99Ms: at(nginx, 0.99) }],
    ['the same of icecast', row(icecast), { p99Ms: at(icecast, 0.99) }],
  ]
}
