// Random ranges of a long file over kept connections, beside nginx on the very same file.
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { at } from '../figures.mjs'
import { startNginx } from './nginx.mjs'
import { cpuSeconds, programAt, publish, run, startProduct, withFolder, writeProfileFile } from './product.mjs'

// 5 hours: 288 MB.
const frames = 750_000
const size = frames * 384
const length = 64 * 1024
const connections = 16
const rounds = 4
const roundMs = 5_000
const warmUpMs = 3_000
const client = fileURLToPath(new URL('range-client.mjs', import.meta.url))

export const title = `random ranges of ${length / 1024} KiB of a file of ${size / 1e6} MB, ${connections} connections`
export const needs = ['nginx']

export function measure() {
  return withFolder(async (folder) => {
    const media = join(folder, 'media')
    const product = await startProduct({
      data: join(folder, 'data'),
      media,
      nodeOptions: process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [],
    })
    const path = join(media, 'book.mp3')
    await writeProfileFile(path, frames)
    const url = await publish(product, 'book', 'book.mp3')
    const nginx = await startNginx({ program: await programAt('nginx'), folder: join(folder, 'nginx'), files: media })
    const servers = {
      ours: { pid: product.pid, port: url.port, path: url.pathname },
      nginx: { pid: nginx.pid, port: nginx.port, path: '/book.mp3' },
    }
    try {
      const wrong = await differences(path, url)
      const outcomes = await alternated(servers)
      return figuresOf(outcomes, wrong)
    } finally {
      await nginx.stop()
      await product.stop()
    }
  })
}

/** One after the other in turns, so that a machine that gets slower does so for both. */
async function alternated(servers) {
  const outcomes = { ours: [], nginx: [] }
  for (const server of Object.values(servers)) await load(server, warmUpMs)
  for (let round = 0; round < rounds; round++)
    for (const [name, server] of Object.entries(servers)) outcomes[name].push(await load(server, roundMs))
  return outcomes
}

async function load({ pid, port, path }, ms) {
  const before = await cpuSeconds(pid)
  const order = JSON.stringify({ port, path, size, length, connections, ms })
  const outcome = JSON.parse(await run(process.execPath, [client, order]))
  if (outcome.wrong > 0) throw new Error(`${outcome.wrong} ranges were not answered as asked for`)
  return { ...outcome, serverCpuSeconds: (await cpuSeconds(pid)) - before }
}

/** How many of some ranges are not what the file has there. */
async function differences(path, url) {
  const file = await open(path)
  let wrong = 0
  for (let look = 0; look < 50; look++) {
    const start = Math.floor(Math.random() * (size - length))
    const answer = await fetch(url, { headers: { range: `bytes=${start}-${start + length - 1}` } })
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, start)
    if (!buffer.equals(Buffer.from(await answer.arrayBuffer()))) wrong++
  }
  await file.close()
  return wrong
}

function figuresOf({ ours, nginx }, wrong) {
  const rate = (rounds) => sum(rounds, ({ firstBytes }) => firstBytes.length) / sum(rounds, ({ seconds }) => seconds)
  const p99 = (rounds) => at(rounds.flatMap(({ firstBytes }) => firstBytes), 0.99)
  const busy = (rounds) => sum(rounds, (round) => round.serverCpuSeconds) / sum(rounds, ({ seconds }) => seconds)
  const clientBusy = (rounds) => sum(rounds, (round) => round.cpuSeconds) / sum(rounds, ({ seconds }) => seconds)
  const ratio = rate(ours) / rate(nginx)
  const row = (rounds) =>
    `${Math.round(rate(rounds))} requests/s, first byte p99 ${p99(rounds).toFixed(1)} ms; server ${percent(busy(rounds))} of a core, client ${percent(clientBusy(rounds))}`
  return [
    ['ours', row(ours), { perSecond: rate(ours), p99Ms: p99(ours) }],
    ['nginx, one worker', row(nginx), { perSecond: rate(nginx), p99Ms: p99(nginx) }],
    ['ours to nginx, requests/s', ratio.toFixed(2), { ratio, target: 'at least 0.4', met: ratio >= 0.4 }],
    ['ranges with other bytes than the file, of 50', wrong, { wrong, target: '0', met: wrong === 0 }],
  ]
}

function sum(values, of) {
  return values.reduce((total, value) => total + of(value), 0)
}

function percent(share) {
  return `${Math.round(share * 100)} %`
}
