import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Queue } from '../core/queue.ts'
import { type Playable, playable } from './playable.ts'
import type { FileSource } from './rendition-reading.ts'
import type { Found } from './sources/source.ts'

/** A short sound in memory, which nobody is to keep. */
export interface Clip {
  readonly length: number
  readonly etag: null
  readonly bytes: Buffer
}

interface InsteadOptions {
  readonly library: FileSource & { find(reference: string): Promise<Found> }
  /** The sound that comes with the product, as it is to be now. */
  readonly clip: () => Buffer
  /** That of the household: `clip:still-sleepy-time` is heard as `clip:still-sleepy-time-de` where there is one. */
  readonly language: () => string
  readonly log: Log
  /** Ends what is being read at a frame. */
  readonly signal?: AbortSignal
}

/**
 * Tells what is heard of a stream that has nothing to play: its `if_pressed` while it is closed or empty, otherwise
 * the clip. Never rejects: a file that cannot be played gives way to the clip, and is logged once until it has been
 * well again.
 */
export function insteadWith(
  options: InsteadOptions,
): (queue: Pick<Queue, 'name' | 'items' | 'closed' | 'if_pressed'> | undefined) => Promise<Playable | Clip> {
  const { clip, log } = options
  const clips = new Map<Buffer, Clip>()
  const usual = () => usualOf(clip(), clips)
  const said = new Set<string>()
  return async (queue) => {
    if (queue === undefined || queue.if_pressed === null) return usual()
    const { name: stream, items, closed, if_pressed } = queue
    if (!closed && items.length > 0) return usual()
    const found = await inLanguage(if_pressed, options)
    if ('body' in found) {
      said.delete(if_pressed)
      return found.body
    }
    if (!said.has(if_pressed))
      log.warn('the file of if_pressed cannot be played; the usual clip is heard in its place', {
        stream,
        file: if_pressed,
        reason: found.reason,
      })
    said.add(if_pressed)
    return usual()
  }
}

/** Who asks twice is given the same. */
function usualOf(bytes: Buffer, clips: Map<Buffer, Clip>): Clip {
  const known = clips.get(bytes)
  if (known !== undefined) return known
  const made: Clip = { length: bytes.length, etag: null, bytes }
  clips.set(bytes, made)
  return made
}

/** What comes with the product is heard in the language of the household, a file of the library as it is. */
async function inLanguage(file: string, options: InsteadOptions): ReturnType<typeof bodyOf> {
  if (!file.startsWith('clip:')) return bodyOf(file, options)
  const spoken = await bodyOf(`${file}-${options.language()}`, options)
  return 'body' in spoken ? spoken : bodyOf(file, options)
}

async function bodyOf(
  file: string,
  { library, signal }: InsteadOptions,
): Promise<{ readonly body: Playable } | { readonly reason: string }> {
  try {
    const lookup = await library.find(file)
    const body = lookup.state === 'ready' ? playable([lookup.file], library, signal) : null
    if (body === null)
      return { reason: lookup.state === 'refused' ? lookup.reason : 'it is not in the library' }
    // What cannot be opened is found out here, while there is still something else to give.
    const begun = await body.read({ start: 0, end: 0 })
    begun.destroy()
    return { body }
  } catch (error) {
    return { reason: messageOf(error) }
  }
}
