import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ImportFault } from '../audio/import/fault.ts'
import { drawPicture } from '../audio/import/picture.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import type { Picture } from '../core/picture.ts'
import { Places } from '../core/places.ts'
import type { Draw } from '../pictures/drawing.ts'
import { sizeOf } from '../pictures/picture-size.ts'

interface DrawInput {
  /** Absolute; pictures lie in it while they are drawn. */
  readonly folder: string
  readonly clock: Clock
  /** The program; `ffmpeg` as the path of the machine has it. */
  readonly ffmpeg?: string
}

// From when it is here, waiting for others included. A picture of a telephone takes one or two.
const withinMs = 5_000
// It takes a tenth of a second: what holds it up is the machine, busy with audio perhaps.
const smallPixels = 1_000_000
const smallWithinMs = 20_000
const partEnding = '.part'

/** Draws pictures with ffmpeg, one after the other: each may take much memory. @throws Error where the folder cannot be made */
export async function openDraw({ folder, clock, ffmpeg }: DrawInput): Promise<Draw> {
  await mkdir(folder, { recursive: true })
  // What a process that was killed has left.
  for (const name of await readdir(folder))
    if (name.endsWith(partEnding)) await rm(join(folder, name), { force: true })
  const place = new Places(1)
  return async (picture, drawing) => {
    const path = join(folder, `${randomUUID()}${partEnding}`)
    const late = new AbortController()
    let isDrawn = false
    const isSmall = pixelsOf(picture) <= smallPixels
    const end = () => late.abort(isDrawn && !isSmall ? tooLong() : busy())
    const cancel = clock.at(new Date(clock.now().getTime() + (isSmall ? smallWithinMs : withinMs)), end)
    try {
      return await place.take(late.signal, async () => {
        isDrawn = true
        await writeFile(path, picture.bytes, { flag: 'wx', mode: 0o600 })
        const running = { signal: late.signal, clock, ...(ffmpeg === undefined ? {} : { ffmpeg }) }
        return await drawPicture({ path, type: picture.type }, drawing, running)
      })
    } catch (error) {
      if (error instanceof ImportFault) throw wordsOf(error)
      throw error
    } finally {
      cancel()
      await rm(path, { force: true })
    }
  }
}

function pixelsOf(picture: Picture): number {
  const { width, height } = sizeOf(picture) ?? { width: Number.POSITIVE_INFINITY, height: 1 }
  return width * height
}

function tooLong(): AppError {
  return new AppError(
    'unprocessable',
    `this picture takes longer than ${withinMs / 1000} s to draw: save it smaller, as a JPEG of 2000 pixels`,
    { details: { fault: 'too-long' } },
  )
}

function busy(): AppError {
  return new AppError('busy', 'this machine is busy with other work: send the picture again in a moment')
}

function wordsOf(error: ImportFault): AppError {
  const { message, of } = error
  if (of === 'machine')
    return new AppError(
      'unavailable',
      `the picture cannot be made smaller here (${message}): without ffmpeg, bring a PNG of 16×16 pixels as an icon, and a card without a cover`,
      { cause: error },
    )
  const cause = { cause: error, details: { fault: 'broken' } }
  return new AppError('unprocessable', `this picture cannot be used: ${message}`, cause)
}
