// A start with a large library that an earlier run has read, beside the same start with an empty one.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { at, sleep } from '../figures.mjs'
import { startProduct, withFolder, writeProfileFile } from './product.mjs'

const count = 10_000
const folders = 100
const frames = 20
const starts = 3
// What was read is noted a second later, all at once.
const notedAfterMs = 3_000
const limitMs = 3_000

export const title = `a start with ${count} files that are known`

export function measure() {
  return withFolder(async (folder) => {
    const large = { data: join(folder, 'large'), media: join(folder, 'media') }
    const empty = { data: join(folder, 'small'), media: join(folder, 'none') }
    await fill(large.media)
    const first = await started(large, count)
    await started(empty, 0)
    const outcomes = { large: [], empty: [] }
    for (let start = 0; start < starts; start++) {
      outcomes.large.push(await started(large, count))
      outcomes.empty.push(await started(empty, 0))
    }
    return figuresOf(first, outcomes)
  })
}

async function fill(media) {
  for (let place = 0; place < folders; place++) {
    const folder = join(media, `folder ${place}`)
    await mkdir(folder, { recursive: true })
    const each = Array.from({ length: count / folders }, (_, number) => number)
    await Promise.all(
      each.map((number) => writeProfileFile(join(folder, `${number}.mp3`), frames, place * each.length + number)),
    )
  }
}

/** When it says that it runs, and when the library is told. */
async function started(place, least) {
  const began = performance.now()
  const product = await startProduct(place)
  const health = await fetch(`${product.panel}/api/health`)
  const toldMs = performance.now() - began
  const { files } = await product.json('/library')
  const libraryMs = performance.now() - began
  const ready = files.filter(({ state }) => state === 'ready').length
  if (!health.ok || ready < least) throw new Error(`the product knows ${ready} of ${least} files`)
  await sleep(notedAfterMs)
  await product.stop()
  return { toldMs, libraryMs }
}

function figuresOf(first, { large, empty }) {
  const middle = (rows, what) => at(rows.map((row) => row[what]), 0.5)
  const [told, library] = [middle(large, 'toldMs'), middle(large, 'libraryMs')]
  const [peer, peerLibrary] = [middle(empty, 'toldMs'), middle(empty, 'libraryMs')]
  const ms = (value) => `${Math.round(value)} ms`
  const aim = { target: `at most ${limitMs} ms`, met: told <= limitMs }
  return [
    [`start to "is running" and /api/health, median of ${starts}`, ms(told), { ms: told, ...aim }],
    ['start to the answer of /api/library', ms(library), { ms: library }],
    ['the same with an empty library', `${ms(peer)}, ${ms(peerLibrary)}`, { ms: peer }],
    ['ratio of the starts, ours with the files to ours without', (told / peer).toFixed(2), { ratio: told / peer }],
    ['the first start, which reads every file, to /api/library', ms(first.libraryMs), { ms: first.libraryMs }],
  ]
}
