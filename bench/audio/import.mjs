// A cold import of many three-minute files, beside ffmpeg alone on the same files with as many at once.
import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { sleep } from '../figures.mjs'
import { cpuSeconds, programAt, run, startProduct, withFolder } from './product.mjs'
import { seconds, threeMinutes, writeTitled } from './sound.mjs'

const wholeSize = 1_000
const scaledSize = 12
// As the product does.
const atOnce = Math.min(4, Math.max(1, availableParallelism() - 1))
const profile = '-ar 48000 -b:a 128k -joint_stereo 1 -reservoir 0 -write_xing 0 -id3v2_version 0 -map_metadata -1'.split(' ')

export const title = 'a cold import of three-minute files'
export const needs = ['ffmpeg']

export function measure({ full }) {
  return withFolder(async (folder) => {
    const ffmpeg = await programAt('ffmpeg')
    const media = join(folder, 'media')
    await mkdir(media)
    const sound = await threeMinutes(ffmpeg, folder)
    const count = full ? wholeSize : scaledSize
    const names = Array.from({ length: count }, (_, number) => `file ${number}.mp3`)
    for (const name of names) await writeTitled(join(media, name), sound, { title: name })
    const ours = await imported({ data: join(folder, 'data'), media, count })
    const some = names.slice(0, scaledSize).map((name) => join(media, name))
    const loud = await converted(ffmpeg, some, ['-af', 'loudnorm=I=-18:TP=-1.5:LRA=11', ...profile])
    const plain = await converted(ffmpeg, some, profile)
    return figuresOf({ ours, loud, plain, count })
  })
}

async function imported({ data, media, count }) {
  const began = performance.now()
  const product = await startProduct({ data, media })
  try {
    for (;;) {
      const { files } = await product.json('/library')
      const own = files.filter(({ file }) => file.startsWith('file '))
      const refused = own.find(({ state }) => state === 'refused')
      if (refused !== undefined) throw new Error(`${refused.file} was refused: ${refused.reason}`)
      if (own.length === count && own.every(({ state }) => state === 'ready')) break
      await sleep(500)
    }
    return { count, wall: (performance.now() - began) / 1000, cpu: await cpuSeconds(product.pid) }
  } finally {
    await product.stop()
  }
}

async function converted(ffmpeg, paths, options) {
  const before = await cpuSeconds(process.pid)
  const began = performance.now()
  const waiting = [...paths]
  const one = async () => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop())
      await run(ffmpeg, ['-v', 'error', '-i', path, '-map', '0:a', ...options, '-f', 'mp3', '-y', '/dev/null'])
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  const cpu = (await cpuSeconds(process.pid)) - before
  return { count: paths.length, wall: (performance.now() - began) / 1000, cpu }
}

function figuresOf({ ours, loud, plain, count }) {
  const speed = ({ count, cpu }) => (count * seconds) / cpu
  const row = (one) =>
    `${one.count} files in ${one.wall.toFixed(1)} s, ${atOnce} at once; ${speed(one).toFixed(0)} s of audio per second of processor time`
  const minutes = ((ours.wall / ours.count) * wholeSize) / 60
  const whole = count === wholeSize ? 'measured' : `worked out from ${count}; --full measures it`
  return [
    ['ours, start of the product included', row(ours), { perCpuSecond: speed(ours) }],
    ['ffmpeg alone, loudnorm in one pass', row(loud), { perCpuSecond: speed(loud) }],
    ['ffmpeg alone, loudness as it is', row(plain), { perCpuSecond: speed(plain) }],
    ['ours to ffmpeg with loudnorm, per processor time', (speed(ours) / speed(loud)).toFixed(2), { ratio: speed(ours) / speed(loud) }],
    [`${wholeSize} files (${whole})`, `${minutes.toFixed(0)} min`, { minutes }],
  ]
}
