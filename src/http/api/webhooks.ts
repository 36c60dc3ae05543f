import type { Clock } from '../../core/clock.ts'
import { readText } from './body.ts'
import { type Route, route, type ServedRoute } from './route.ts'

/** What the calls of webhooks need of the house. */
export interface WebhooksHouse {
  readonly webhooks: {
    /** Those that rules wait for. */
    list(): Promise<readonly WebhookView[]>
    /** @throws AppError `not_found` where no rule waits for it. */
    rotate(name: string): Promise<WebhookView>
    /** @throws AppError `not_found` for a key that opens nothing, `too_many` when it is called too often. */
    admit(key: string): { call(body: string): void }
  }
}

export interface WebhookView {
  readonly name: string
  readonly key: string
  /** Where it is called, below the address of a door. */
  readonly path: string
  /** ISO 8601 with offset. */
  readonly created_at: string
  readonly last_called_at: string | null
}

const mostBytes = 64 * 1024

export function webhookRoutes({ webhooks }: WebhooksHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/webhooks',
      summary: 'The webhooks that rules wait for, with the paths by which they are called.',
      needs: 'admin',
      async handle() {
        const all = await webhooks.list()
        return { webhooks: all, count: all.length }
      },
    }),
    route({
      method: 'post',
      path: '/webhooks/{name}/rotate-key',
      summary: 'Gives a webhook another key; the path before opens nothing from now on.',
      needs: 'admin',
      async handle({ param }) {
        const webhook = await webhooks.rotate(param('name'))
        return { success: true, message: `the webhook "${webhook.name}" has another path`, webhook }
      },
    }),
  ]
}

/** Where anybody who knows the key calls a webhook. */
export function hookRoute({ webhooks }: WebhooksHouse, clock: Clock): ServedRoute {
  return {
    method: 'post',
    path: '/hook/{key}',
    summary:
      'Calls a webhook: starts the rules that wait for it. The body may be of any type, and up to 64 KiB.',
    needs: 'anyone',
    async serve(ctx, { param }) {
      // Strangers are shown out before anything of theirs is read.
      const admitted = webhooks.admit(param('key'))
      const body = await readText(ctx.req, { maxBytes: mostBytes, clock })
      admitted.call(body)
      ctx.set('Cache-Control', 'no-store')
      ctx.body = { success: true }
    },
  }
}
