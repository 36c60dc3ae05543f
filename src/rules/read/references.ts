import { didYouMean } from '../../language/names.ts'
import type { MapNode, Node } from '../../language/node.ts'
import type { Playlist, Slot } from '../rule-set.ts'
import type { RuleFile } from './rule-file.ts'
import { slotNode } from './schedules.ts'

interface Known {
  readonly playlists: ReadonlySet<string>
  readonly fileExists: (file: string) => Promise<boolean>
}

/** Reports every name in the file that leads nowhere. A missing audio file is a warning: it may be added later. */
export async function checkReferences(
  file: RuleFile,
  all: readonly RuleFile[],
  fileExists: (file: string) => Promise<boolean>,
): Promise<void> {
  const known = { playlists: new Set(all.flatMap((other) => [...other.playlists.keys()])), fileExists }
  for (const { playlist, node } of file.playlists.values())
    await checkPlaylist(file, playlist, { node, known })
  for (const { schedule, node } of file.schedules) {
    if (schedule.default !== null)
      requirePlaylist(file, schedule.default, { node: entryOf(node, 'default'), known })
    for (const slot of schedule.slots) await checkSlot(file, slot, { node: slotNode(node, slot.id), known })
  }
  for (const { bound, node } of file.rules.flatMap((rule) => rule.actions))
    for (const { name } of bound.definition.references?.(bound.options) ?? [])
      await checkPlaylistOrFile(file, name, { node: scalarWith(node, name), known })
}

interface Where {
  readonly node: Node
  readonly known: Known
}

async function checkPlaylist(file: RuleFile, playlist: Playlist, where: Where): Promise<void> {
  for (const entry of playlist.entries)
    await checkPlaylistOrFile(file, entry, { ...where, node: scalarWith(where.node, entry) })
}

async function checkSlot(file: RuleFile, slot: Slot, { node, known }: Where): Promise<void> {
  if (slot.play !== null) requirePlaylist(file, slot.play, { node: entryOf(node, 'play'), known })
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
    const help = 'put it into the library or the folder of this file; until then it is skipped'
    file.report.add(where.node, 'warning', 'ref/file', `there is no file "${name}"`, help)
    return
  }
  requirePlaylist(file, name, where)
}

function requirePlaylist(file: RuleFile, name: string, { node, known }: Where): void {
  if (known.playlists.has(name)) return
  const near = didYouMean(name, known.playlists)
  const question = near === null ? '' : ` - did you mean "${near}"?`
  file.report.add(node, 'error', 'ref/playlist', `there is no playlist "${name}"${question}`)
}

function looksLikeFile(name: string): boolean {
  return /\.[A-Za-z0-9]{2,4}$/.test(name)
}

function entryOf(node: Node | MapNode, key: string): Node {
  return (node.kind === 'map' ? node.entries.get(key)?.value : undefined) ?? node
}

/** The scalar that says `text` in or below the node, else the node itself. */
function scalarWith(node: Node, text: string): Node {
  return find(node, text) ?? node
}

function find(node: Node, text: string): Node | undefined {
  if (node.kind === 'scalar') return node.text === text ? node : undefined
  const children = node.kind === 'list' ? node.items : [...node.entries.values()].map((entry) => entry.value)
  for (const child of children) {
    const found = find(child, text)
    if (found !== undefined) return found
  }
  return undefined
}
