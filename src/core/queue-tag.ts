import { AppError } from './error.ts'
import type { Queue } from './queue.ts'

/** Tells one state of one stream from every other, also from those of an earlier stream of its name. */
export function queueTag({ made, version }: Pick<Queue, 'made' | 'version'>): string {
  return `${made}-${version}`
}

/** The states of a stream that a change is meant for; `any`: whichever, so long as there is the stream. */
export type MeantFor = 'any' | readonly string[]

/**
 * Whether the stream still is as whoever asks has seen it; absent, they do not mind.
 * @throws AppError `stale`, with the tag of the state it has now in its details.
 */
export function checkMeant(
  { name, queue }: { readonly name: string; readonly queue: Queue | undefined },
  meant: MeantFor | undefined,
): void {
  if (meant === undefined) return
  if (queue === undefined)
    throw new AppError('stale', `there is no stream "${name}" any more; nothing was changed`)
  const tag = queueTag(queue)
  if (meant === 'any' || meant.includes(tag)) return
  throw new AppError(
    'stale',
    `stream "${name}" has changed since you read it; nothing was changed now. Read it anew and repeat the change with the tag it has then ("${tag}" by now), or send it without If-Match`,
    { details: { etag: `"${tag}"` } },
  )
}
