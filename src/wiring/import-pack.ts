import { basename, dirname, extname } from 'node:path'
import { AppError } from '../core/error.ts'
import { parseJsonObject } from '../core/json.ts'
import { list } from '../language/wording.ts'
import type { Imported } from '../stories/import/draft.ts'
import type { Pack } from '../stories/import/pack.ts'
import type { PackFiles } from '../stories/import/pack-files.ts'
import { storyFromPack } from '../stories/import/pack-story.ts'
import { packOfStudio } from '../stories/import/studio.ts'
import { packOfTelmi } from '../stories/import/telmi.ts'
import { putAudio } from './import-audio.ts'
import { type ImportSource, jsonIn } from './import-source.ts'

/** A story, and the audio that came with it. */
export interface ImportedPack extends Imported {
  readonly pack: PackFiles
  /** Those of its files that the story plays. */
  readonly files: readonly string[]
}

/** The story of a pack of STUdio's or Telmi's. @throws AppError where there is none in it. */
export function importedPack(
  { text, path }: Pick<ImportSource, 'text' | 'path'>,
  { pack, id }: { readonly pack: PackFiles; readonly id: string | undefined },
): ImportedPack {
  const read = packIn(text, pack.metadata)
  const titled = read.title === '' ? { ...read, title: nameOf(path) } : read
  return { ...storyFromPack(titled, { id, audio: pack.audio }), pack }
}

function packIn(text: string, metadata: string | null): Pack {
  const json = jsonIn(text)
  if ('stageNodes' in json) return packOfStudio(json, text)
  if (!('stages' in json))
    throw new AppError('unprocessable', 'this is no pack: it has neither `stageNodes` nor `stages`')
  const { title, ...more } = (metadata === null ? undefined : parseJsonObject(metadata)) ?? {}
  const pack = packOfTelmi(json, { text, title: typeof title === 'string' ? title : '' })
  const untaken = Object.keys(more)
  if (untaken.length === 0) return pack
  const what = `metadata.json: ${list(untaken)}: that is not taken along`
  return { ...pack, losses: [...pack.losses, { line: 1, place: null, what }] }
}

/** Of the folder, where the file is called as all of them are. */
function nameOf(path: string): string {
  const name = basename(path, extname(path))
  return name === 'story' || name === 'nodes' ? basename(dirname(path)) : name
}

/** Puts the audio of the story into the library, writes the rule file, and takes the audio out again where that fails. */
export async function writtenWithAudio(
  { story, files, pack }: Pick<ImportedPack, 'story' | 'files' | 'pack'>,
  { media, write }: { readonly media: string; readonly write: () => Promise<void> },
): Promise<number> {
  const copy = (name: string, path: string) => pack.copy(name, path)
  const put = await putAudio({ media, folder: story.audio ?? '', files, copy })
  try {
    await write()
    return put.count
  } catch (error) {
    await put.undo()
    throw error
  }
}
