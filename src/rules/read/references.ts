import type { PlayerState } from '../../core/player.ts'
import type { Story } from '../../core/story.ts'
import { didYouMean } from '../../language/names.ts'
import { entryOf, findScalar, type Node } from '../../language/node.ts'
import { inLines } from '../../language/wording.ts'
import type { Reference } from '../plugin.ts'
import type { Playlist, Slot } from '../rule-set.ts'
import type { RuleFile } from './rule-file.ts'
import { slotNode } from './slot-node.ts'

/** Why a name cannot be used, and what to do. */
export interface Fault {
  readonly message: string
  readonly help: string
}

/** What the names in rule files are held against. */
export interface Surroundings {
  readonly fileExists: (file: string) => Promise<boolean>
  /** What was probably meant by the name of a file that does not exist, for people. */
  readonly fileHint?: (file: string) => Promise<string | null>
  /** How long a file of the library plays, in ms; null or absent where that is not known. */
  readonly lengthOf?: (file: string) => Promise<number | null>
  /** The audio files directly in a folder of the library; absent where nobody can tell. */
  readonly filesIn?: (folder: string) => Promise<readonly string[]>
  /** What was probably meant by a folder without audio, for people. */
  readonly folderHint?: (folder: string) => Promise<string | null>
  /** Whether the `pick` of a playlist finds anything now; null or absent where that is not known. */
  readonly finds?: (playlist: Playlist) => Promise<boolean | null>
  /** Asked for between two names; resolves when it may go on. */
  readonly breathe?: () => Promise<void>
  /** Absent where nothing is known of it, and then nothing is doubted. */
  readonly homeAssistant?: {
    /** Whether it started the program. */
    readonly isThere: boolean
    /** Why rules cannot call an action of it, and what to do; null where they can. */
    readonly actionFault: (action: string) => Fault | null | Promise<Fault | null>
  }
  /** Whether somebody says texts; absent where that is not known, and then nothing is doubted. */
  readonly hasVoice?: boolean
  /** Why rules cannot publish or listen to a topic of MQTT, and what they can do instead; null where they can. */
  readonly topicFault: (topic: string, use: 'publish' | 'listen') => Fault | null | Promise<Fault | null>
  /** Whether a card was made by this product; null or absent where that is not known, and then no card is doubted. */
  readonly isOurCard?: (cardId: string) => boolean | null | Promise<boolean | null>
  /**
   * Whether there is a card of what is named, `story/lighthouse` or `stream/bedroom`; null or absent where that is not
   * known, and then none is missed.
   */
  readonly hasCard?: (of: string) => boolean | null | Promise<boolean | null>
  /** Whether there is a stream of that name, or a card that plays it; null or absent where that is not known. */
  readonly hasStream?: (stream: string) => boolean | null | Promise<boolean | null>
  /** Another stream, which topics and addresses call the same; null where there is none, absent where that is not known. */
  readonly streamAlike?: (stream: string) => string | null | Promise<string | null>
  /** The players there are; null or absent where that is not known, and then no name of one is doubted. */
  readonly players?:
    | readonly (Pick<PlayerState, 'id' | 'name'> & Partial<Pick<PlayerState, 'model'>>)[]
    | null
}

interface Known extends Surroundings {
  readonly playlists: ReadonlySet<string>
  /** Whether a playlist of that name is there but was not read: its own fault says enough. */
  readonly isUnread: (playlist: string) => boolean
  /** By name; null for one that is there but was not read. */
  readonly story: (name: string) => Story | null | undefined
  readonly stories: readonly string[]
  /** Where names of playlists that do not exist stand. */
  readonly missing: Map<string, Node[]>
}

/** Reports every name in the file that leads nowhere. A missing audio file is a warning: it may be added later. */
export async function checkReferences(
  file: RuleFile,
  all: readonly RuleFile[],
  surroundings: Surroundings,
): Promise<void> {
  const known: Known = {
    ...surroundings,
    playlists: new Set(all.flatMap((other) => [...other.playlists.keys()])),
    isUnread: (name) => all.some((other) => other.hasUnread('playlists', name)),
    ...storiesIn(all),
    missing: new Map(),
  }
  for (const { playlist, node } of file.playlists.values())
    await checkPlaylist(file, playlist, { node, known })
  for (const { schedule, node } of file.schedules) {
    await surroundings.breathe?.()
    if (schedule.default !== null)
      requirePlaylist(schedule.default, { node: entryOf(node, 'default'), known })
    for (const slot of schedule.slots) await checkSlot(file, slot, { node: slotNode(node, slot.id), known })
  }
  const rules = [...file.rules, ...file.faultyRules]
  for (const { bound, node } of rules.flatMap((rule) => rule.triggers)) {
    await surroundings.breathe?.()
    for (const reference of bound.definition.references?.(bound.options as never) ?? [])
      if (reference.kind === 'topic')
        await checkTopic(file, reference.name, {
          node: scalarWith(node, reference.name),
          known,
          use: 'listen',
        })
      else if (reference.kind === 'story') checkStory(file, reference, { node, known })
  }
  for (const { bound, node } of rules.flatMap((rule) => rule.actions)) {
    await surroundings.breathe?.()
    for (const reference of bound.definition.references?.(bound.options) ?? [])
      if (reference.kind === 'story') checkStory(file, reference, { node, known })
      else await checkReference(file, reference, { node: scalarWith(node, reference.name), known })
  }
  for (const [name, nodes] of known.missing) {
    // To look for what was meant takes long, and nobody would hear of it.
    if (file.report.isFull) return
    reportMissing(file, { name, nodes, known: known.playlists })
  }
}

