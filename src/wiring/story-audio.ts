import { type ComposedPart, composed } from '../audio/composed.ts'
import type { Playable } from '../audio/playable.ts'
import type { Sources } from '../audio/sources/sources.ts'
import type { Log } from '../core/log.ts'
import type { Clip } from '../core/story.ts'
import type { Heard } from '../stories/live/story-places.ts'
import type { Sound } from '../stories/stop.ts'

interface StoryAudioInput {
  readonly sources: Sources
  /** What is being heard ends at a frame when this is aborted. */
  readonly signal: AbortSignal
  readonly log: Log
}

// A scene of which nothing can be heard now is left again at once, so that nobody waits.
const missingMs = 1_000

/** What is heard of stories, from the library. */
export class StoryAudio {
  readonly #input: StoryAudioInput
  readonly #said = new Set<string>()

  constructor(input: StoryAudioInput) {
    this.#input = input
  }

  /** All that can be heard of it; a sound that cannot be is left out, and is said once until it can be again. */
  async body({
    story,
    scene,
    sounds,
    fromMs,
  }: Omit<Heard, 'story'> & { story: { id: string } }): Promise<Playable | null> {
    const { sources, signal } = this.#input
    const parts = await Promise.all(sounds.map((sound) => this.#part(sound, `${story.id}, ${scene}`)))
    const heard = parts.filter((part) => part !== null)
    return composed(heard.length === 0 ? [{ silenceMs: missingMs }] : heard, sources, { signal, fromMs })
  }

  async #part(sound: Sound, where: string): Promise<ComposedPart | null> {
    if ('silenceMs' in sound) return sound
    const name = nameOf(sound)
    const found = 'file' in sound ? await this.#input.sources.find(sound.file) : null
    if (found?.state === 'ready') {
      this.#said.delete(name)
      return found.file
    }
    if (!this.#said.has(name))
      this.#input.log.warn('a sound of a story cannot be heard now, and is left out', {
        ...{ story: where, sound: name },
        reason:
          found === null
            ? 'there is no voice for words'
            : found.state === 'refused'
              ? found.reason
              : found.state,
      })
    this.#said.add(name)
    return null
  }
}

function nameOf(clip: Clip): string {
  return 'file' in clip ? clip.file : `say: ${clip.say.slice(0, 60)}`
}
