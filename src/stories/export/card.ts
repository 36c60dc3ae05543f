import type { StoryCard } from '../card/card.ts'
import type { Sound } from '../stop.ts'

/** For each chapter what its track has to play, one behind the other: `gate.mp3, 10 s of silence`. */
export function soundsInWords({ chapters }: StoryCard): ReadonlyMap<string, string> {
  return new Map(chapters.map(({ key, sounds }) => [key, sounds.map(soundInWords).join(', ')]))
}

function soundInWords(sound: Sound): string {
  if ('silenceMs' in sound) return `${sound.silenceMs / 1_000} s of silence`
  return 'file' in sound ? sound.file : `the words ${JSON.stringify(sound.say)}`
}
