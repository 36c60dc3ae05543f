import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '../core/error.ts'
import { onceEach } from '../core/once-each.ts'
import { lengthsBy } from '../core/playing-time.ts'
import type { Story } from '../core/story.ts'
import type { StoriesHouse, StoryView } from '../http/api/stories.ts'
import { didYouMean } from '../language/names.ts'
import { startsOf } from '../rules/kept-names.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import { type ChosenRun, chosenRun } from '../stories/card/chosen-run.ts'
import { explored } from '../stories/check/explored.ts'
import { playingTimeOf } from '../stories/check/playing-time.ts'
import { playingTimeAsJson } from '../stories/check/time-words.ts'
import { compiled, inHouse } from '../stories/compiled.ts'
import { graphOf, mermaidOf } from '../stories/graph.ts'
import { playThrough } from '../stories/play-through.ts'

interface StoryDeskInput {
  readonly ruleSet: () => Pick<RuleSet, 'stories' | 'vars' | 'inputs'>
  /** How long a file of the library plays, in ms; null where that is not known. */
  readonly lengthOf: (file: string) => Promise<number | null>
}

/** What REST tells about the stories that can be played. */
export function storyDesk({ ruleSet, lengthOf }: StoryDeskInput): StoriesHouse['stories'] {
  const all = () => ruleSet().stories ?? new Map<string, Story>()
  // To unfold a story takes some milliseconds; of one that was not written anew the outcome is the same.
  const runs = new WeakMap<Story, ChosenRun>()
  const runOf = (story: Story) => {
    const run = runs.get(story) ?? chosenRun(compiled(story))
    runs.set(story, run)
    return run
  }
  const named = (id: string): Story => {
    const story = all().get(id.normalize('NFC'))
    if (story !== undefined) return story
    const near = didYouMean(id, all().keys())
    const question = near === null ? '' : ` - did you mean "${near}"?`
    throw new AppError('not_found', `there is no story "${id.slice(0, 80)}"${question}`)
  }
  return {
    list: () => [...all().values()].map((story) => viewOf(story, runOf(story))),
    graph(id) {
      const graph = graphOf(named(id))
      return { ...graph, mermaid: mermaidOf(graph) }
    },
    // Of the house nothing is asked: a play may be another one tomorrow.
    playThrough: (id, by) => playThrough(inHouse(compiled(named(id)), { values: startsOf(ruleSet()) }), by),
    async playingTime(id) {
      const situations = await explored(inHouse(compiled(named(id)), 'any'), { breathe: nextTurn })
      return playingTimeAsJson(
        await playingTimeOf(situations, { lengthOf: lengthsBy(onceEach(lengthOf)), breathe: nextTurn }),
      )
    },
  }
}

function viewOf({ id, title, scenes }: Story, { run, why, card }: ChosenRun): StoryView {
  const endings = [...scenes.values()].flatMap(({ exit }) => (exit.kind === 'ending' ? [exit.name] : []))
  return {
    ...{ id, title, scenes: scenes.size, endings: [...new Set(endings)] },
    ...{ run, why, chapters: card?.chapters.length ?? null },
  }
}
