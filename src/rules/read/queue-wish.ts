import type { Effect } from '../../core/effect.ts'
import { AppError } from '../../core/error.ts'
import { decodeJson } from '../../language/json.ts'
import { contentsOf, effectsOf, queue } from '../actions/queue.ts'

/** What somebody outside the rules wishes of a stream in the words of the action `queue`. */
export interface QueueWish {
  readonly effects: readonly Effect[]
  /** Playlists and files that it speaks of. */
  readonly contents: readonly string[]
}

/**
 * Reads the action's options as JSON. `owner`: whose earlier queue is kept and brought back.
 * @throws AppError `unprocessable` in the words that rule files are checked with, `invalid` when they say nothing to do.
 */
export function readQueueWish(
  json: unknown,
  { stream, owner }: { readonly stream: string; readonly owner: string },
): QueueWish {
  const read = decodeJson(queue.options, json, { what: '`queue`' })
  if ('problem' in read) throw new AppError('unprocessable', read.problem)
  const options = read.value
  if (options.stream !== undefined && options.stream !== stream)
    throw new AppError(
      'unprocessable',
      `\`stream\` names "${options.stream.slice(0, 80)}", but this was asked of the stream "${stream}"`,
    )
  return { effects: effectsOf(options, { stream, owner }), contents: contentsOf(options) }
}
