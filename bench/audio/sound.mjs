// Audio that is not in the profile, as much of it as is wanted, quickly.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './product.mjs'

export const seconds = 180

/** Three minutes of music and noise, as an MP3 of 44.1 kHz and 160 kbit/s. */
export async function threeMinutes(ffmpeg, folder) {
  const path = join(folder, 'three-minutes.mp3')
  const sound =
    `aevalsrc=0.3*sin(2*PI*(220+60*sin(t/3))*t)+0.2*sin(2*PI*330*t)*sin(t):c=stereo:s=44100:d=${seconds}` +
    `[tone];anoisesrc=a=0.05:c=pink:r=44100:d=${seconds}[noise];[tone][noise]amix=2`
  await run(ffmpeg, ['-v', 'error', '-f', 'lavfi', '-i', sound, '-b:a', '160k', '-write_xing', '0', '-y', path])
  return readFile(path)
}

/** The sound so many times, with a title of its own: so it is a content of its own. */
export function writeTitled(path, sound, { title, times = 1 }) {
  return writeFile(path, Buffer.concat([id3(title), ...Array(times).fill(sound)]))
}

/** ID3v2.3 with a title, in Latin-1. */
function id3(title) {
  const text = Buffer.from(`\0${title}`, 'latin1')
  const frame = Buffer.concat([Buffer.from('TIT2'), Buffer.from([0, 0, 0, text.length, 0, 0]), text])
  return Buffer.concat([Buffer.from('ID3\x03\0\0', 'latin1'), Buffer.from([0, 0, 0, frame.length]), frame])
}
