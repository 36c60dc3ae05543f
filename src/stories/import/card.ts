import {
  type CardPlan,
  isInteractive,
  type TrackPlace,
  type TrackTarget,
  trackAddresses,
  trackIndex,
} from '../../core/card-plan.ts'
import { AppError } from '../../core/error.ts'
import { quote } from '../../language/wording.ts'
import { mostScenes } from '../read/schema.ts'
import type { DraftScene, Imported, Loss } from './draft.ts'
import { lengthOf, type Targets, YotoExits } from './exits.ts'
import { SceneNames, storyId } from './names.ts'
import { inOneLine, shortSpeech } from './speech.ts'

/** What a card's own document says beside its plan. */
interface CardImport {
  /** The name of the story; from the title of the card without one. */
  readonly id?: string | undefined
  /** For how long a player remembers where it was, in seconds; null where the card does not say. */
  readonly resumeTimeout_s: number | null
}

/**
 * The story that a card tells: a scene for each of its tracks, which begins with the first. Its audio lies at Yoto's, so
 * that each scene says the title of its track.
 * @throws AppError `unprocessable` for a card without tracks.
 */
export function storyFromPlan(plan: CardPlan, { id, resumeTimeout_s }: CardImport): Imported {
  const places = trackAddresses(plan)
  if (places.length === 0)
    throw new AppError('unprocessable', 'this card has no tracks, so there is no story')
  // Yoto's own have a few hundred at most.
  if (places.length >= mostScenes)
    throw new AppError(
      'unprocessable',
      `this card has ${places.length} tracks; a story has fewer than ${mostScenes}`,
    )
  const names = new SceneNames()
  const losses: Loss[] = [notTaken(places.length)]
  const ids = places.map((place) => named(place, { plan, names, losses }))
  const [start = ''] = ids
  const exits = new YotoExits((wished) => names.take(wished))
  const tracks = plan.chapters.flatMap((chapter) => chapter.tracks)
  const scenes = places.map((place, index): DraftScene => {
    const scene = ids[index] ?? ''
    const title = shortSpeech(inOneLine(tracks[index]?.title ?? scene))
    const targets = targetsOf(place, { plan, places, ids, exits, losses })
    return {
      id: scene,
      play: { say: title === '' ? scene : title },
      exit: exits.exit(targets, { ask: null, name: scene }),
    }
  })
  return {
    story: {
      id: id ?? storyId(plan.title),
      title: inOneLine(plan.title) || (id ?? storyId(plan.title)),
      audio: null,
      start,
      resume: resumeTimeout_s === null ? null : lengthOf(resumeTimeout_s),
      // A player goes on as soon as a track has ended.
      silence: isInteractive(plan) ? { wait: '1s', askAgain: 0 } : null,
      scenes: [...scenes, ...exits.scenes],
    },
    losses,
  }
}

function notTaken(count: number): Loss {
  const tracks = count === 1 ? 'the audio of its track lies' : `the audio of its ${count} tracks lies`
  const what = `${tracks} at Yoto's and is not taken along: each scene says its title. Put your own files into the library and write \`play: <file>\` in place of \`say\``
  return { line: 1, place: null, what }
}

interface Reading {
  readonly plan: CardPlan
  readonly losses: Loss[]
}

function named(place: TrackPlace, { plan, names, losses }: Reading & { readonly names: SceneNames }): string {
  const { chapter_key, track_key } = place
  const chapter = plan.chapters.find(({ key }) => key === chapter_key)
  const key = chapter?.tracks.length === 1 ? chapter_key : `${chapter_key} ${track_key}`
  const name = names.take(key)
  if (name !== key)
    losses.push({ line: 1, place: key, what: `track ${quote(key)} is the scene "${name}" here` })
  return name
}

interface Cut extends Reading {
  readonly places: readonly TrackPlace[]
  /** The scenes of the places. */
  readonly ids: readonly string[]
  readonly exits: YotoExits
}

/** On a card that says nothing of it, tracks follow one another. */
function targetsOf(place: TrackPlace, { plan, places, ids, exits, losses }: Cut): Targets {
  if (!isInteractive(plan)) {
    const following = ids[places.indexOf(place) + 1] ?? (plan.repeats === true ? ids[0] : undefined)
    return { left: null, right: null, end: following ?? null }
  }
  const idOf = (edge: string, target: TrackTarget | undefined): string | null => {
    if (target === undefined || target === 'stop') return null
    const found = ids[trackIndex(places, target)]
    if (found !== undefined) return found
    const from = place.chapter_key
    const what = `${quote(from)} leads ${edge} to ${quote(target.chapter_key)}, and the card has no such track: that way is left out`
    losses.push({ line: 1, place: from, what })
    return null
  }
  const pressed = (edge: 'left' | 'right') =>
    place[edge] === 'stop' ? exits.stop() : idOf(`with the ${edge} button`, place[edge])
  const targets = { left: pressed('left'), right: pressed('right'), end: idOf('at its end', place.end) }
  const { left, right, end } = targets
  // An ending, as our own cards have it: every press starts over.
  const isEnding = end === null && left === right && left === ids[0] && place !== places[0]
  return isEnding ? { left: null, right: null, end: null } : targets
}
