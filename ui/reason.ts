import type { Queue } from '../src/core/queue.ts'
import type { Say } from './text.ts'

/** Why the stream holds what it holds, in the reader's words; a reason of an unknown form as it is. */
export function reasonText(reason: string, say: Say): string {
  const slot = /^schedule (.+), slot (.+)$/.exec(reason)
  if (slot !== null) return say('reason.slot', { schedule: slot[1] ?? '', slot: slot[2] ?? '' })
  const usual = /^schedule (.+), default$/.exec(reason)
  if (usual !== null) return say('reason.default', { schedule: usual[1] ?? '' })
  const rule = /^rule (.+)$/.exec(reason)
  if (rule !== null) return say('reason.rule', { rule: rule[1] ?? '' })
  if (reason === 'REST') return say('reason.hand')
  if (reason.startsWith('MQTT ')) return say('reason.mqtt')
  return reason
}

/** Playlist and reason of a queue as one phrase; empty for a queue nobody has filled. */
export function whyText(queue: Queue, say: Say): string {
  const playlist = queue.playlist === null ? [] : [say('stream.playlist', { playlist: queue.playlist })]
  const reason = queue.reason === null ? [] : [reasonText(queue.reason, say)]
  return [...playlist, ...reason].join(' · ')
}
