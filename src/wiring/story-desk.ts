import { AppError } from '../core/error.ts'
import type { Story } from '../core/story.ts'
import type { StoriesHouse, StoryView } from '../http/api/stories.ts'
import { didYouMean } from '../language/names.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import { type ChosenRun, chosenRun } from '../stories/card/chosen-run.ts'
import { compiled } from '../stories/compiled.ts'
import { graphOf, mermaidOf } from '../stories/graph.ts'

/** What REST tells about the stories that can be played. */
export function storyDesk(ruleSet: () => Pick<RuleSet, 'stories'>): StoriesHouse['stories'] {
  const all = () => ruleSet().stories ?? new Map<string, Story>()
  // To unfold a story takes some milliseconds; of one that was not written anew the outcome is the same.
  const runs = new WeakMap<Story, ChosenRun>()
  const runOf = (story: Story) => {
    const run = runs.get(story) ?? chosenRun(compiled(story))
    runs.set(story, run)
    return run
  }
  return {
    list: () => [...all().values()].map((story) => viewOf(story, runOf(story))),
    graph(id) {
      const story = all().get(id)
      if (story !== undefined) {
        const graph = graphOf(story)
        return { ...graph, mermaid: mermaidOf(graph) }
      }
      const near = didYouMean(id, all().keys())
      const question = near === null ? '' : ` - did you mean "${near}"?`
      throw new AppError('not_found', `there is no story "${id.slice(0, 80)}"${question}`)
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
