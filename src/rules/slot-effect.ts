import type { Effect } from '../core/effect.ts'
import type { ResumePoint } from '../core/resume-point.ts'
import type { Schedule } from './rule-set.ts'
import { playlistIn, type SlotNow } from './schedule.ts'
import { changeOf, resumes } from './slot-terms.ts'

/** What puts into the stream what its schedule says. `resume`: where it was left the last time. */
export function slotEffect(
  schedule: Schedule,
  { slot }: Pick<SlotNow, 'slot'>,
  resume: ResumePoint | null,
): Effect {
  const { stream } = schedule
  const playlist = playlistIn(schedule, { slot })
  const letsEnd = changeOf(schedule, slot) !== 'now'
  if (playlist === null) {
    const closing = { closed: true, if_pressed: slot?.ifPressed ?? null, hold: null, lets_end: letsEnd }
    const mutation = { op: 'replace', files: [], playlist: null, ...closing } as const
    return { kind: 'mutate-queue', stream, mutation }
  }
  return {
    kind: 'fill-queue',
    stream,
    how: 'replace',
    content: playlist,
    closed: false,
    orEmpty: true,
    hold: null,
    letsEnd,
    goesOn: resumes(schedule, slot),
    ...(resume === null ? {} : { resume }),
  }
}
