import type { CardPlan, TrackTarget } from '../../core/card-plan.ts'
import type { Story } from '../../core/story.ts'
import type { Sound, StoryCard } from '../card/card.ts'
import { sceneInWords } from '../check/words.ts'

/** A chapter with a track for each of the story's chapters; `urlOf`: where the audio of one lies. */
export function planOf(
  { title }: Pick<Story, 'title'>,
  { chapters }: StoryCard,
  urlOf: (key: string) => string,
): CardPlan {
  return {
    title: short(title),
    chapters: chapters.map(({ key, scene, left, right, end }) => {
      const name = short(sceneInWords(scene))
      const presses = {
        ...(left === null ? {} : { left: targetOf(left) }),
        ...(right === null ? {} : { right: targetOf(right) }),
      }
      return {
        key,
        title: name,
        tracks: [{ key, title: name, url: urlOf(key), ...presses, end: targetOf(end) }],
      }
    }),
  }
}

function targetOf(key: string): TrackTarget {
  return key === 'stop' ? 'stop' : { chapter_key: key, track_key: key }
}

// Yoto takes no more.
const longestTitle = 100

function short(title: string): string {
  return title.length <= longestTitle ? title : [...title].slice(0, longestTitle / 2).join('')
}

/** For each chapter what its track has to play, one behind the other: `gate.mp3, 10 s of silence`. */
export function soundsInWords({ chapters }: StoryCard): ReadonlyMap<string, string> {
  return new Map(chapters.map(({ key, sounds }) => [key, sounds.map(soundInWords).join(', ')]))
}

function soundInWords(sound: Sound): string {
  if ('silenceMs' in sound) return `${sound.silenceMs / 1_000} s of silence`
  return 'file' in sound ? sound.file : `the words ${JSON.stringify(sound.say)}`
}
