/** How far an upload has come. Of the last three none goes on by itself. */
export type UploadState = 'waiting' | 'receiving' | 'importing' | 'ready' | 'refused' | 'failed'

/** A file on its way into the library, or one that came lately. */
export interface Upload {
  readonly id: string
  /** In the library, with forward slashes. */
  readonly name: string
  /** Bytes, of all of it and of what has come. */
  readonly size: number
  readonly received: number
  readonly replace: boolean
  readonly state: UploadState
  /** 0 to 1: of receiving it, then of importing it; absent where it has ended. */
  readonly progress?: number
  /** Why it is refused or has failed, for people. */
  readonly reason?: string
  /** Of what is refused: only for now, for it is tried again by itself. */
  readonly again?: true
  /** ISO 8601 with offset. */
  readonly begun_at: string
}

/** What somebody wants to bring. */
export interface UploadWish {
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Whether a file of that name may be there already, and goes when this one is there. */
  readonly replace: boolean
}

/** Bytes of an upload, as one request brings them. */
export interface Sending {
  /** Where in the file they begin. */
  readonly from: number
  /** How many there are; null where that is not said before. */
  readonly length: number | null
  /** Reads them once. It throws an AppError where they break off, and the signal's reason when that is aborted. */
  bytes(signal: AbortSignal): AsyncIterable<Uint8Array>
}
