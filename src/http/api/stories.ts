import { Type } from 'typebox'
import { type Route, route } from './route.ts'

/** A story as a list shows it. */
export interface StoryView {
  readonly id: string
  readonly title: string
  readonly scenes: number
  /** The names of its endings, in the order of its scenes. */
  readonly endings: readonly string[]
  /** How it is to be run, and why. */
  readonly run: 'card' | 'live'
  readonly why: string
  /** How many chapters it has as a card; null where it cannot be one. */
  readonly chapters: number | null
}

/** A story as a drawing shows it. */
export interface StoryGraph {
  readonly story: string
  readonly title: string
  readonly scenes: readonly {
    readonly id: string
    /** For people: the name, what it is to the story, and its ending. */
    readonly label: string
    readonly exit: 'question' | 'go' | 'branch' | 'random' | 'ending'
  }[]
  readonly ways: readonly {
    readonly from: string
    readonly to: string
    readonly kind: 'left' | 'right' | 'silence' | 'go' | 'branch' | 'random'
    /** For people: `left`, the condition of a branch, how likely chance is; '' for what just goes on. */
    readonly label: string
  }[]
  /** The same for https://mermaid.js.org. */
  readonly mermaid: string
}

/** What the calls of stories need of the house. */
export interface StoriesHouse {
  readonly stories: {
    list(): readonly StoryView[]
    /** @throws AppError `not_found` */
    graph(story: string): StoryGraph
  }
}

export function storyRoutes({ stories }: StoriesHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/stories',
      summary: 'The stories of the rule files: how large each is, its endings, and how it is to be run.',
      needs: 'house',
      handle: () => ({ stories: stories.list() }),
    }),
    route({
      method: 'post',
      path: '/stories/graph',
      summary: 'A story as a map: its scenes, and what leads from one to another.',
      needs: 'house',
      body: Type.Object({ story: Type.String({ maxLength: 200 }) }, { additionalProperties: false }),
      handle: ({ body }) => stories.graph(body.story),
    }),
  ]
}
