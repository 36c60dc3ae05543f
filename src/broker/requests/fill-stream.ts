import { Type } from 'typebox'
import { requireFiles } from '../../core/playable-files.ts'
import { checkStreamName, type QueueMutation } from '../../core/queue.ts'
import { type RequestDef, request } from './request.ts'
import { existing, streamName, streamView } from './stream-queue.ts'

const files = Type.Array(Type.String({ minLength: 1, maxLength: 1000, expected: 'the name of a file' }), {
  minItems: 1,
  maxItems: 10_000,
  expected: 'a list of file names, at least one',
})

export const appendToStream = filling('append', {
  describe: 'Appends `files` to `stream`, all or none; makes the stream when it is new.',
  mutation: (given) => ({ op: 'append', files: given }),
})

export const insertNextInStream = filling('insert_next', {
  describe: 'Puts `files` behind the current item of `stream`, all or none; makes the stream when it is new.',
  mutation: (given) => ({ op: 'insert-next', files: given }),
})

export const replaceStream = filling('replace', {
  describe: 'Puts `files` in place of all that `stream` has, all or none; makes the stream when it is new.',
  mutation: (given) => ({ op: 'replace', files: given, playlist: null }),
})

function filling(
  op: string,
  { describe, mutation }: { describe: string; mutation: (files: readonly string[]) => QueueMutation },
): RequestDef {
  return request({
    describe,
    body: Type.Object({ stream: streamName(), files }, { additionalProperties: false }),
    async answer({ stream: written, files: given }, ports) {
      const stream = checkStreamName(written)
      const { lookup, perform } = ports
      await requireFiles(given, { lookup, consequence: 'nothing was changed' })
      await perform({ kind: 'mutate-queue', stream, mutation: mutation(given) }, `MQTT request stream/${op}`)
      return streamView(existing(stream, ports))
    },
  })
}
