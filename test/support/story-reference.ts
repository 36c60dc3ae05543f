import type { Answer, Story } from '../../src/core/story.ts'
import type { Values } from '../../src/language/expression/environment.ts'
import { compiled, inHouse } from '../../src/stories/compiled.ts'
import { begin, next, type Passage } from '../../src/stories/journey.ts'
import type { Sound } from '../../src/stories/stop.ts'

/** What is heard, scene by scene, by who presses this in the story itself, and which buttons did nothing. */
export function inStory(story: Story, presses: readonly Answer[], values: Values = {}): readonly string[] {
  const whole = inHouse(compiled(story), { values })
  const said: string[] = []
  const choose = { random: () => 0 }
  let at: Passage | null = begin(whole)
  let given = 0
  for (let steps = 0; at !== null && steps < 2_000; steps++) {
    const here: Passage = at
    const { exit } = here.scene
    if (here.clip !== null) said.push(wordOf(here.clip))
    if (exit.kind === 'ending') return [...said, ...(here.clip === null ? ['nothing for 1000'] : []), 'stop']
    if (exit.kind !== 'question') {
      at = next(whole, here.progress, { answer: 'silence', ...choose })
      continue
    }
    at = null
    let isAsked = true
    while (at === null) {
      if (isAsked) said.push(...asked(here))
      isAsked = false
      const press = presses[given++]
      if (press === undefined) return said
      at = next(whole, here.progress, { answer: press, ...choose })
      if (at !== null) break
      // Silence that leads nowhere asks again.
      if (press === 'silence') isAsked = true
      else said.push(`${press} does nothing`)
    }
  }
  return said
}

function asked({ scene: { exit } }: Passage): readonly string[] {
  if (exit.kind !== 'question') return []
  const once = [...(exit.ask === null ? [] : [wordOf(exit.ask)]), `nothing for ${exit.waitMs}`]
  return Array.from({ length: exit.askAgain + 1 }, () => once).flat()
}

export function wordsOf(sounds: readonly Sound[]): readonly string[] {
  return sounds.map(wordOf)
}

function wordOf(sound: Sound): string {
  if ('silenceMs' in sound) return `nothing for ${sound.silenceMs}`
  return 'file' in sound ? sound.file : sound.say
}
