import { Type } from 'typebox'
import { type QueueMutation, queueModes, resumePolicies } from '../../core/queue.ts'
import { type RequestPorts, request } from './request.ts'
import { existing, streamName, streamView } from './stream-queue.ts'

const closed = { additionalProperties: false }
const itemId = Type.String({ minLength: 1, expected: 'the id of an item, as stream/queue tells it' })

export const removeFromStream = request({
  describe: 'Removes the item with this `id` from `stream`.',
  body: Type.Object({ stream: streamName(), id: itemId }, closed),
  answer: ({ stream, id }, ports) => changed(stream, { op: 'remove', id }, ports),
})

export const moveInStream = request({
  describe: 'Moves the item `id` of `stream` to the place before the item `before`; null: to the end.',
  body: Type.Object({ stream: streamName(), id: itemId, before: Type.Union([itemId, Type.Null()]) }, closed),
  answer: ({ stream, id, before }, ports) => changed(stream, { op: 'move', id, before }, ports),
})

export const clearStream = request({
  describe: 'Empties `stream`; the stream stays.',
  body: Type.Object({ stream: streamName() }, closed),
  answer: ({ stream }, ports) => changed(stream, { op: 'clear' }, ports),
})

export const setUpStream = request({
  describe:
    'Changes how `stream` plays: `title`, `loop`, `shuffle`, `mode`, `resume`, and `if_pressed`, the file that is heard once while it is closed or empty (null: the usual clip).',
  body: Type.Object(
    {
      stream: streamName(),
      title: Type.Optional(Type.String()),
      loop: Type.Optional(Type.Boolean()),
      shuffle: Type.Optional(Type.Boolean()),
      mode: Type.Optional(Type.Union(queueModes.map((mode) => Type.Literal(mode)))),
      resume: Type.Optional(Type.Union(resumePolicies.map((policy) => Type.Literal(policy)))),
      if_pressed: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 1000 }), Type.Null()])),
    },
    { ...closed, minProperties: 2 },
  ),
  answer: ({ stream, ...settings }, ports) => changed(stream, { op: 'settings', settings }, ports),
})

export const deleteStream = request({
  describe: 'Deletes `stream` and its queue. `comes_back`: the schedule and the rules that make it anew.',
  body: Type.Object({ stream: streamName() }, closed),
  async answer({ stream }, ports) {
    const { name } = existing(stream, ports)
    await ports.perform({ kind: 'delete-stream', stream: name }, 'MQTT request stream/delete')
    return { deleted: name, comes_back: ports.refillsOf(name) }
  },
})

async function changed(stream: string, mutation: QueueMutation, ports: RequestPorts) {
  const { name } = existing(stream, ports)
  await ports.perform({ kind: 'mutate-queue', stream: name, mutation }, `MQTT request stream/${mutation.op}`)
  return streamView(existing(name, ports))
}
