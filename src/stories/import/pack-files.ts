import type { Dirent } from 'node:fs'
import { constants, copyFile, readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError, errnoOf } from '../../core/error.ts'
import { list, quote } from '../../language/wording.ts'
import { isAssetName } from './pack.ts'
import { Zip, zipLimits } from './zip.ts'

/** A pack where it lies: in a folder, or in a zip. */
export interface PackFiles {
  /** `story.json` of STUdio's packs, `nodes.json` of Telmi's, as it is named in there. */
  readonly name: string
  /** Its bytes. */
  readonly bytes: Uint8Array
  /** Of Telmi's `metadata.json`; null where there is none. */
  readonly metadata: string | null
  /** The names of the audio files that came with it. */
  readonly audio: ReadonlySet<string>
  /** Writes one of them to a new file. @throws AppError where that cannot be. */
  copy(name: string, path: string): Promise<void>
  close(): void
}

const stories = ['story.json', 'nodes.json'] as const
const metadata = 'metadata.json'
/** Where a pack has its audio. */
const audioFolders: Readonly<Record<string, string>> = { 'story.json': 'assets', 'nodes.json': 'audios' }

/** The most bytes that the map of a pack may have. */
export const largestMap = 10 * 1024 * 1024

const lacking = 'it has neither the `story.json` of STUdio nor the `nodes.json` of Telmi'

/** The pack in a folder. @throws AppError `unprocessable` where it holds none. */
export async function packInFolder(folder: string): Promise<PackFiles> {
  for (const story of stories) {
    const found = await stat(join(folder, story)).catch(() => null)
    if (found?.isFile() === true) return packBeside(join(folder, story))
  }
  throw new AppError('unprocessable', `this folder is no pack: ${lacking}`)
}

/** The pack that a `story.json` or `nodes.json` is of: its audio lies in a folder beside it. */
export async function packBeside(path: string, kind: string = basename(path)): Promise<PackFiles> {
  const folder = dirname(path)
  const audioFolder = join(folder, audioFolders[kind] ?? '')
  const facts = await stat(path)
  if (facts.size > largestMap) throw tooLarge(basename(path))
  return {
    name: basename(path),
    bytes: await readFile(path),
    metadata: await smallText(join(folder, metadata)),
    audio: new Set((await entriesOf(audioFolder)).filter(isAudioFile).map(({ name }) => name)),
    copy: (name, to) => copied(join(audioFolder, name), to),
    close: () => undefined,
  }
}

async function smallText(path: string): Promise<string | null> {
  const facts = await stat(path).catch(() => null)
  if (facts === null || !facts.isFile() || facts.size > largestMap) return null
  return readFile(path, 'utf8')
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => [])
}

/** A link may lead anywhere. */
function isAudioFile(entry: Dirent): boolean {
  return entry.isFile() && isAssetName(entry.name)
}

async function copied(from: string, to: string): Promise<void> {
  const shown = quote(basename(from))
  try {
    if ((await stat(from)).size > zipLimits.file)
      throw new AppError('too_large', `${shown} has more than ${zipLimits.file / 1024 / 1024} MB`)
    await copyFile(from, to, constants.COPYFILE_EXCL)
  } catch (error) {
    if (error instanceof AppError) throw error
    const code = errnoOf(error)
    if (code === 'ENOSPC') throw new AppError('no_space', `there is no room for ${shown}`)
    throw new AppError('invalid', `${shown} cannot be copied: ${code ?? 'it cannot be read'}`)
  }
}

/** The pack in a zip, at its top or in the one folder there. @throws AppError where it holds none, or is not taken. */
export async function packInZip(path: string): Promise<PackFiles> {
  const zip = await Zip.open(path)
  try {
    return await packOfZip(zip)
  } catch (error) {
    zip.close()
    throw error
  }
}

async function packOfZip(zip: Zip): Promise<PackFiles> {
  const maps = zip.names.filter((name) => stories.some((story) => name.replace(/^[^/]+\//, '') === story))
  const atTop = maps.find((name) => !name.includes('/'))
  const name = atTop ?? maps[0]
  if (name === undefined) throw new AppError('unprocessable', `this zip is no pack: ${lacking}`)
  if (atTop === undefined && maps.length > 1)
    throw new AppError(
      'unprocessable',
      `this zip holds several packs (${list(maps)}): unpack it, and name one folder`,
    )
  if ((zip.sizeOf(name) ?? 0) > largestMap) throw tooLarge(name)
  const root = name.slice(0, name.lastIndexOf('/') + 1)
  const folder = `${root}${audioFolders[name.slice(root.length)]}/`
  const audio = zip.names.flatMap((one) => (one.startsWith(folder) ? [one.slice(folder.length)] : []))
  const facts = `${root}${metadata}`
  const hasFacts = (zip.sizeOf(facts) ?? Number.POSITIVE_INFINITY) <= largestMap
  return {
    name,
    bytes: await zip.bytes(name),
    metadata: hasFacts ? (await zip.bytes(facts)).toString('utf8') : null,
    audio: new Set(audio.filter(isAssetName)),
    copy: (one, to) => zip.copy(`${folder}${one}`, to),
    close: () => zip.close(),
  }
}

function tooLarge(name: string): AppError {
  return new AppError('too_large', `${quote(name)} has more than ${largestMap / 1024 / 1024} MB`)
}
