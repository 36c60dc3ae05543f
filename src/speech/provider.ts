/** What turns words into sound. */
export interface SpeechProvider {
  /** As the option `speech.provider` names it. */
  readonly id: string
  /**
   * A file with the sound of the text: WAV, MP3, or whatever else can be imported. The text holds
   * words, on one line, and nothing that looks like markup.
   * @throws SpeechFault, or the reason of the signal
   */
  speak(text: string, how: Speaking): Promise<Uint8Array>
}

export interface Speaking {
  /** As the provider names it; null leaves it to the provider. */
  readonly voice: string | null
  /** Such as `en-GB`; null leaves it to the provider. */
  readonly language: string | null
  /** Ends it at once. */
  readonly signal: AbortSignal
}

/**
 * Why there is no sound. The fault of the `text` is that of this one alone; that of the `provider` is the same for every
 * text until something is done about it. The message is for people and holds no path.
 */
export class SpeechFault extends Error {
  readonly of: 'text' | 'provider'

  constructor(of: 'text' | 'provider', message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'SpeechFault'
    this.of = of
  }
}

/** What is heard of one text at most, in seconds. */
export const longestSpeechSeconds = 300
/** What a provider may bring for one text: so many seconds of 48 kHz, 16 bits, one channel, and some. */
export const mostSoundBytes = 32 * 1024 * 1024

/** For a sound that does not end. */
export function tooLong(): SpeechFault {
  return new SpeechFault('text', 'its sound is longer than five minutes: make several scenes of it')
}
