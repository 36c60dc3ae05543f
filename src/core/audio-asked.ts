/** Audio that somebody with a good key asks for. */
export interface AudioAsked {
  /** Null of a story. */
  readonly stream: string | null
  readonly player: string | null
  readonly card_id: string | null
  /** The place of a queue card, or the chapter of a story's; null for the whole queue as one file. */
  readonly place: string | null
  readonly method: 'GET' | 'HEAD'
  /** Of the client; it is not kept. */
  readonly address: string
  /** As the client sent it; it is not kept. */
  readonly userAgent: string
}

/** A request that is being answered. */
export interface OpenRequest {
  readonly id: string
  answered(answer: AudioAnswered): void
}

/** What a request was answered; of audio null where none was sent. */
export interface AudioAnswered {
  /** HTTP status. */
  readonly status: number
  /** Whether the answer begins at the beginning of the audio. */
  readonly from_start: boolean | null
  /** Of the answer, as it was announced; null where nothing was said of its length. */
  readonly bytes: number | null
  /** The bytes of the whole that the answer has: `0-383/768`; null for all of them. */
  readonly range: string | null
  /** The file that the answer begins in; null where it is none of the library. */
  readonly item: string | null
}