interface Where {
  readonly node: Node
  readonly known: Known
}

async function checkReference(file: RuleFile, { kind, name }: Reference, where: Where): Promise<void> {
  switch (kind) {
    case 'playlist or file':
      return checkPlaylistOrFile(file, name, where)
    case 'day':
    case 'sun':
    case 'story':
      // Checked where the part is read.
      return
    case 'topic':
      return checkTopic(file, name, { ...where, use: 'publish' })
  }
}

function storiesIn(all: readonly RuleFile[]): Pick<Known, 'story' | 'stories'> {
  const stories = new Map(all.flatMap((file) => file.stories.map(({ story }) => [story.id, story] as const)))
  const isUnread = (name: string) =>
    all.some((file) => file.hasUnread('stories', name) || file.section('stories')?.entries.has(name))
  return {
    story: (name) => stories.get(name) ?? (isUnread(name) ? null : undefined),
    stories: [...stories.keys()],
  }
}

function checkStory({ report }: RuleFile, { name, scene }: Reference, { node, known }: Where): void {
  const story = known.story(name)
  const say = (what: string, text: string, near: string | null) => {
    const question = near === null ? '' : ` - did you mean "${near}"?`
    report.add(scalarWith(node, text), 'error', 'ref/story', `there is no ${what}${question}`)
  }
  if (story === undefined) say(`story "${name}"`, name, didYouMean(name, known.stories))
  else if (story !== null && scene !== undefined && !story.scenes.has(scene))
    say(`scene "${scene}" in story "${name}"`, scene, didYouMean(scene, story.scenes.keys()))
}

async function checkTopic(
  file: RuleFile,
  topic: string,
  { node, known, use }: Where & { readonly use: 'publish' | 'listen' },
): Promise<void> {
  const fault = await known.topicFault(topic, use)
  if (fault !== null) file.report.add(node, 'error', 'ref/topic', fault.message, fault.help)
}

async function checkPlaylist(file: RuleFile, playlist: Playlist, where: Where): Promise<void> {
  const scalars = scalarsIn(where.node)
  for (const entry of playlist.entries) {
    await where.known.breathe?.()
    await checkPlaylistOrFile(file, entry, { ...where, node: scalars.get(entry) ?? where.node })
  }
}

async function checkSlot(file: RuleFile, slot: Slot, { node, known }: Where): Promise<void> {
  if (slot.play !== null) requirePlaylist(slot.play, { node: entryOf(node, 'play'), known })
  if (slot.ifPressed !== null)
    await checkIfPressed(file, slot.ifPressed, { node: entryOf(node, 'if_pressed'), known })
}

async function checkIfPressed(file: RuleFile, name: string, { node, known }: Where): Promise<void> {
  if (await known.fileExists(name)) return
  const help = known.playlists.has(name)
    ? 'there is a playlist of that name, but `if_pressed` takes one file'
    : 'put it into the library or the folder of this file; until then the clip that comes with the product is heard'
  file.report.add(node, 'warning', 'ref/file', `there is no file "${name}"`, help)
}

async function checkPlaylistOrFile(file: RuleFile, name: string, where: Where): Promise<void> {
  if (where.known.playlists.has(name) || (await where.known.fileExists(name))) return
  if (looksLikeFile(name)) {
    const help =
      (await where.known.fileHint?.(name)) ??
      'put it into the library or the folder of this file; until then it is skipped'
    file.report.add(where.node, 'warning', 'ref/file', `there is no file "${name}"`, help)
    return
  }
  requirePlaylist(name, where)
}

function requirePlaylist(name: string, { node, known }: Where): void {
  if (known.playlists.has(name) || known.isUnread(name)) return
  known.missing.set(name, [...(known.missing.get(name) ?? []), node])
}

/** One slip is one error, however often the name stands there. */
function reportMissing(
  { report }: RuleFile,
  missing: {
    readonly name: string
    readonly nodes: readonly Node[]
    readonly known: ReadonlySet<string>
  },
): void {
  const { name, known } = missing
  const [first, ...more] = missing.nodes.toSorted((one, other) => one.span.start - other.span.start)
  if (first === undefined) return
  const near = didYouMean(name, known)
  const question = near === null ? '' : ` - did you mean "${near}"?`
  const message = `there is no playlist "${name}"${question}`
  const lines = more.map((node) => report.lineOf(node)).filter((line) => line !== report.lineOf(first))
  const help = lines.length === 0 ? undefined : `it is also named in ${inLines(lines)}`
  report.add(first, 'error', 'ref/playlist', message, help)
}

function looksLikeFile(name: string): boolean {
  // `gate.mp3`, `wizard.m4b/03`, `clip:lullaby-one`.
  return /\.[A-Za-z0-9]{2,4}(\/\d+)?$|^[a-z][a-z0-9_-]*:\S/.test(name)
}

/** The first scalar of each text in or below the node; a playlist may have thousands. */
function scalarsIn(node: Node, found = new Map<string, Node>()): ReadonlyMap<string, Node> {
  if (node.kind === 'scalar') {
    if (!found.has(node.text)) found.set(node.text, node)
    return found
  }
  const children = node.kind === 'list' ? node.items : [...node.entries.values()].map((entry) => entry.value)
  for (const child of children) scalarsIn(child, found)
  return found
}

/** The scalar that says `text` in or below the node, else the node itself. */
export function scalarWith(node: Node, text: string): Node {
  return findScalar(node, (scalar) => scalar.text === text) ?? node
}
