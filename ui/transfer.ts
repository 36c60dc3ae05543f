import type { Upload } from '../src/core/upload.ts'

/**
 * How a file on its way is: `queued` waits for its turn here, `broken` for the connection; `elsewhere` is sent from
 * another page, `waiting` was once.
 */
export type TransferState =
  | 'queued'
  | 'sending'
  | 'broken'
  | 'stopped'
  | 'elsewhere'
  | 'waiting'
  | 'importing'
  | 'ready'
  | 'refused'
  | 'failed'

/** A file on its way into the library, as the page shows it. */
export interface Transfer {
  readonly key: string
  readonly name: string
  /** Bytes, of all of it and of what has come. */
  readonly size: number
  readonly sent: number
  readonly state: TransferState
  /** 0 to 1, of the import. */
  readonly progress: number
  /** Why it does not go on: an error of ours, or the product's words. */
  readonly fault: unknown
  /** The name is taken, and the file may take the place of the one that has it. */
  readonly canReplace: boolean
  /** It is refused only for now: its import is tried again by itself. */
  readonly again: boolean
  /** Whether this page sends it. */
  readonly isOwn: boolean
}

/** The browser cannot read the file (any more), or it is a folder. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

type Landed = Extract<Upload['state'], 'importing' | 'ready' | 'refused' | 'failed'>

export function hasLanded(state: Upload['state']): state is Landed {
  return state !== 'waiting' && state !== 'receiving'
}

/** What is ready or refused is in the library, and is shown there; what was deleted there is nowhere any more. */
export function isShown({ state, received, size }: Upload): boolean {
  const wasDeleted = state === 'failed' && received >= size
  return state !== 'ready' && state !== 'refused' && !wasDeleted
}

export function otherOf(upload: Upload): Transfer {
  const { id, name, size, received, state, progress = 0, reason, again = false } = upload
  const shown = state === 'receiving' ? 'elsewhere' : state
  const more = { canReplace: false, isOwn: false, fault: reason ?? null, again }
  return {
    key: id,
    name,
    size,
    sent: received,
    state: shown,
    progress: hasLanded(state) ? progress : 0,
    ...more,
  }
}

/** @throws Unreadable */
export async function checkReadable(file: File): Promise<void> {
  try {
    await file.slice(0, 1).arrayBuffer()
  } catch (cause) {
    throw new Unreadable('the file cannot be read', { cause })
  }
}
