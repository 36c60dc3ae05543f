import { isAudioName } from '../audio/names.ts'
import type { Sources } from '../audio/sources/sources.ts'
import type { PublishedCard } from '../cards/record.ts'
import type { Preset } from '../core/presets.ts'
import type { Queue } from '../core/queue.ts'
import { filesOf } from '../core/story.ts'
import type { FileUser } from '../http/api/library.ts'
import type { Reference } from '../rules/plugin.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import { allSteps, type Step } from '../rules/step.ts'

/** Who names audio, and where. */
export type NamedAudio = (
  | { /** As it stands in queues. */ readonly reference: string }
  /** A folder of the library, or a book that is taken for one; by its name in the library. */
  | { readonly folder: string }
) & { readonly user: Pick<FileUser, 'kind' | 'name'>; readonly place: Place | null }

/** Where in it: a text, or one of many of a kind. */
type Place = string | { readonly one: string; readonly many: string; readonly at: string }

type References = Pick<Sources, 'fileInLibrary' | 'filesIn'>

/**
 * The users of a file of the library among all that is named, each of them once with all of its places. A folder needs
 * a file where that is all there is to play in it.
 */
export async function usersOf(
  file: string,
  named: Iterable<NamedAudio>,
  references: References,
): Promise<FileUser[]> {
  const all = [...named]
  const isAsked = all.some((each) => 'folder' in each && each.folder === folderOf(file))
  const isOnlyOne = isAsked && (await isOnlyIn(folderOf(file), file, references))
  const needs = (each: NamedAudio) =>
    'reference' in each
      ? references.fileInLibrary(each.reference) === file
      : (isAudioName(file) && each.folder === file) || (isOnlyOne && each.folder === folderOf(file))
  const users = new Map<string, { user: NamedAudio['user']; places: Set<string>; of: Place | null }>()
  for (const each of all) {
    if (!needs(each)) continue
    const { user, place } = each
    const key = JSON.stringify([user.kind, user.name, isText(place) ? place : place?.one])
    const known = users.get(key) ?? { user, places: new Set(), of: place }
    users.set(key, known)
    if (place !== null) known.places.add(isText(place) ? place : place.at)
  }
  return [...users.values()].map(({ user, places, of }) => ({ ...user, place: wordsOf(of, [...places]) }))
}

function isText(place: Place | null): place is string {
  return typeof place === 'string'
}

function folderOf(file: string): string | null {
  const slash = file.lastIndexOf('/')
  return slash < 0 ? null : file.slice(0, slash)
}

/** No playlist is of the top folder. */
async function isOnlyIn(folder: string | null, file: string, references: References): Promise<boolean> {
  if (folder === null) return false
  const [first, ...more] = await references.filesIn(folder)
  return first !== undefined && more.length === 0 && references.fileInLibrary(first) === file
}

// Of more than these only the number is told behind the first two.
const mostPlaces = 3

function wordsOf(of: Place | null, places: readonly string[]): string | null {
  if (of === null || isText(of)) return of
  const [first = '', second, third] = places
  if (second === undefined) return `${of.one} ${first}`
  if (places.length > mostPlaces) return `${of.many} ${first}, ${second} and ${places.length - 2} more`
  return third === undefined
    ? `${of.many} ${first} and ${second}`
    : `${of.many} ${first}, ${second} and ${third}`
}

/** Every name that queues and rules say. What else names audio is one more line here. */
export function* namedAudio(house: {
  readonly queues: readonly Queue[]
  readonly presets: readonly Preset[]
  readonly cards?: readonly Pick<PublishedCard, 'title' | 'tracks'>[]
  readonly ruleSet: RuleSet
}): Generator<NamedAudio> {
  for (const queue of house.queues) yield* inQueue(queue)
  for (const { name, files } of house.presets)
    for (const [index, reference] of files.entries())
      yield { reference, user: { kind: 'preset', name }, place: nth('file', 'files', index) }
  for (const { title, tracks } of house.cards ?? [])
    for (const [index, { plays }] of (tracks ?? []).entries())
      if ('file' in plays)
        yield {
          reference: plays.file,
          user: { kind: 'card', name: title },
          place: nth('track', 'tracks', index),
        }
  yield* inRules(house.ruleSet)
  yield* inStories(house.ruleSet)
}

function nth(one: string, many: string, index: number): Place {
  return { one, many, at: `${index + 1}` }
}

function* inQueue({ name, items, if_pressed }: Queue): Generator<NamedAudio> {
  for (const [index, { file }] of items.entries())
    yield { reference: file, user: { kind: 'stream', name }, place: nth('item', 'items', index) }
  if (if_pressed !== null) yield { reference: if_pressed, user: { kind: 'if_pressed', name }, place: null }
}

function* inRules({ playlists, schedules, rules }: RuleSet): Generator<NamedAudio> {
  // An entry that names another playlist is no file's name.
  for (const { id, entries, folder } of playlists.values()) {
    const user = { kind: 'playlist', name: id } as const
    for (const [index, reference] of entries.entries())
      yield { reference, user, place: nth('entry', 'entries', index) }
    if (folder !== null) yield { folder, user, place: 'folder' }
  }
  for (const { stream, slots } of schedules)
    for (const { id, ifPressed } of slots)
      if (ifPressed !== null) {
        const place = { one: 'slot', many: 'slots', at: id }
        yield { reference: ifPressed, user: { kind: 'schedule', name: stream }, place }
      }
  for (const { id, place, do: steps } of rules)
    for (const step of allSteps(steps))
      for (const { kind, name } of referencesOf(step))
        if (kind === 'playlist or file') yield { reference: name, user: { kind: 'rule', name: id }, place }
}

function* inStories({ stories = new Map() }: RuleSet): Generator<NamedAudio> {
  for (const { id, scenes } of stories.values())
    for (const scene of scenes.values())
      for (const reference of filesOf(scene)) {
        const place = { one: 'scene', many: 'scenes', at: scene.id }
        yield { reference, user: { kind: 'story', name: id }, place }
      }
}

function referencesOf(step: Step): readonly Reference[] {
  return step.does === 'act' ? (step.definition.references?.(step.options) ?? []) : []
}
