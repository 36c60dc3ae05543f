import { reaches } from '../../core/role.ts'
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
      serve(ctx, { whileAdmitted, caller }) {
        const decides = caller !== null && reaches(caller.scope, 'admin')
        const events = live.listen(ctx, { decides })
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
