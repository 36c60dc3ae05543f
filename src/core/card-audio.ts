/** The audio of a track that lies in the account, as it can be fetched for a while. */
export interface TrackAudio {
  readonly title: string
  /** Of these very bytes: others have another. */
  readonly id: string
  /** In the cloud's own word: `aac`, `opus`. */
  readonly format: string
  readonly url: URL
}

/** Bytes on their way here, counted from `from`. */
export interface ArrivingAudio {
  /** Of all of it. */
  readonly size: number
  readonly from: number
  readonly bytes: AsyncIterable<Uint8Array>
}

/** How the audio of a card comes into the library, and then into a stream. */
export interface CardCopy {
  readonly card_id: string
  readonly stream: string
  /** `failed`: asked for again, it goes on where it was. */
  readonly state: 'copying' | 'done' | 'failed'
  /** How many tracks there are, and how many of them lie in the library. */
  readonly of: number
  readonly done: number
  /** The files by now, as queues name them. */
  readonly files: readonly string[]
  /** Tracks that nobody gives us, by their titles: they stream, or have no audio at Yoto. */
  readonly left_out: readonly string[]
  /** Why it failed, for people. */
  readonly problem: string | null
}
