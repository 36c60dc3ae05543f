import { isoOf } from '../../core/clock.ts'
import type { Upload } from '../../core/upload.ts'
import type { Lookup } from '../library/inspect-file.ts'

/** What is known of an upload over restarts. */
export interface UploadRecord {
  readonly id: string
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly replace: boolean
  /** So many bytes are on the disk for good. */
  readonly synced: number
  /** ISO 8601. */
  readonly begun_at: string
  /** When something of it came last. */
  readonly touched_at: string
  /** What became of it; null while it is open. */
  readonly end: UploadEnd | null
}

export type UploadEnd =
  | { readonly kind: 'landed' }
  /** It can never be played, and was to replace another, which stayed; `reason` is for people. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** `reason` is for people. */
  | { readonly kind: 'failed'; readonly reason: string }

/** An upload in this run. */
export interface KnownUpload {
  record: UploadRecord
  received: number
  touchedAt: Date
  /** Ends the request that brings it; null while there is none. */
  sender: AbortController | null
  /** What the library said of it last, when it has landed. */
  lookup: Lookup
  /** How often the library was asked, and which of these times its answer is from. */
  asked: number
  answered: number
  /** What was told of it last, and when. */
  told: { readonly text: string; readonly state: Upload['state']; readonly atMs: number } | null
}

const justLanded: Lookup = { state: 'importing', progress: 0 }

export function knownUpload(record: UploadRecord): KnownUpload {
  const touchedAt = new Date(record.touched_at)
  const received = record.end?.kind === 'landed' ? record.size : 0
  return { record, received, touchedAt, sender: null, lookup: justLanded, asked: 0, answered: 0, told: null }
}

/** The upload as others see it. */
export function viewOf({ record, received, sender, lookup }: KnownUpload): Upload {
  const { id, name, size, replace, end } = record
  const begun_at = isoOf(new Date(record.begun_at))
  const facts = { id, name, size, received, replace, begun_at }
  if (end === null)
    return { ...facts, state: sender === null ? 'waiting' : 'receiving', progress: received / size }
  if (end.kind !== 'landed') return { ...facts, state: end.kind, reason: end.reason }
  switch (lookup.state) {
    case 'importing':
      return { ...facts, state: 'importing', progress: lookup.progress }
    case 'ready':
      return { ...facts, state: 'ready' }
    case 'refused':
      return { ...facts, ...lookup }
    case 'missing':
      return { ...facts, state: 'failed', reason: 'it had arrived, and was removed from the library since' }
  }
}
