import type { Hub } from '../hub.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import type { Cloud } from './cloud.ts'
import type { LocalBroker } from './local-broker.ts'
import type { Problems } from './problems.ts'
import { noAccount } from './yoto-problems.ts'

interface HealthInput {
  readonly hub: Hub
  readonly book: { readonly current: RuleSet }
  readonly cloud: Cloud | null
  readonly broker: LocalBroker
  readonly problems: Problems
  /** Takes secrets out of what is said. */
  readonly redactAll: <Value>(value: Value) => Value
}

/** What is connected and what is wrong, for REST, the panel and `bridge/info`. */
export function healthOf({ hub, book, cloud, broker, problems, redactAll }: HealthInput) {
  return redactAll({
    players: hub.players().length,
    streams: hub.queues().length,
    rules: book.current.rules.length,
    simulated: cloud !== null && cloud.simulator !== null,
    cloud: cloud === null ? noCloud : cloudHealth(cloud),
    broker: { connected: broker.connected },
    problems: problems.list(),
    problem_names: problems.names(),
  })
}

const noCloud = {
  account: 'not_set_up',
  connected: false,
  reason: noAccount,
  unlisted: null,
  account_reason: null,
  sign_in: null,
}

interface CloudStanding {
  readonly link: Pick<Cloud['link'], 'state'>
  readonly desk: Pick<Cloud['desk'], 'view'>
}

/** How the cloud stands, with what the words of the problems `account`, `connection` and `players` are made of. */
export function cloudHealth({ link, desk }: CloudStanding) {
  const { reason, device } = desk.view()
  return {
    ...link.state(),
    account_reason: reason,
    sign_in: device === null ? null : { url: device.url, code: device.code },
  }
}
