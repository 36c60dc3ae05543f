import type { Answer } from './answer.ts'
import type { Preset } from './presets.ts'
import type { Queue, QueueMutation } from './queue.ts'

export const queueFileFormat = 'yoto-smart-stream/queues'
export const queueFileVersion = 1

/** All queues of a household as one file: of items their files, for ids and places are those of one household. */
export interface QueueFile {
  readonly format: typeof queueFileFormat
  readonly version: typeof queueFileVersion
  /** By name. */
  readonly streams: Readonly<Record<string, FiledStream>>
  readonly presets: Readonly<Record<string, FiledPreset>>
}

export interface FiledStream
  extends Pick<
    Queue,
    'title' | 'playlist' | 'loop' | 'shuffle' | 'mode' | 'resume' | 'closed' | 'closed_until' | 'if_pressed'
  > {
  readonly files: readonly string[]
  /** Which streams answer in place of it. Absent: nothing is said of them. */
  readonly answers?: readonly Answer[]
}

export type FiledPreset = Omit<Preset, 'name'>

/** `answersOf`: those of a stream by its name. */
export function queueFileOf(
  queues: readonly Queue[],
  presets: readonly Preset[],
  answersOf: (stream: string) => readonly Answer[] = () => [],
): QueueFile {
  return {
    format: queueFileFormat,
    version: queueFileVersion,
    streams: Object.fromEntries(
      queues.map((queue) => [queue.name, filedStream(queue, answersOf(queue.name))]),
    ),
    presets: Object.fromEntries(presets.map(({ name, ...preset }) => [name, preset])),
  }
}

/** What makes a stream what the file says, whatever it was before. */
export function fillingFrom({
  files,
  playlist,
  closed,
  answers: _,
  ...settings
}: FiledStream): QueueMutation {
  return { op: 'replace', files, playlist, settings: { ...settings, closed } }
}

export function presetsIn({ presets }: QueueFile): Preset[] {
  return Object.entries(presets).map(([name, preset]) => ({ name, ...preset }))
}

/** Every file that is named, with where that is. */
export function* filesIn({ streams, presets }: QueueFile): Generator<{ file: string; place: string }> {
  for (const [name, { files, if_pressed }] of Object.entries(streams)) {
    for (const [index, file] of files.entries()) yield { file, place: `streams.${name}.files.${index}` }
    if (if_pressed !== null) yield { file: if_pressed, place: `streams.${name}.if_pressed` }
  }
  for (const [name, { files }] of Object.entries(presets))
    for (const [index, file] of files.entries()) yield { file, place: `presets.${name}.files.${index}` }
}

/**
 * The answers that streams have after the file was brought, of those whose are other ones then. With `isWhole` the file
 * says all there is to be: what it says nothing of has none.
 */
export function answersIn(
  { streams }: QueueFile,
  { isWhole, before }: { isWhole: boolean; before: (stream: string) => readonly Answer[] },
): Map<string, readonly Answer[]> {
  const filed = Object.entries(streams).flatMap(([name, { answers = isWhole ? [] : undefined }]) =>
    answers === undefined || (answers.length === 0 && before(name).length === 0)
      ? []
      : [[name, answers] as const],
  )
  return new Map(filed)
}

function filedStream(queue: Queue, answers: readonly Answer[]): FiledStream {
  const { title, items, playlist, loop, shuffle, mode, resume, closed, closed_until, if_pressed } = queue
  const files = items.map((item) => item.file)
  const filed = { title, files, playlist, loop, shuffle, mode, resume, closed, closed_until, if_pressed }
  return answers.length === 0 ? filed : { ...filed, answers }
}
