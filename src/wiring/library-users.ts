import type { Preset } from '../core/presets.ts'
import type { Queue } from '../core/queue.ts'
import type { FileUser } from '../http/api/library.ts'
import type { RuleSet } from '../rules/rule-set.ts'

/** Who names a file: the names that anybody has for audio, each with who says it. */
export interface NamedAudio {
  /** A file's name; behind it may stand the number of a part of it. */
  readonly file: string
  readonly user: FileUser
}

/** The users of a file among all names that are said; each of them once. */
export function usersOf(file: string, named: Iterable<NamedAudio>): FileUser[] {
  const users = new Map<string, FileUser>()
  for (const { file: name, user } of named)
    if (name === file || isPartOf(name, file)) users.set(JSON.stringify(user), user)
  return [...users.values()]
}

/** No file is a folder, so a number below its name is a part of it. */
function isPartOf(name: string, file: string): boolean {
  return name.startsWith(`${file}/`) && /^\d+$/.test(name.slice(file.length + 1))
}

/** Every name that queues and rules say. What else names audio is one more line here. */
export function* namedAudio(house: {
  readonly queues: readonly Queue[]
  readonly presets: readonly Preset[]
  readonly ruleSet: RuleSet
}): Generator<NamedAudio> {
  for (const queue of house.queues) yield* inQueue(queue)
  for (const { name, files } of house.presets)
    for (const [index, file] of files.entries())
      yield { file, user: { kind: 'preset', name, place: `file ${index + 1}` } }
  yield* inRules(house.ruleSet)
}

function* inQueue({ name, items, if_pressed }: Queue): Generator<NamedAudio> {
  for (const [index, { file }] of items.entries())
    yield { file, user: { kind: 'stream', name, place: `item ${index + 1}` } }
  if (if_pressed !== null) yield { file: if_pressed, user: { kind: 'if_pressed', name, place: null } }
}

function* inRules({ playlists, schedules, rules }: RuleSet): Generator<NamedAudio> {
  // An entry that names another playlist is no file's name.
  for (const { id, entries } of playlists.values())
    for (const [index, file] of entries.entries())
      yield { file, user: { kind: 'playlist', name: id, place: `entry ${index + 1}` } }
  for (const { stream, slots } of schedules)
    for (const { id, ifPressed } of slots)
      if (ifPressed !== null)
        yield { file: ifPressed, user: { kind: 'schedule', name: stream, place: `slot ${id}` } }
  for (const { id, place, do: actions } of rules)
    for (const { definition, options } of actions)
      for (const { kind, name } of definition.references?.(options) ?? [])
        if (kind === 'playlist or file') yield { file: name, user: { kind: 'rule', name: id, place } }
}
