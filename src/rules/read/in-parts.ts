import { valuesIn } from '../../language/meaning.ts'
import type { MapEntry, MapNode, Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'

// An entry is read in one go: one as large as this takes some 25 ms, in which nobody hears a new sound.
const largest = { playlists: 20_000, schedules: 2_000, rules: 1_000 } as const
// What a schedule says next is worked out by going through all of its slots for each of them.
const mostSlots = 100
const valuesTogether = 75

interface InParts {
  readonly section: keyof typeof largest
  readonly report: Report
  readonly breathe: () => Promise<void>
}

/**
 * Reads a section a few entries at a time, with a breath in between, so that a large file holds up nothing else. An
 * entry that is too large for that is reported and left out.
 */
export async function readInParts<Read>(
  node: MapNode,
  { section, report, breathe }: InParts,
  read: (part: MapNode) => Iterable<Read>,
): Promise<Read[]> {
  const all: Read[] = []
  let part = new Map<string, MapEntry>()
  let values = 0
  const finish = async () => {
    if (part.size === 0) return
    for (const one of read({ ...node, entries: part })) all.push(one)
    part = new Map()
    values = 0
    await breathe()
  }
  for (const [name, entry] of node.entries) {
    const fault = tooLarge(entry.value, section)
    if (fault !== null) {
      report.add(entry.key, 'error', 'type/value', `"${name.slice(0, 80)}" ${fault.message}`, fault.help)
      continue
    }
    values += valuesIn(entry.value)
    part.set(name, entry)
    if (values >= valuesTogether) await finish()
  }
  await finish()
  return all
}

function tooLarge(node: Node, section: InParts['section']): { message: string; help: string } | null {
  const most = largest[section]
  if (valuesIn(node) > most) {
    const help = section === 'playlists' ? 'name a `folder` in place of its files' : 'make several of it'
    return { message: `holds more than ${most} values`, help }
  }
  const slots = section === 'schedules' && node.kind === 'map' ? node.entries.get('slots')?.value : undefined
  return slots?.kind === 'map' && slots.entries.size > mostSlots
    ? {
        message: `has more than ${mostSlots} slots`,
        help: 'the first that matches holds: use `days`, and a `default`',
      }
    : null
}
