import type { Context } from 'koa'
import { AppError } from '../../core/error.ts'
import { letPause } from '../connections.ts'
import { type FileBody, type FiniteListeners, serveFinite } from '../finite-body.ts'
import { type Route, route, type ServedRoute } from './route.ts'

/** What the calls of single files need of the house; those by name are the predecessor's. */
export interface AudioHouse {
  /** The files that can be played, in natural order. */
  audioFiles(): Promise<readonly AudioFile[]>
  /** What is played of the file; null where there is none of that name, or it cannot be played now. */
  audioBody(file: string): Promise<FileBody | null>
  /** The same by the id of the file. @throws AppError `not_found` where there is no such file */
  libraryAudio(id: string): Promise<FileBody | null>
}

export interface AudioFile {
  readonly file: string
  /** Bytes of what is played. */
  readonly size: number
  readonly seconds: number
  readonly added_at: string
  readonly modified_at: string
}

interface AudioDoor {
  readonly house: AudioHouse
  readonly listeners: FiniteListeners
  readonly addressOf: (ctx: Context) => string
}

export function audioRoutes(door: AudioDoor): (Route | ServedRoute)[] {
  const { house } = door
  return [
    route({
      method: 'get',
      path: '/audio/list',
      summary: 'The files that can be played, as the predecessor had them.',
      needs: 'house',
      async handle() {
        const files = (await house.audioFiles()).map(view)
        return { files, count: files.length }
      },
    }),
    {
      method: 'get',
      path: '/audio/{filename}',
      isRest: true,
      summary: 'The audio of one file; its name may have folders in it.',
      needs: 'house',
      async serve(ctx, { param }) {
        const name = param('filename')
        const isServed = await serveFile(ctx, { door, file: name, newest: () => house.audioBody(name) })
        if (!isServed)
          throw new AppError('not_found', `there is no file "${name.slice(0, 200)}" that can be played now`)
      },
    },
    {
      method: 'get',
      path: '/library/{id}/audio',
      isRest: true,
      summary: 'What is played of a file.',
      needs: 'house',
      async serve(ctx, { param }) {
        const id = param('id')
        const isServed = await serveFile(ctx, { door, file: id, newest: () => house.libraryAudio(id) })
        if (!isServed) throw new AppError('not_found', 'this file cannot be played now')
      },
    },
  ]
}

interface Served {
  readonly door: AudioDoor
  /** Tells it from others that the same listener hears. */
  readonly file: string
  readonly newest: () => Promise<FileBody | null>
}

/** Whether there was something to play. */
async function serveFile(ctx: Context, { door, file, newest }: Served): Promise<boolean> {
  const { listeners, addressOf } = door
  const answer = await serveFinite(ctx, {
    newest,
    listener: [`file ${file} address ${addressOf(ctx)}`],
    listeners,
  })
  if (answer === null) return false
  letPause(ctx.req.socket)
  return true
}

/** Nothing is written down of what is said in a file. */
const transcript = { status: 'disabled', has_transcript: false }

function view({ file, size, seconds, added_at, modified_at }: AudioFile) {
  return {
    filename: file,
    size,
    duration: Math.round(seconds),
    url: `/api/audio/${file.split('/').map(encodeURIComponent).join('/')}`,
    transcript,
    created_at: added_at,
    updated_at: modified_at,
  }
}
