import { readdirSync, readlinkSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Frames of the profile whose content tells them apart. No decoder would enjoy them. */
export function frames(count: number, voice = 1): Buffer {
  const bytes = Buffer.alloc(count * 384)
  for (let frame = 0; frame < count; frame++) {
    bytes.fill((voice * 31 + frame) % 251, frame * 384 + 38, (frame + 1) * 384)
    bytes.set([0xff, 0xfb, 0x94, 0x40], frame * 384)
  }
  return bytes
}

/** A folder of its own with these files in it. */
export async function folderWith(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'audio-')))
  await put(folder, files)
  return folder
}

export async function put(
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
}

/** How many files below the folder this process has open. */
export function openBelow(folder: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
    } catch {
      return false
    }
  }).length
}

export const shippedAudio = join(process.cwd(), 'rules/audio')
export const shippedNames = [
  'music/good-morning.mp3',
  'music/skipping-song.mp3',
  'music/counting-song.mp3',
  'music/lullaby-one.mp3',
  'music/lullaby-two.mp3',
  'stories/forest.mp3',
  'stories/sea.mp3',
  'stories/crossroads.mp3',
  'clips/nothing-here-yet.mp3',
  'clips/still-sleepy-time.mp3',
  ...['de', 'fr', 'es'].flatMap((language) => [
    `clips/nothing-here-yet-${language}.mp3`,
    `clips/still-sleepy-time-${language}.mp3`,
  ]),
]
