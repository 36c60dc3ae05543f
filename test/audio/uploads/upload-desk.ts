import { Library } from '../../../src/audio/library/library.ts'
import type { UploadChange } from '../../../src/audio/uploads/upload-list.ts'
import type { UploadRecord } from '../../../src/audio/uploads/upload-record.ts'
import { Uploads } from '../../../src/audio/uploads/uploads.ts'
import type { Clock } from '../../../src/core/clock.ts'
import type { Collection } from '../../../src/core/collection.ts'
import type { Sending } from '../../../src/core/upload.ts'
import { memoryCollection } from '../../support/memory-collection.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

export interface DeskOptions {
  readonly records?: Collection<UploadRecord>
  readonly clock?: Clock
  readonly limitMb?: number
  readonly ffmpeg?: string
}

/** Uploads into a folder, and its library, as a run of the product has them; what it keeps can be handed to the next. */
export async function openDesk<Options extends DeskOptions>(folder: string, options: Options) {
  const { records = memoryCollection(), limitMb = 16 } = options
  const clock = (options.clock ?? new VirtualClock()) as Options['clock'] extends Clock
    ? Options['clock']
    : VirtualClock
  const log = recordingLog()
  const changes: UploadChange[] = []
  const listeners = new Set<(change: UploadChange) => void>()
  const library = new Library({ folders: [folder], clock, log })
  let ids = 0
  let landings = 0
  const uploads = new Uploads({
    folder,
    records,
    library,
    limitMb,
    landed: () => {
      landings += 1
    },
    changed: (change) => {
      changes.push(change)
      for (const each of listeners) each(change)
    },
    newId: () => `upload-number-${++ids}-${clock.now().getTime()}`,
    clock,
    log,
    ...(options.ffmpeg === undefined ? {} : { ffmpeg: options.ffmpeg }),
  })
  await uploads.open()
  return {
    uploads,
    library,
    records,
    clock,
    log,
    changes,
    landings: () => landings,
    onChange: (listener: (change: UploadChange) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async stop() {
      await uploads.stop()
      await library.close()
    },
  }
}

/** Bytes that are all there at once. */
export function sending(bytes: Uint8Array, from = 0): Sending {
  return {
    from,
    length: bytes.length,
    async *bytes(signal) {
      for (let at = 0; at < bytes.length; at += 10_000) {
        signal.throwIfAborted()
        yield bytes.subarray(at, at + 10_000)
      }
    },
  }
}
