import type { Context } from 'koa'
import { AppError } from '../../core/error.ts'
import { letPause } from '../connections.ts'
import { type FileBody, type FiniteListeners, serveFinite } from '../finite-body.ts'
import { type Route, route, type ServedRoute } from './route.ts'

/** What the calls of single files need of the house; they are the predecessor's. */
export interface AudioHouse {
  /** The files that can be played, in natural order. */
  audioFiles(): Promise<readonly AudioFile[]>
  /** What is played of the file; null where there is none of that name, or it cannot be played now. */
  audioBody(file: string): Promise<FileBody | null>
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

export function audioRoutes({ house, listeners, addressOf }: AudioDoor): (Route | ServedRoute)[] {
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
        const answer = await serveFinite(ctx, {
          newest: () => house.audioBody(name),
          listener: [`file ${name} address ${addressOf(ctx)}`],
          listeners,
        })
        if (answer === null)
          throw new AppError('not_found', `there is no file "${name.slice(0, 200)}" that can be played now`)
        letPause(ctx.req.socket)
      },
    },
  ]
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
