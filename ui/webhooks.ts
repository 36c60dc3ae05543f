import type { WebhookView } from '../src/http/api/webhooks.ts'
import { segment } from './path.ts'
import { ask } from './request.ts'

export type { WebhookView }

export async function fetchWebhooks(): Promise<readonly WebhookView[]> {
  return (await ask<{ webhooks: readonly WebhookView[] }>('GET', 'webhooks')).webhooks
}

/** Gives it another key; the one before opens nothing any more. */
export async function rotateWebhook(name: string): Promise<void> {
  await ask('POST', `webhooks/${segment(name)}/rotate-key`)
}
