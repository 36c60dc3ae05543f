import { faultText } from './attempt.ts'
import { importingText } from './importing.ts'
import { RequestError } from './request.ts'
import type { Say } from './text.ts'
import { type Transfer, type TransferState, Unreadable } from './transfer.ts'

const stateWords = {
  queued: 'upload.queued',
  sending: 'upload.sending',
  broken: 'upload.broken',
  stopped: 'upload.stopped',
  waiting: 'upload.waiting',
  elsewhere: 'upload.elsewhere',
  importing: 'library.importing',
  ready: 'upload.ready',
  refused: 'upload.refused',
  failed: 'upload.stopped',
} as const satisfies Record<TransferState, string>

/** How it is with a file on its way, in one line. */
export function transferText({ state, sent, size, progress, again }: Transfer, say: Say): string {
  if (again) return say('upload.later')
  if (state === 'importing') return importingText(progress, say)
  // What is not all there yet never reads as if it were.
  return say(stateWords[state], { percent: Math.floor((sent / Math.max(1, size)) * 100) })
}

/** Why it does not go on; null where that needs no words. */
export function transferFault({ state, fault, canReplace }: Transfer, say: Say): string | null {
  // The line above says that much.
  if (fault === null || (state === 'broken' && !(fault instanceof RequestError))) return null
  if (typeof fault === 'string') return fault
  // Beside it stands a button for what the product would have said in its own terms.
  if (canReplace) return say('upload.taken')
  if (fault instanceof Unreadable) return say('upload.unreadable')
  if (fault instanceof RequestError && fault.status !== 401) return fault.message
  return faultText(fault, say)
}
