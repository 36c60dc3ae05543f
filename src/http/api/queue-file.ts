import { Type } from 'typebox'
import { answerFault } from '../../core/answer.ts'
import { AppError } from '../../core/error.ts'
import { lookUpAll } from '../../core/playable-files.ts'
import { checkPresetName, mostPresets } from '../../core/presets.ts'
import { checkStreamName, mostItems, mostStreams, queueModes, resumePolicies } from '../../core/queue.ts'
import {
  filesIn,
  type QueueFile,
  queueFileFormat,
  queueFileOf,
  queueFileVersion,
} from '../../core/queue-file.ts'
import { checkStreamTitle } from '../../core/stream-title.ts'
import { type AnswersHouse, answersOfStream } from './answers.ts'
import { refusal } from './body.ts'
import type { PresetsHouse } from './presets.ts'
import { type Route, route } from './route.ts'

/** What the calls of the file with all queues need of the house. */
export interface QueueFileHouse extends PresetsHouse, Pick<AnswersHouse, 'answers'> {
  /** Whether a file of the library could have the name. */
  isFileName(name: string): boolean
  /**
   * Makes streams and presets what the file says, all or none; with `replace` those that are not in it are deleted then.
   * Resolves with the names of the streams that were.
   */
  importQueues(file: QueueFile, mode: ImportMode): Promise<readonly string[]>
}

const importModes = ['merge', 'replace'] as const
export type ImportMode = (typeof importModes)[number]

const closed = { additionalProperties: false }
const file = Type.String({ minLength: 1, maxLength: 1000 })
const files = Type.Array(file, { maxItems: mostItems })
const playing = {
  loop: Type.Boolean(),
  shuffle: Type.Boolean(),
  mode: Type.Union(queueModes.map((mode) => Type.Literal(mode))),
  resume: Type.Union(resumePolicies.map((policy) => Type.Literal(policy))),
}
const stream = Type.Object(
  {
    title: Type.String(),
    files,
    playlist: Type.Union([Type.String({ maxLength: 1000 }), Type.Null()]),
    ...playing,
    closed: Type.Boolean(),
    closed_until: Type.Union([Type.String({ maxLength: 40 }), Type.Null()]),
    if_pressed: Type.Union([file, Type.Null()]),
    answers: Type.Optional(answersOfStream),
  },
  closed,
)
const preset = Type.Object({ files, ...playing }, closed)
const wholeFile = Type.Object(
  {
    format: Type.Literal(queueFileFormat),
    version: Type.Literal(queueFileVersion),
    streams: Type.Record(Type.String(), stream, { maxProperties: mostStreams }),
    presets: Type.Record(Type.String(), preset, { maxProperties: mostPresets }),
  },
  closed,
)

const mostBytes = 16 * 1024 * 1024
const mostFaults = 20

export function queueFileRoutes(house: QueueFileHouse): Route[] {
  return [exportRoute(house), importRoute(house)]
}

function exportRoute(house: QueueFileHouse): Route {
  return route({
    method: 'get',
    path: '/queues/export',
    summary:
      'All streams with their queues, settings and answers, and all presets, as one file for `/queues/import`.',
    needs: 'house',
    handle({ setHeader }) {
      setHeader('Content-Disposition', 'attachment; filename="yoto-smart-stream-queues.json"')
      return queueFileOf(house.queues(), house.presets.list(), (stream) => house.answers(stream))
    },
  })
}

function importRoute(house: QueueFileHouse): Route {
  return route({
    method: 'post',
    path: '/queues/import',
    summary:
      'Makes streams and presets what the file says, all or none; with `replace` others are deleted. Files that are not in the library are listed, and play once they are there.',
    needs: 'house',
    body: Type.Object(
      { mode: Type.Union(importModes.map((mode) => Type.Literal(mode))), file: wholeFile },
      closed,
    ),
    maxBytes: mostBytes,
    async handle({ body }) {
      checkContent(body.file, body.mode, house)
      const removed = await house.importQueues(body.file, body.mode)
      const names = [...filesIn(body.file)].map((named) => named.file)
      const found = await lookUpAll(names, (name) => house.lookup(name))
      const missing = [...found].flatMap(([name, { state }]) => (state === 'missing' ? [name] : []))
      const [streams, presets] = [Object.keys(body.file.streams), Object.keys(body.file.presets)]
      return {
        success: true,
        message: wordsOf(streams, presets, missing),
        streams,
        presets,
        removed,
        missing,
      }
    },
  })
}

/** What no schema can say. @throws AppError `unprocessable` that names every fault, up to twenty, with its place. */
function checkContent(given: QueueFile, mode: ImportMode, house: QueueFileHouse): void {
  const { isFileName } = house
  const faults: { field: string; message: string }[] = []
  const check = (field: string, passes: () => unknown) => {
    try {
      passes()
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      faults.push({ field: `file.${field}`, message: `is refused: ${error.message}` })
    }
  }
  for (const [name, { title, closed_until: until }] of Object.entries(given.streams)) {
    check(`streams.${name.slice(0, 80)}`, () => checkStreamName(name))
    check(`streams.${name.slice(0, 80)}.title`, () => checkStreamTitle(title))
    if (until !== null && Number.isNaN(Date.parse(until)))
      faults.push({ field: `file.streams.${name}.closed_until`, message: 'is no moment' })
  }
  for (const name of Object.keys(given.presets))
    check(`presets.${name.slice(0, 80)}`, () => checkPresetName(name))
  for (const { file, place } of filesIn(given))
    if (!isFileName(file))
      faults.push({ field: `file.${place}`, message: 'is no name of a file in the library' })
  faults.push(...answerFaults(given, (name) => mode === 'merge' && house.queue(name) !== undefined))
  if (faults.length > 0) throw refusal(faults.slice(0, mostFaults))
}

/** `stays`: whether a stream that is not in the file is there behind it. */
function answerFaults({ streams }: QueueFile, stays: (name: string) => boolean) {
  return Object.entries(streams).flatMap(([name, { answers = [] }]) =>
    answers.flatMap((answer, index) => {
      const field = `file.streams.${name.slice(0, 80)}.answers.${index}`
      const fault = answerFault(name, answer)
      if (fault !== null) return [{ field, message: fault }]
      if (Object.hasOwn(streams, answer.stream) || stays(answer.stream)) return []
      const message = `names a stream that is neither in the file nor there then: "${answer.stream}"`
      return [{ field: `${field}.stream`, message }]
    }),
  )
}

function wordsOf(streams: readonly string[], presets: readonly string[], missing: readonly string[]): string {
  const count = (things: readonly string[], one: string) =>
    `${things.length} ${one}${things.length === 1 ? '' : 's'}`
  const gone = missing.length === 0 ? '' : `; ${count(missing, 'file')} of them not in the library`
  return `${count(streams, 'stream')} and ${count(presets, 'preset')} imported${gone}`
}
