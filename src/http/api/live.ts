import type { Readable } from 'node:stream'
import { type Clock, every } from '../../core/clock.ts'
import type { Live } from '../live.ts'
import type { ServedRoute } from './route.ts'

const lookAgainMs = 20_000

/** Live events, for as long as whoever asked for them may have them. */
export function liveRoutes(live: Live, clock: Clock): ServedRoute[] {
  return [
    {
      method: 'get',
      path: '/live',
      summary: 'Server-sent events: a snapshot, then what changes.',
      needs: 'house',
      serve(ctx, { isStillAdmitted }) {
        const events = live.listen(ctx)
        if (events !== null) endWhen(events, { isOver: async () => !(await isStillAdmitted()), clock })
      },
    },
    {
      method: 'get',
      path: '/live/snapshot',
      summary: 'The same by asking: what changed since the id in `since`, or a snapshot.',
      needs: 'house',
      serve(ctx) {
        ctx.set('Cache-Control', 'no-store')
        ctx.body = live.catchUp(new URLSearchParams(ctx.querystring).get('since'))
      },
    },
  ]
}

function endWhen(
  events: Readable,
  { isOver, clock }: { isOver: () => Promise<boolean>; clock: Clock },
): void {
  const look = () =>
    isOver().then(
      (over) => over && events.destroy(),
      () => events.destroy(),
    )
  events.once(
    'close',
    every(clock, lookAgainMs, () => void look()),
  )
}
