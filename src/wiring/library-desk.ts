import { access, constants, readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { type ContentFacts, factsInProfile } from '../audio/library/content-facts.ts'
import { deleteFile } from '../audio/library/delete-file.ts'
import type { Lookup } from '../audio/library/inspect-file.ts'
import { presentFiles } from '../audio/library/present-files.ts'
import { idOf } from '../audio/library/shelf.ts'
import { titleOf } from '../audio/names.ts'
import { playable } from '../audio/playable.ts'
import type { Sources } from '../audio/sources/sources.ts'
import type { PublishedCard } from '../cards/record.ts'
import { isoOf } from '../core/clock.ts'
import { AppError, errnoOf, messageOf } from '../core/error.ts'
import type { Preset } from '../core/presets.ts'
import type { Queue } from '../core/queue.ts'
import type { House } from '../http/api/app.ts'
import type { AudioFile, AudioHouse } from '../http/api/audio.ts'
import type {
  FilesAndBytes,
  LibraryDetails,
  LibraryDisk,
  LibraryEntry,
  LibraryHouse,
} from '../http/api/library.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import type { LibraryFacts } from './library-facts.ts'
import { namedAudio, usersOf } from './library-users.ts'

interface DeskInput {
  readonly facts: LibraryFacts
  /** Tells a file's name in the library from what stands for it in queues. */
  readonly sources: Pick<Sources, 'referenceOf' | 'nameInLibrary' | 'fileInLibrary' | 'filesIn' | 'parts'>
  /** Of what names audio. */
  readonly queues: () => readonly Queue[]
  readonly presets: () => readonly Preset[]
  /** Those that this product made. */
  readonly cards: () => readonly PublishedCard[]
  readonly ruleSet: () => RuleSet
}

/** The library as REST asks for it. */
export function libraryDesk(input: DeskInput): LibraryHouse & AudioHouse & Pick<House, 'streamPlays'> {
  const { facts, sources } = input
  const { library } = facts
  const named = async (id: string) => {
    const file = await nameOf(id, facts)
    const where = await library.whereIs(file)
    if (where === null) throw unknownFile()
    return { file, ...where }
  }
  const users = (file: string) =>
    usersOf(
      file,
      namedAudio({
        queues: input.queues(),
        presets: input.presets(),
        cards: input.cards(),
        ruleSet: input.ruleSet(),
      }),
      sources,
    )
  const entry = (listed: Listed) => entryOf(listed, { facts, sources })
  return {
    async library() {
      await checkThere(facts)
      return (await library.list()).flatMap((listed) => entry(listed) ?? [])
    },
    async libraryFile(id) {
      const { file, folder, place } = await named(id)
      const lookup = await library.find(file)
      const cover = await facts.coverNow(file, lookup)
      const known = entry({ file, lookup })
      if (known === null) throw unknownFile()
      const isMedia = folder === facts.folders.media
      const times = await timesOf(place.path)
      return {
        ...known,
        ...detailsOf(lookup),
        parts: await sources.parts(sources.referenceOf(file)),
        ...times,
        cover: cover !== null,
        folder: isMedia ? 'media' : 'config',
        users: await users(file),
      }
    },
    async libraryCover(id) {
      const { file } = await named(id)
      const cover = await facts.coverNow(file, await library.find(file))
      const bytes = cover === null ? null : await facts.covers.read(cover)
      if (cover !== null && bytes === null) facts.folderCovers.forget(cover)
      return bytes
    },
    async libraryUsers(id) {
      const { file } = await named(id)
      return { file: sources.referenceOf(file), users: await users(file) }
    },
    async deleteLibraryFile(id) {
      const { file, folder, place } = await named(id)
      if (folder !== facts.folders.media)
        throw new AppError(
          'forbidden',
          `"${file}" lies in the config folder, beside your rules: delete it there by hand`,
        )
      await deleteFile(folder, file)
      await facts.orphans.deleted(place.wished)
      facts.look()
    },
    async loveLibraryFile(id, isLoved) {
      const { file } = await named(id)
      const lookup = await library.find(file)
      if (lookup.state !== 'ready')
        throw new AppError(
          'conflict',
          `"${sources.referenceOf(file)}" cannot be played yet, so nobody can love it`,
        )
      await facts.love(lookup.file.hash, isLoved)
    },
    streamPlays: (stream) => facts.plays.ofStream(stream),
    libraryDisk: () => diskOf(facts),
    cleanLibrary: (options) => facts.orphans.clean(options),
    audioFiles: async () => {
      const listed = await library.list()
      return (await Promise.all(listed.map((each) => audioFile(each, { facts, sources })))).flatMap(
        (file) => file ?? [],
      )
    },
    // By its name in the library too, which was all that the predecessor knew.
    audioBody: (file) => bodyOf(sources.nameInLibrary(file) ?? file, facts),
    libraryAudio: async (id) => bodyOf((await named(id)).file, facts),
  }
}

/** @throws AppError `unavailable` where the library's folder is away: no file would look like an empty one. */
async function checkThere({ folders }: LibraryFacts): Promise<void> {
  try {
    await access(folders.media, constants.R_OK | constants.X_OK)
  } catch (error) {
    throw new AppError(
      'unavailable',
      `the folder of the library cannot be read (${errnoOf(error) ?? messageOf(error)}): is its disk away?`,
      { cause: error },
    )
  }
}

async function bodyOf(file: string, facts: LibraryFacts) {
  const lookup = await facts.library.find(file)
  if (lookup.state !== 'ready') return null
  return playable([lookup.file], facts.library, undefined, facts.sentOf(null))
}

async function nameOf(id: string, { shelf, library }: LibraryFacts): Promise<string> {
  const known = shelf.nameOf(id)
  if (known !== undefined) return known
  const listed = (await library.list()).find(({ file }) => idOf(file) === id)
  if (listed === undefined) throw unknownFile()
  return listed.file
}

function unknownFile(): AppError {
  return new AppError('not_found', 'the library has no file of that id (any more)')
}

/** As the library lists it, by its name there. */
interface Listed {
  readonly file: string
  readonly lookup: Lookup
}

function entryOf(
  { file, lookup }: Listed,
  { facts, sources }: Pick<DeskInput, 'facts' | 'sources'>,
): LibraryEntry | null {
  const { artist = null, album = null } = lookup.state === 'ready' ? (lookup.facts?.tags ?? {}) : {}
  const counted = lookup.state === 'ready' ? facts.plays.ofContent(lookup.file.hash) : null
  const loved = lookup.state === 'ready' && facts.isLoved(lookup.file.hash)
  const entry = {
    id: idOf(file),
    file: sources.referenceOf(file),
    title: titleOf(file),
    artist,
    album,
    seconds: null,
    cover: facts.coverOf(file, lookup) !== null,
    loved,
    plays: counted?.plays ?? 0,
    last_played_at: counted?.last_played_at ?? null,
  }
  switch (lookup.state) {
    case 'missing':
      return null
    case 'refused':
      return { ...entry, ...lookup }
    case 'importing':
      return { ...entry, state: 'importing', progress: lookup.progress }
    case 'ready':
      return { ...entry, title: lookup.file.title, seconds: lookup.file.seconds, state: 'ready' }
  }
}

const nothingKnown: ContentFacts = { ...factsInProfile, format: null }

function detailsOf(lookup: Lookup) {
  const known = lookup.state === 'ready' ? (lookup.facts ?? factsInProfile) : nothingKnown
  const { tags, chapters, format, loudness, warnings } = known
  return {
    tags: { ...tags },
    chapters,
    format,
    loudness,
    warnings,
    result_size: lookup.state === 'ready' ? lookup.file.size : null,
  } satisfies Partial<LibraryDetails>
}

async function timesOf(path: string): Promise<{ size: number; added_at: string; modified_at: string }> {
  const { size, birthtimeMs, birthtime, ctime, mtime } = await stat(path)
  // Not every file system knows when a file came into being.
  const added = birthtimeMs > 0 ? birthtime : ctime
  return { size, added_at: isoOf(added), modified_at: isoOf(mtime) }
}

async function audioFile(
  { file, lookup }: Listed,
  { facts, sources }: Pick<DeskInput, 'facts' | 'sources'>,
): Promise<AudioFile | null> {
  if (lookup.state !== 'ready') return null
  const where = await facts.library.whereIs(file)
  const times = where === null ? null : await timesOf(where.place.path).catch(() => null)
  if (times === null) return null
  const { size, seconds } = lookup.file
  return { file: sources.referenceOf(file), seconds, ...times, size }
}

async function diskOf(facts: LibraryFacts): Promise<LibraryDisk> {
  const { folders, covers, imports, orphans } = facts
  const { files } = await presentFiles([folders.media, folders.config])
  return {
    originals: sum(files.map(({ size }) => size)),
    results: sum((await imports.results()).map(({ bytes }) => bytes)),
    covers: sum((await covers.list()).map(({ bytes }) => bytes)),
    uploads: sum(await sizesIn(join(folders.media, '.uploads'))),
    orphans: await orphans.find().then(
      (found) => sum(found.map(({ bytes }) => bytes)),
      (error: unknown) => {
        if (error instanceof AppError) return null
        throw error
      },
    ),
    free: { media: await freeAt(folders.media), data: await freeAt(folders.data) },
  }
}

function sum(sizes: readonly number[]): FilesAndBytes {
  const there = sizes.filter((size) => size > 0)
  return { files: there.length, bytes: there.reduce((all, size) => all + size, 0) }
}

async function sizesIn(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => [])
  const found = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)))
  return found.flatMap((file) => (file?.isFile() ? [file.size] : []))
}

async function freeAt(folder: string): Promise<number | null> {
  const found = await statfs(folder).catch(() => null)
  return found === null ? null : found.bavail * found.bsize
}
