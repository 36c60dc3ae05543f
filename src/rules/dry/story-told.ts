import { AppError } from '../../core/error.ts'
import { type Answer, type Scene, type Story, waysOf } from '../../core/story.ts'
import type { StoryNews } from '../../core/story-news.ts'
import { didYouMean } from '../../language/names.ts'
import { list } from '../../language/wording.ts'

/** What is to happen in a story, in the words of the trigger `story`. */
export type StoryTold = { readonly story: string } & (
  | { readonly is: 'started' }
  | { readonly is: 'reached'; readonly scene: string }
  /** `scene`: the one that asked. `leads_to`: the scene that is heard next, where the story does not say by itself. */
  | {
      readonly is: 'choice'
      readonly scene: string
      readonly choice: Answer
      readonly leads_to?: string | undefined
    }
  /** `ending`: null where the story has but one. */
  | { readonly is: 'ended'; readonly ending: string | null }
)

/**
 * The same as the product tells it: with where an answer leads.
 * @throws AppError `unprocessable` where the story has nothing of the kind
 */
export function newsOf(
  told: StoryTold,
  stories: ReadonlyMap<string, Story>,
): Omit<StoryNews, 'player' | 'card_id'> {
  const story = named('story', told.story, stories)
  const news = { story: story.id, choice: null, from: null, scene: null, ending: null }
  switch (told.is) {
    case 'started':
      return { ...news, scene: heardFrom(story, story.start) }
    case 'reached': {
      const { id } = heard(story, told.scene)
      return { ...news, from: id, scene: id }
    }
    case 'choice': {
      const scene = named('scene', told.scene, story.scenes)
      const way = waysOf(scene).find(({ cause }) => cause.kind === told.choice)?.way
      if (way === undefined)
        throw new AppError('unprocessable', `scene "${scene.id}" has no answer ${told.choice}`)
      const to = told.leads_to === undefined ? heardFrom(story, way.to) : heard(story, told.leads_to).id
      return { ...news, choice: told.choice, from: scene.id, scene: to }
    }
    case 'ended':
      return { ...news, ending: endingOf(story, told.ending) }
  }
}

/** A scene that is told of: one of which something is heard. @throws AppError */
function heard(story: Story, name: string): Scene {
  const scene = named('scene', name, story.scenes)
  if (!isSilent(scene)) return scene
  throw new AppError(
    'unprocessable',
    `scene "${scene.id}" only decides: nobody hears of it, so name one that follows`,
  )
}

/** The first scene from there on of which something is heard. @throws AppError where vars or chance decide that. */
function heardFrom(story: Story, from: string): string {
  const seen = new Set<string>()
  for (let id = from; ; ) {
    const scene = story.scenes.get(id)
    if (scene === undefined || !isSilent(scene)) return id
    if (scene.exit.kind !== 'go' || seen.has(id))
      throw new AppError(
        'unprocessable',
        `scene "${id}" decides what follows: say which scene that is with leads_to, or tell what is reached`,
      )
    seen.add(id)
    id = scene.exit.way.to
  }
}

function isSilent({ play, exit }: Scene): boolean {
  return play === null && exit.kind !== 'question' && exit.kind !== 'ending'
}

function endingOf({ id, scenes }: Story, wanted: string | null): string {
  const exits = [...scenes.values()].map(({ exit }) => exit)
  const endings = new Set(exits.flatMap((exit) => (exit.kind === 'ending' ? [exit.name] : [])))
  const [only = '', another] = endings
  if (wanted === null && another === undefined) return only
  if (wanted !== null && endings.has(wanted)) return wanted
  const what = wanted === null ? 'which ending is meant' : `there is no ending "${wanted.slice(0, 60)}"`
  throw new AppError('unprocessable', `${what}? Story "${id}" has ${list([...endings])}`)
}

function named<One>(what: string, name: string, all: ReadonlyMap<string, One>): One {
  const one = all.get(name)
  if (one !== undefined) return one
  const near = didYouMean(name, all.keys())
  const question = near === null ? '' : ` - did you mean "${near}"?`
  throw new AppError('unprocessable', `there is no ${what} "${name.slice(0, 60)}"${question}`)
}
