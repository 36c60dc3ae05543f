import { open, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import { AppError, errnoOf, messageOf } from '../core/error.ts'
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
import { cardJsonIn, failed, type ImportSource, megabytes, objectIn, sourceOf } from './import-source.ts'

/** The command `import`: a story of Twine or of a card as a rule file. */
export const importCommand: Command = {
  name: 'import',
  usage: '<file> [--as …] [--json]',
  words: { most: 1, what: 'the name of one file' },
  flags: { as: 'yoto or plain', name: 'a name for the story', out: 'a file' },
  about: 'makes a rule file of a story in Twee or on an interactive card',
  more: `It takes Twee 3 (.twee, .tw), as Twine exports it, and the JSON of a card of Yoto's (.json), of at most 10 MB. The rule file stands on stdout, or with --out in a new file; what could not be taken along is listed on stderr. --as says how the links of Twee are meant: yoto, where the first is the left button, the second the right one and the third where it goes on by itself, or plain, where one leads on and two are left and right. Without it that is worked out. --name names the story.`,
  async run(input) {
    const { flags, json } = input
    const source = await sourceOf(input)
    const story = { as: asOf(flags.get('as')), id: nameOf(flags.get('name')) }
    const imported = await importedFrom(source, story)
    const out = outOf(input)
    const yaml = writeStory(imported.story, { schema: schemaFrom(out, input) })
    if (Buffer.byteLength(yaml) > largestRuleFile)
      throw failed(
        'too_large',
        `this comes to a rule file of ${megabytes(Buffer.byteLength(yaml))} MB, and one may have 1 MB: make several stories of it`,
      )
    if (out !== null) await writeNew(out.path, yaml)
    const { losses } = imported
    if (json) return { answer: `${JSON.stringify({ yaml, losses }, null, 2)}\n`, failed: false }
    const { id, scenes } = imported.story
    const answer =
      out === null ? yaml : `${out.name} is written: story ${id}, ${counted(scenes.length, 'scene')}\n`
    return { answer, notes: notesOf(losses, source), failed: false }
  },
}

// As the files of the config folder are read.
const largestRuleFile = 1024 * 1024

interface Wished {
  readonly as: Convention | undefined
  readonly id: string | undefined
}

async function importedFrom(source: ImportSource, { as, id }: Wished): Promise<Imported> {
  const { name, text } = source
  try {
    if (extname(name).toLowerCase() !== '.json')
      return storyFromTwee(text, { as, id, audio: await audioBeside(source) })
    if (as !== undefined)
      throw new AppError('invalid', '--as is about Twee: the JSON of a card says itself what its buttons do')
    const json = cardJsonIn(text)
    const title = typeof json.title === 'string' ? json.title : basename(name, extname(name))
    const { resumeTimeout } = objectIn(objectIn(json.content).config)
    const resumeTimeout_s = typeof resumeTimeout === 'number' ? resumeTimeout : null
    return storyFromPlan(planFrom(json, title), { id, resumeTimeout_s })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
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
const plainName = /^[\p{L}\p{N}][\p{L}\p{N} _-]{0,59}$/u

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

/** Never over a file that is there; where it cannot be written whole, none is left. */
async function writeNew(path: string, text: string): Promise<void> {
  const shown = JSON.stringify(path.slice(-200))
  const handle = await open(path, 'wx').catch((error: unknown) => {
    if (errnoOf(error) === 'EEXIST')
      throw failed('conflict', `there is a file ${shown} already; name another with --out`)
    throw failed('invalid', `${shown} cannot be written: ${errnoOf(error) ?? messageOf(error)}`)
  })
  try {
    await writeFile(handle, text)
    await handle.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw failed('invalid', `${shown} cannot be written: ${errnoOf(error) ?? messageOf(error)}`)
  } finally {
    await handle.close()
  }
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
