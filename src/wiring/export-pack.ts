import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { AppError, errnoOf, messageOf } from '../core/error.ts'
import { silentLog } from '../core/log.ts'
import { filesOf, type Story } from '../core/story.ts'
import { compiled } from '../stories/compiled.ts'
import { expanded } from '../stories/export/expansion.ts'
import { writeZip, type ZipContent } from '../stories/export/pack-zip.ts'
import { type Picture, pngOf } from '../stories/export/pictures.ts'
import { studioStory } from '../stories/export/studio.ts'
import { AudioOnDisk } from './audio-on-disk.ts'
import type { CommandAnswer, CommandInput } from './command.ts'
import { fileIsThere, writeNewFile } from './new-file.ts'

// As STUdio reads them (ArchiveStoryPackReader.java).
const studioTakes = ['.mp3', '.ogg', '.oga', '.wav']

/** The story as a zip for STUdio, with its audio. */
export async function exportedPack(story: Story, input: CommandInput): Promise<CommandAnswer> {
  const name = input.flags.get('output')
  if (name === undefined)
    throw new AppError('invalid', 'command export: a zip is no text: name the file it goes to with --output')
  if (!name.endsWith('.zip'))
    throw new AppError(
      'invalid',
      `argument --output: found ${JSON.stringify(name.slice(0, 200))}, expected a name that ends in .zip`,
    )
  const path = resolve(input.cwd, name)
  if ((await lstat(path).catch(() => null)) !== null)
    throw fileIsThere(path, { command: 'export', flag: 'output' })
  const expansion = expandedStory(story)
  const heard = new Set([...expansion.stops.values()].flatMap(({ scene }) => filesOf(scene)))
  const sounds = await soundsOf([...heard], input)
  const pictureOf = (picture: Picture) => `${hashOf(pngOf(picture))}.png`
  const { json, pictures, lost } = studioStory(story, expansion, {
    soundOf: (file) => sounds.get(file)?.asset ?? '',
    pictureOf,
  })
  const contents = new Map<string, ZipContent>([
    ['story.json', { bytes: Buffer.from(`${JSON.stringify(json, null, 2)}\n`) }],
    ...[...sounds.values()].map(({ asset, path: sound }): [string, ZipContent] => [
      `assets/${asset}`,
      { path: sound },
    ]),
    ...pictures.map((one): [string, ZipContent] => [`assets/${pictureOf(one)}`, { bytes: pngOf(one) }]),
  ])
  const { cwd } = input
  await writeNewFile(name, {
    command: 'export',
    flag: 'output',
    cwd,
    content: (to) => writeZip(to, contents),
  })
  const strange = [...sounds.keys()].filter((file) => !studioTakes.includes(extname(file).toLowerCase()))
  const notes = [
    ...lost.map((what) => `not in the pack: ${what}`),
    ...strange.map((file) => `"${file}" is put in as it is, and STUdio reads ${studioTakes.join(', ')}`),
  ]
  const answer = `${name} is written: ${counted(expansion.stops.size, 'scene')}, ${counted(sounds.size, 'audio file')}\n`
  return { answer, ...(notes.length === 0 ? {} : { notes: `${notes.join('\n')}\n` }), failed: false }
}

function expandedStory(story: Story) {
  try {
    return expanded(compiled(story))
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw new AppError(error.code, `command export: this is no pack: ${error.message}`)
  }
}

interface SoundFile {
  readonly path: string
  /** Its name in the pack: the sum of what is in it. */
  readonly asset: string
}

async function soundsOf(
  files: readonly string[],
  { options, shipped, clock }: CommandInput,
): Promise<ReadonlyMap<string, SoundFile>> {
  const { media, config } = options.folders
  const audio = new AudioOnDisk({ folders: [media, config], shipped, clock, log: silentLog })
  const sounds = new Map<string, SoundFile>()
  try {
    for (const file of files) {
      const path = await audio.pathOf(file)
      if (path === null)
        throw new AppError(
          'not_found',
          `command export: "${file}" is no file by itself, and a pack takes whole files alone`,
        )
      sounds.set(file, { path, asset: `${await sumOf(path, file)}${extname(path).toLowerCase()}` })
    }
    return sounds
  } finally {
    await audio.close()
  }
}

async function sumOf(path: string, file: string): Promise<string> {
  const hash = createHash('sha1')
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk)
  } catch (error) {
    throw new AppError(
      'invalid',
      `command export: "${file}" cannot be read: ${errnoOf(error) ?? messageOf(error)}`,
    )
  }
  return hash.digest('hex')
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex')
}

function counted(count: number, one: string): string {
  return `${count} ${count === 1 ? one : `${one}s`}`
}
