import type { MapEntry, MapNode, Node } from '../../language/node.ts'

/** The node of one slot, for messages about it. */
export function slotNode(schedule: MapNode, id: string): Node {
  return slotEntry(schedule, id)?.value ?? schedule
}

/** The name of one slot and what stands behind it. */
export function slotEntry(schedule: MapNode, id: string): MapEntry | undefined {
  const slots = schedule.entries.get('slots')?.value
  return slots?.kind === 'map' ? slots.entries.get(id) : undefined
}
