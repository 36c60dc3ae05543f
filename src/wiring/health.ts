import type { Hub } from '../hub.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import type { Cloud } from './cloud.ts'
import type { LocalBroker } from './local-broker.ts'
import type { Problems } from './problems.ts'

interface HealthInput {
  readonly hub: Hub
  readonly ruleSet: RuleSet
  readonly cloud: Cloud | null
  readonly broker: LocalBroker
  readonly problems: Problems
  /** Takes secrets out of what is said. */
  readonly redactAll: <Value>(value: Value) => Value
}

/** What is connected and what is wrong, for REST, the panel and `bridge/info`. */
export function healthOf({ hub, ruleSet, cloud, broker, problems, redactAll }: HealthInput) {
  return redactAll({
    players: hub.players().length,
    streams: hub.queues().length,
    rules: ruleSet.rules.length,
    simulated: cloud !== null && cloud.simulator !== null,
    cloud: cloud?.link.state() ?? { account: 'none', connected: false, reason: 'no Yoto account is set up' },
    broker: { connected: broker.connected },
    problems: problems.list(),
  })
}
