import { lstat, readdir } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import { AppError } from '../core/error.ts'
import { formatDiagnostic } from '../language/diagnostic.ts'
import { Lines } from '../language/lines.ts'
import { editorSchemaFile } from '../rules/editor/schema.ts'
import { storyFromPlan } from '../stories/import/card.ts'
import { type Convention, conventions } from '../stories/import/convention.ts'
import { type Imported, type Loss, lossFindings } from '../stories/import/draft.ts'
import { storyFromTwee } from '../stories/import/twee-story.ts'
import { writeStory } from '../stories/import/written.ts'
import { planFrom } from '../yoto/card.ts'
import type { Command, CommandInput } from './command.ts'
import { type ImportedPack, importedPack, writtenWithAudio } from './import-pack.ts'
import { cardJsonIn, failed, type ImportSource, megabytes, objectIn, sourceOf } from './import-source.ts'
import { fileIsThere, writeNewFile } from './new-file.ts'

/** The command `import`: a story of Twine, of a card or of a pack as a rule file. */
export const importCommand: Command = {
  name: 'import',
  usage: '<file> [--as …] [--json]',
  words: { most: 1, what: 'the name of one file or folder' },
  flags: { as: 'yoto or plain', name: 'a name for the story', out: 'a file' },
  about: 'makes a rule file of a story in Twee, on an interactive card or in a pack',
  more: `It takes Twee 3 (.twee, .tw), as Twine exports it, the JSON of a card of Yoto's (.json), and packs of STUdio and Telmi: a .zip, a folder, or their story.json or nodes.json. The rule file stands on stdout, or with --out in a new file; what could not be taken along is listed on stderr. With --out the audio of a pack is put into the library (--media), into the folder scenes/<name>. --as says how the links of Twee are meant: yoto, where the first is the left button, the second the right one and the third where it goes on by itself, or plain, where one leads on and two are left and right. Without it that is worked out. --name names the story.`,
  async run(input) {
    const { flags, json } = input
    const story = { as: asOf(flags.get('as')), id: nameOf(flags.get('name')) }
    const out = outOf(input)
    const source = await sourceOf(input)
    try {
      const imported = await importedFrom(source, story)
      const yaml = yamlOf(imported, schemaFrom(out, input))
      const put = out === null ? 0 : await written(imported, { source, out, yaml, input })
      const losses = out === null ? [...imported.losses, ...audioLeft(imported)] : imported.losses
      if (json) return { answer: `${JSON.stringify({ yaml, losses }, null, 2)}\n`, failed: false }
      const { id, scenes, audio } = imported.story
      const files = put === 0 ? '' : `; ${counted(put, 'audio file')} put into ${audio} of the library`
      const answer =
        out === null
          ? yaml
          : `${out.name} is written: story ${id}, ${counted(scenes.length, 'scene')}${files}\n`
      return { answer, notes: notesOf(losses, source), failed: false }
    } finally {
      source.pack?.close()
    }
  },
}

function yamlOf(imported: Imported, schema: string): string {
  const yaml = writeStory(imported.story, { schema })
  if (Buffer.byteLength(yaml) > largestRuleFile)
    throw failed(
      'too_large',
      `this comes to a rule file of ${megabytes(Buffer.byteLength(yaml))} MB, and one may have 1 MB: make several stories of it`,
    )
  return yaml
}

interface ToWrite {
  readonly source: ImportSource
  readonly out: Out
  readonly yaml: string
  readonly input: CommandInput
}

/** How many files of audio were put into the library with it. */
async function written(
  imported: Imported | ImportedPack,
  { source, out, yaml, input }: ToWrite,
): Promise<number> {
  const write = () =>
    writeNewFile(out.name, { command: 'import', flag: 'out', cwd: input.cwd, content: yaml })
  if (!('pack' in imported)) {
    await write()
    return 0
  }
  await mustBeNew(out.path)
  return named(source, () => writtenWithAudio(imported, { media: input.options.folders.media, write }))
}

function audioLeft(imported: Imported | ImportedPack): readonly Loss[] {
  if (!('pack' in imported) || imported.files.length === 0) return []
  const what = `its audio (${counted(imported.files.length, 'file')}) is put into the library only with --out, where the rule file is written, too`
  return [{ line: 1, place: null, what }]
}

