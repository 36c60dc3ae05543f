import type { Live } from '../live.ts'
import type { ServedRoute } from './route.ts'

/** Live events, for as long as whoever asked for them may have them. */
export function liveRoutes(live: Live): ServedRoute[] {
  return [
    {
      method: 'get',
      path: '/live',
      summary: 'Server-sent events: a snapshot, then what changes.',
      needs: 'house',
      serve(ctx, { whileAdmitted }) {
        const events = live.listen(ctx)
        if (events === null) return
        events.once(
          'close',
          whileAdmitted(() => events.destroy()),
        )
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
