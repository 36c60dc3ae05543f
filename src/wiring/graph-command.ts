import { AppError } from '../core/error.ts'
import { dotOf, graphOf, mermaidOf } from '../stories/graph.ts'
import { readHousehold } from './check-command.ts'
import type { Command } from './command.ts'
import { oneStory, storyNamed } from './story-named.ts'

/** The command `graph`: the map of a story, for programs that draw. */
export const graphCommand: Command = {
  name: 'graph',
  usage: '[story] [--dot] [--json]',
  words: oneStory,
  flags: { mermaid: null, dot: null },
  about: 'prints the map of a story, for Mermaid or Graphviz to draw',
  more: [
    'The name can be left out where there is but one story.',
    '',
    '--mermaid   for Mermaid, which GitHub and many editors draw in Markdown; so it is without a word, too',
    '--dot       for Graphviz, which copes with more scenes: … graph my-story --dot | dot -Tsvg > my-story.svg',
    '--json      scenes and ways as a list',
  ].join('\n'),
  async run(input) {
    const forms = ['mermaid', 'dot'].filter((name) => input.flags.has(name))
    const asked = [...forms, ...(input.json ? ['json'] : [])].map((name) => `--${name}`)
    if (asked.length > 1)
      throw new AppError('invalid', `command graph: found ${asked.join(' and ')}, expected one of them`)
    const graph = graphOf(storyNamed(input.args[0], await readHousehold(input)))
    if (input.json) return { answer: `${JSON.stringify(graph, null, 2)}\n`, failed: false }
    return { answer: input.flags.has('dot') ? dotOf(graph) : mermaidOf(graph), failed: false }
  },
}
