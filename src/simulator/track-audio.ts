/** The audio of the track in hand: how much of it is there to play, and whether more will come. */
export interface TrackAudio {
  /** From the start of the track to the end of what has arrived. */
  readonly arrivedSeconds: number
  /** Nothing more will come. */
  readonly finished: boolean
  /** Why less came than should have. */
  readonly failure: string | undefined
  /** Undefined where nobody said. */
  readonly lengthSeconds: number | undefined
  /** Where playback is by now, so that only a little is read ahead of it. */
  playedTo(seconds: number): void
  /** The byte of the transfer at which a frame at `seconds` or shortly before it begins. */
  byteAt(seconds: number): number
  close(): void
}

/** Sums of fractions of a second drift in the last digits, and may fall just short of a whole one. */
export const roundingSeconds = 1e-6

/** Uploaded audio lies on the player's own disk: in its place silence of that length, for nobody listens. */
export function silence(durationSeconds: number): TrackAudio {
  return {
    arrivedSeconds: durationSeconds,
    finished: true,
    failure: undefined,
    lengthSeconds: durationSeconds,
    playedTo() {},
    byteAt: () => 0,
    close() {},
  }
}
