import { expect } from 'vitest'
import { type Cause, type Exit, type Story, waysOf } from '../../src/core/story.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import type { StoryDraft } from '../../src/stories/import/draft.ts'
import { writeStory } from '../../src/stories/import/written.ts'
import { readStories } from '../../src/stories/read/section.ts'
import { readingOf } from './rules.ts'

/** What is said of a rule file with stories, and the stories that can be told; without the search through them. */
export async function readBack(yaml: string, { search = true }: { readonly search?: boolean } = {}) {
  const { diagnostics, stories } = await readRuleFiles(
    [{ file: 'story.yaml', text: yaml }],
    readingOf({
      stories: (node, reading) => readStories(node, search ? reading : { ...reading, isChecked: true }),
    }),
  )
  return { diagnostics, stories: stories.map(({ story }) => story) }
}

/** The story as it is read from the rule file that is made of it, in which nothing is wrong. */
export async function storyOf(draft: StoryDraft): Promise<Story> {
  const { diagnostics, stories } = await readBack(writeStory(draft, { schema: 'x.json' }))
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  return stories[0] ?? expect.unreachable()
}

/** Where it goes on at a press and at the end: of Yoto's three ways out. */
export interface Edges {
  readonly left: string | null
  readonly right: string | null
  readonly end: string
}

/** By scene, as a player would have them: what stops behind a question is no scene of its own. */
export function edgesOf({ scenes }: Story): Record<string, Edges> {
  const isStop = (id: string) => {
    const scene = scenes.get(id)
    return scene?.exit.kind === 'ending' && scene.play === null && id.startsWith('stop')
  }
  const target = (id: string) => (isStop(id) ? 'stop' : id)
  const heard = [...scenes.values()].filter(({ id }) => !isStop(id))
  return Object.fromEntries(
    heard.map(({ id, exit }): [string, Edges] => {
      if (exit.kind === 'go') return [id, { left: null, right: null, end: target(exit.way.to) }]
      if (exit.kind !== 'question') return [id, { left: null, right: null, end: 'stop' }]
      const { left, right, silence } = exit
      return [
        id,
        {
          left: left && target(left.to),
          right: right && target(right.to),
          end: silence === null ? 'waits' : target(silence.to),
        },
      ]
    }),
  )
}

/** What leads from where to where, and what each ends with: `gate left cave`, `cave ends happy`. */
export function mapOf(story: Story): readonly string[] {
  return [...story.scenes.values()].flatMap(({ id, exit }) =>
    exit.kind === 'ending'
      ? [`${id} ends ${exit.name}`]
      : waysOf({ exit }).map(({ cause, way }) => `${id} ${labelOf(exit, cause)} ${way.to}`),
  )
}

function labelOf(exit: Exit, cause: Cause): string {
  if (exit.kind === 'branch' && 'index' in cause) return `if ${exit.lines[cause.index]?.if ?? 'else'}`
  if (exit.kind === 'random' && 'index' in cause) return `chance ${exit.picks[cause.index]?.weight}`
  return cause.kind
}

/** What is heard, by scene; scenes without a sound are not there. */
export function soundsOf(story: Story): Record<string, string> {
  return Object.fromEntries(
    [...story.scenes.values()].flatMap(({ id, play }) =>
      play === null ? [] : [[id, 'file' in play ? play.file : play.say]],
    ),
  )
}
