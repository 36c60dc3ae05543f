import { type ComposedPart, composed } from '../audio/composed.ts'
import { msPerFrame } from '../audio/frames.ts'
import type { LibraryFile } from '../audio/library/inspect-file.ts'
import type { Playable } from '../audio/playable.ts'
import type { FileSource } from '../audio/rendition-reading.ts'
import type { Found } from '../audio/sources/source.ts'
import type { Sources } from '../audio/sources/sources.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Clip } from '../core/story.ts'
import type { Heard } from '../stories/live/story-places.ts'
import type { Sound } from '../stories/stop.ts'
import type { HouseSpeech } from './speech.ts'

interface StoryAudioInput {
  readonly sources: Sources
  /** What is said where no file is; without it nobody says it. */
  readonly speech?: Pick<HouseSpeech, 'find' | 'isOwn' | 'open' | 'readPiece'>
  /** What is being heard ends at a frame when this is aborted. */
  readonly signal: AbortSignal
  readonly log: Log
}

// A scene of which nothing can be heard now is left again at once, so that nobody waits.
const missingMs = 1_000

/** What is heard of stories: files of the library, and words that a voice says. */
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
    const { signal } = this.#input
    const parts = await Promise.all(sounds.map((sound) => this.#part(sound, `${story.id}, ${scene}`)))
    const heard = parts.filter((part) => part !== null)
    return composed(heard.length === 0 ? [{ silenceMs: missingMs }] : heard, this.#source, { signal, fromMs })
  }

  /** The same with all its sounds. @throws AppError `unavailable` naming one that cannot be heard now. */
  async whole({
    scene,
    sounds,
  }: {
    readonly scene: string
    readonly sounds: readonly Sound[]
  }): Promise<Playable> {
    const parts: ComposedPart[] = []
    for (const sound of sounds) {
      if ('silenceMs' in sound) {
        parts.push(sound)
        continue
      }
      const found = await this.#find(sound)
      if (found.state !== 'ready')
        throw new AppError('unavailable', `scene "${scene}", ${nameOf(sound)}: ${reasonOf(found)}`)
      parts.push(found.file)
    }
    const { signal } = this.#input
    const body = composed(parts, this.#source, { signal })
    if (body === null) throw new AppError('unavailable', `scene "${scene}" has nothing to be heard`)
    return body
  }

  /** Where the sound begins that is heard then, in ms; of a silence, the sound before it. */
  async lead({ story, scene, sounds }: Omit<Heard, 'fromMs'>, atMs: number): Promise<number> {
    let [beganMs, leadMs] = [0, 0]
    for (const sound of sounds) {
      const part = await this.#part(sound, `${story.id}, ${scene}`)
      const isSilence = part !== null && 'silenceMs' in part
      if (!isSilence && part !== null) leadMs = beganMs
      const lengthMs = part === null ? 0 : 'silenceMs' in part ? part.silenceMs : part.frames * msPerFrame
      beganMs += lengthMs
      if (atMs < beganMs) return isSilence ? leadMs : atMs
    }
    return 0
  }

  async #part(sound: Sound, where: string): Promise<ComposedPart | null> {
    if ('silenceMs' in sound) return sound
    const name = nameOf(sound)
    const found = await this.#find(sound)
    if (found.state === 'ready') {
      this.#said.delete(name)
      return found.file
    }
    const reason = reasonOf(found)
    if (!this.#said.has(name))
      this.#input.log.warn('a sound of a story cannot be heard now, and is left out', {
        ...{ story: where, sound: name, reason },
      })
    this.#said.add(name)
    return null
  }

  /** The file, or its words where it is not there. */
  async #find(clip: Clip): Promise<Found> {
    const { sources, speech } = this.#input
    const file = 'file' in clip ? await sources.find(clip.file) : null
    if (file?.state === 'ready' || clip.say === undefined) return file ?? { state: 'missing' }
    const said = (await speech?.find(clip.say)) ?? noVoice
    return said.state === 'ready' ? said : (file ?? said)
  }

  get #source(): FileSource {
    const { sources, speech } = this.#input
    if (speech === undefined) return sources
    const sourceOf = (file: LibraryFile): Required<FileSource> => (speech.isOwn(file) ? speech : sources)
    return {
      open: (file) => sourceOf(file).open(file),
      readPiece: (file, extent) => sourceOf(file).readPiece(file, extent),
    }
  }
}

const noVoice = { state: 'refused', reason: 'there is no voice for words: option speech.provider' } as const
const reasons = { missing: 'it is not in the library', importing: 'it is still being made playable' } as const

function reasonOf(found: Exclude<Found, { readonly state: 'ready' }>): string {
  return found.state === 'refused' ? found.reason : reasons[found.state]
}

function nameOf(clip: Clip): string {
  return 'file' in clip ? clip.file : `say: ${clip.say.slice(0, 60)}`
}