// As the files of the config folder are read.
const largestRuleFile = 1024 * 1024

interface Wished {
  readonly as: Convention | undefined
  readonly id: string | undefined
}

async function importedFrom(source: ImportSource, { as, id }: Wished): Promise<Imported | ImportedPack> {
  const { name, text, pack } = source
  return named(source, async () => {
    if (pack !== null && as === undefined) return importedPack(source, { pack, id })
    if (extname(name).toLowerCase() !== '.json')
      return storyFromTwee(text, { as, id, audio: await audioBeside(source) })
    if (as !== undefined)
      throw new AppError(
        'invalid',
        '--as is about Twee: cards and packs say themselves what their buttons do',
      )
    const json = cardJsonIn(text)
    const title = typeof json.title === 'string' ? json.title : basename(name, extname(name))
    const { resumeTimeout } = objectIn(objectIn(json.content).config)
    const resumeTimeout_s = typeof resumeTimeout === 'number' ? resumeTimeout : null
    return storyFromPlan(planFrom(json, title), { id, resumeTimeout_s })
  })
}

/** What goes wrong is said of the file. */
async function named<Result>({ name }: ImportSource, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AppError) || error.message.startsWith('command import: ')) throw error
    throw failed(error.code, `${JSON.stringify(name.slice(0, 200))}: ${error.message}`)
  }
}

/** Yoto's converter takes the audio of passages from the folder `audio` beside the story. */
async function audioBeside({ path }: ImportSource): Promise<readonly string[]> {
  const files = await readdir(join(dirname(path), 'audio')).catch(() => [])
  return files.filter((file) => /\.(mp3|wav|ogg|flac|m4a|aac)$/i.test(file)).sort()
}

function asOf(written: string | undefined): Convention | undefined {
  const found = conventions.find((one) => one === written)
  if (written !== undefined && found === undefined)
    throw new AppError(
      'invalid',
      `argument --as: found ${JSON.stringify(written.slice(0, 80))}, expected yoto or plain`,
    )
  return found
}

// As the files that hold stories take it.
const plainName = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} _-]{0,59}$/u

function nameOf(written: string | undefined): string | undefined {
  if (
    written !== undefined &&
    (!plainName.test(written) || written === 'constructor' || written === 'prototype')
  )
    throw new AppError(
      'invalid',
      `argument --name: found ${JSON.stringify(written.slice(0, 80))}, expected up to 60 letters, digits, spaces, "-" and "_"`,
    )
  return written
}

interface Out {
  /** As it was named. */
  readonly name: string
  readonly path: string
}

function outOf({ flags, cwd }: CommandInput): Out | null {
  const name = flags.get('out')
  if (name === undefined) return null
  if (!name.endsWith('.yaml'))
    throw new AppError(
      'invalid',
      `argument --out: found ${JSON.stringify(name.slice(0, 200))}, expected a name that ends in .yaml`,
    )
  return { name, path: resolve(cwd, name) }
}

/** From a file below the config folder, the way up to it. */
function schemaFrom(out: Out | null, { options }: CommandInput): string {
  const config = resolve(options.folders.config)
  if (out === null || !out.path.startsWith(`${config}${sep}`)) return editorSchemaFile
  return join(relative(dirname(out.path), config), editorSchemaFile)
}

/** Before anything else is written. */
async function mustBeNew(path: string): Promise<void> {
  const facts = await lstat(path).catch(() => null)
  if (facts !== null) throw fileIsThere(path, { command: 'import', flag: 'out' })
}

// Nobody reads more of them, and --json has all.
const mostNotes = 100

function notesOf(losses: readonly Loss[], { name, text }: ImportSource): string {
  if (losses.length === 0) return ''
  const lines = new Lines(text)
  const shown = lossFindings(losses.slice(0, mostNotes), name).map((finding) =>
    formatDiagnostic(finding, lines),
  )
  const more = losses.length - shown.length
  const rest = more === 0 ? [] : [`and ${counted(more, 'more of them', 'more of them')}: --json has all`]
  return `${[...shown, ...rest].join('\n\n')}\n`
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
