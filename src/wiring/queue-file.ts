import { staysInside } from '../audio/names.ts'
import type { Perform } from '../core/effect.ts'
import type { Presets } from '../core/presets.ts'
import type { Queue } from '../core/queue.ts'
import { answersIn, fillingFrom, presetsIn } from '../core/queue-file.ts'
import type { House } from '../http/api/app.ts'
import type { Hub } from '../hub.ts'
import type { Storage } from '../storage/storage.ts'
import { answersCollection, type StreamAnswers } from './answers.ts'

/** Where the queues and the presets lie in the store. */
export const queuesCollection = 'queues'
export const presetsCollection = 'presets'

interface ImportInput {
  readonly hub: Pick<Hub, 'queues' | 'mutateQueues'>
  readonly presets: Presets
  readonly answers: Pick<StreamAnswers, 'of' | 'setAll'>
  readonly perform: Perform
  /** Writes all entries or none. */
  readonly write: Storage['setMany']
}

const because = 'REST'

/** Takes in a file with all queues. What it has is written at once; what it has not is deleted behind that. */
export function queueImports(input: ImportInput): Pick<House, 'importQueues' | 'isFileName'> {
  const { hub, presets, answers, perform, write } = input
  return {
    isFileName: staysInside,
    async importQueues(file, mode) {
      const filed = presetsIn(file)
      const isOther = (known: object) => (name: string) => mode === 'replace' && !Object.hasOwn(known, name)
      const otherStreams = namesOf(hub.queues()).filter(isOther(file.streams))
      const otherPresets = namesOf(presets.list()).filter(isOther(file.presets))
      const mutations = new Map(
        Object.entries(file.streams).map(([name, stream]) => [name, fillingFrom(stream)]),
      )
      const answering = answersIn(file, {
        isWhole: mode === 'replace',
        before: (stream) => answers.of(stream),
      })
      const writeWith = (queues: readonly Queue[]) =>
        write([
          ...queues.map((queue) => entry(queuesCollection, queue.name, queue)),
          ...filed.map((preset) => entry(presetsCollection, preset.name, preset)),
          ...[...answering].map(([stream, list]) => entry(answersCollection, stream, list)),
        ])
      const inQueues = () =>
        hub.mutateQueues(mutations, { reason: because, leaving: otherStreams, write: writeWith })
      await presets.saveAll(filed, {
        leaving: otherPresets,
        write: () => answers.setAll(answering, inQueues),
      })
      for (const stream of otherStreams) await perform({ kind: 'delete-stream', stream }, because)
      for (const name of otherPresets) await presets.delete(name)
      return otherStreams
    },
  }
}

function entry(collection: string, key: string, value: unknown) {
  return { collection, key, value }
}

function namesOf(things: readonly { readonly name: string }[]): string[] {
  return things.map(({ name }) => name)
}
