import { Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { checkStreamName, type Queue } from '../../core/queue.ts'
import { calledSo } from '../../core/slug.ts'
import { type RequestPorts, request } from './request.ts'

const mostItems = 200

export const streamQueue = request({
  describe: `A stream with its items and their ids: \`stream\`, and of a long queue \`offset\` and \`limit\` (at most ${mostItems}).`,
  body: Type.Object(
    {
      stream: streamName(),
      offset: Type.Optional(Type.Integer({ minimum: 0 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: mostItems })),
    },
    { additionalProperties: false },
  ),
  answer({ stream, offset = 0, limit = mostItems }, ports) {
    const queue = existing(stream, ports)
    const items = queue.items.slice(offset, offset + limit).map(({ id, file }) => ({ id, file }))
    return { ...streamView(queue), current: queue.current, offset, items }
  },
})

/** The name of a stream, in the body of a request. */
export function streamName() {
  return Type.String({ minLength: 1, expected: 'the name of a stream' })
}

/** @throws AppError `unprocessable` for a name no stream can have, `not_found` where there is none. */
export function existing(name: string, { queues }: Pick<RequestPorts, 'queues'>): Queue {
  const queue = calledSo(queues(), name, (one) => one.name)
  if (queue === undefined) checkStreamName(name)
  if (queue === undefined) throw new AppError('not_found', `there is no stream "${name}"`)
  return queue
}

/** What a change of a stream is answered with; its items stand in `stream/queue`. */
export function streamView({ name, title, items, closed, closed_until, if_pressed, ...queue }: Queue) {
  const { loop, shuffle, mode, resume, playlist, reason, version } = queue
  return {
    name,
    title,
    count: items.length,
    loop,
    shuffle,
    mode,
    resume,
    closed,
    closed_until,
    if_pressed,
    playlist,
    reason,
    version,
  }
}
