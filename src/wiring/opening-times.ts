import { type Clock, every } from '../core/clock.ts'
import type { Perform } from '../core/effect.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Queue } from '../core/queue.ts'
import type { Hub } from '../hub.ts'

interface OpeningInput {
  readonly hub: Pick<Hub, 'queues' | 'subscribe'>
  readonly perform: Perform
  readonly clock: Clock
  readonly log: Log
}

// Timers sleep with the machine and do not see its clock being set; a look every minute does.
const lookAgainMs = 60_000

/** Opens streams that are closed until a time when that has come, also where it came while the product was off. */
export function keepOpeningTimes({ hub, perform, clock, log }: OpeningInput): { stop(): Promise<void> } {
  const underWay = new Map<string, Promise<void>>()
  let cancel: () => void = () => undefined

  const open = async ({ name, closed_until }: Queue) => {
    if (closed_until === null) return
    const settings = { closed: false }
    await perform(
      {
        kind: 'mutate-queue',
        stream: name,
        mutation: { op: 'settings', settings, whileClosedUntil: closed_until },
      },
      `closed until ${closed_until}`,
    )
  }
  const look = () => {
    cancel()
    const nowMs = clock.now().getTime()
    const waiting = hub.queues().filter(({ name }) => !underWay.has(name))
    for (const queue of waiting.filter((one) => openingMs(one) <= nowMs)) {
      const opening = open(queue)
        .catch((error) =>
          log.error(`stream "${queue.name}" could not be opened in time; tried again in a minute`, {
            error: messageOf(error),
          }),
        )
        .finally(() => underWay.delete(queue.name))
      underWay.set(queue.name, opening)
    }
    const nextMs = Math.min(...waiting.map(openingMs).filter((ms) => ms > nowMs))
    if (Number.isFinite(nextMs)) cancel = clock.at(new Date(nextMs), look)
  }
  const forget = hub.subscribe('opening times', ({ kind }) => {
    if (kind === 'queue') look()
  })
  const stopLooking = every(clock, lookAgainMs, look)
  look()
  return {
    async stop() {
      forget()
      stopLooking()
      cancel()
      await Promise.all(underWay.values())
    },
  }
}

/** Infinite where the stream does not open by itself. */
function openingMs({ closed_until }: Queue): number {
  const ms = closed_until === null ? Number.NaN : Date.parse(closed_until)
  return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms
}
