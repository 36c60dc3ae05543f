import { Type } from 'typebox'
import type { PlayThrough } from '../../core/play-through.ts'
import type { PlayingTimeView } from '../../core/playing-time.ts'
import { type Answer, answers } from '../../core/story.ts'
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

/** What the calls of stories need of the house. Each throws AppError `not_found` for no story. */
export interface StoriesHouse {
  readonly stories: {
    list(): readonly StoryView[]
    graph(story: string): StoryGraph
    playThrough(story: string, by: { answers: readonly Answer[]; seed: number }): PlayThrough
    playingTime(story: string): Promise<PlayingTimeView>
  }
}

const closed = { additionalProperties: false }
const story = Type.String({ maxLength: 200 })
// Of a play that goes on for longer nobody wants to see the end.
const mostAnswers = 1_000

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
      body: Type.Object({ story }, closed),
      handle: ({ body }) => stories.graph(body.story),
    }),
    route({
      method: 'post',
      path: '/stories/play-through',
      summary:
        'How a story goes for who gives these answers, and what it asks next. No player is told of it.',
      needs: 'house',
      body: Type.Object(
        {
          story,
          answers: Type.Optional(
            Type.Array(Type.Union(answers.map((answer) => Type.Literal(answer))), { maxItems: mostAnswers }),
          ),
          // Of chance: the same brings the same again.
          seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
        },
        closed,
      ),
      handle: ({ body }) =>
        stories.playThrough(body.story, { answers: body.answers ?? [], seed: body.seed ?? 1 }),
    }),
    route({
      method: 'post',
      path: '/stories/playing-time',
      summary: 'How long a story plays: the shortest way to each of its endings, and the longest.',
      needs: 'house',
      body: Type.Object({ story }, closed),
      handle: ({ body }) => stories.playingTime(body.story),
    }),
  ]
}
