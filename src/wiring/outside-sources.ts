import type { Webhooks } from '../access/webhooks.ts'
import type { HomeAssistant } from './home-assistant.ts'
import type { LocalBroker } from './local-broker.ts'
import type { RuleSources } from './rule-sources.ts'

interface Heard {
  readonly broker: Pick<LocalBroker, 'listen'>
  readonly webhooks: Pick<Webhooks, 'listen'>
  readonly homeAssistant: Pick<HomeAssistant, 'listen'>
}

/** Where the rules of a running product hear of what comes from outside. */
export function sourcesOf({ broker, webhooks, homeAssistant }: Heard): RuleSources {
  return {
    mqtt: ({ topic = '' }, happened) =>
      broker.listen(topic, ({ topic: name, payload }) => happened({ name, payload })),
    webhook: ({ key = '' }, happened) => webhooks.listen(key, (body) => happened({ body })),
    ha: homeAssistant.listen,
  }
}
