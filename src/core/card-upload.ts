/** Audio that is to lie in the account. */
export interface AudioToUpload<Bytes> {
  /** Of its very bytes, in hex. */
  readonly sha256: string
  /** For people and for messages; no path. */
  readonly filename: string
  /** MIME type: `audio/mpeg`. */
  readonly type: string
  /** Bytes. */
  readonly size: number
  /** All the bytes, from the first; asked for anew each time they are sent. */
  open(): Promise<Bytes>
}

/** How far the audio of a card has come on its way to the account. */
export interface CardUpload {
  /** Of `failed` it is tried again by itself. */
  readonly state: 'waiting' | 'uploading' | 'failed'
  /** How many pieces of audio the card plays, and how many of them lie in the account; 0 before that is known. */
  readonly of: number
  readonly done: number
  /** 0 to 100, of all bytes. */
  readonly percent: number
  /** Why it failed, for people. */
  readonly problem: string | null
}

export const waitingUpload: CardUpload = { state: 'waiting', of: 0, done: 0, percent: 0, problem: null }
