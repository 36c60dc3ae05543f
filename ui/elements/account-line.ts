import { html } from 'lit'
import type { HealthView } from '../health.ts'
import { hashOf } from '../route.ts'
import type { Say } from '../text.ts'

/** Whether the house is connected to Yoto; for those who may change that, the way to where they can. */
export function accountLine(health: HealthView, { leads, say }: { leads: boolean; say: Say }) {
  const words = wordsFor(health, say)
  return html`<p class="account">
    <span class="dot ${health.cloud.connected ? 'on' : ''}"></span>
    ${leads ? html`<a href=${hashOf('yoto')}>${words}</a>` : words}
  </p>`
}

function wordsFor({ account, cloud, simulated }: HealthView, say: Say): string {
  if (simulated) return say(cloud.connected ? 'account.simulated' : 'account.simulated-away')
  if (cloud.connected) return say('account.connected')
  if (account.state === 'not_set_up') return say('yoto.missing')
  if (account.state !== null && account.state !== 'signed_in') return say('account.signed-out')
  return cloud.reason === null ? say('account.away') : say('account.away-because', { reason: cloud.reason })
}
