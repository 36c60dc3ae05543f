import type { CommandPorts } from '../broker/bridge.ts'
import type { PublishedCards } from '../cards/published.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { LookUp } from '../core/playable-files.ts'
import type { Door } from '../core/player-lines.ts'
import type { AccountDesk } from '../http/api/account.ts'
import type { Hub } from '../hub.ts'
import { momentOf } from '../rules/moment.ts'
import { contentFiles } from '../rules/playlists.ts'
import { readQueueWish } from '../rules/read/queue-wish.ts'
import { refillsOf } from '../rules/refills.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import { playAnew } from './play-anew.ts'
import { restartWith } from './restart.ts'
import type { Supervisor } from './supervisor.ts'

/** What messages on the broker ask for, beside the effects that all parts of the house have in common. */
export type BrokerPorts = Omit<CommandPorts, 'perform'>

interface PortsInput {
  readonly hub: Hub
  readonly library: { find: LookUp; filesIn(folder: string): Promise<readonly string[]> }
  readonly cards: PublishedCards
  /** The stream that plays where another is asked for. */
  readonly streamFor: (stream: string, player: string) => string
  readonly ruleSet: () => RuleSet
  readonly reloadRules: BrokerPorts['reloadRules']
  readonly account: AccountDesk
  readonly diagnostics: BrokerPorts['diagnostics']
  readonly door: Door
  readonly supervisor: Supervisor | null
  /** IANA name of the household's time zone. */
  readonly zone: string
  readonly clock: Clock
  readonly log: Log
}

/** Reads wishes in the words of the rule action `queue`. `owner`: whose earlier queue is kept and brought back. */
export function queueEffects(
  { library, ruleSet }: Pick<PortsInput, 'library' | 'ruleSet'>,
  owner: string,
): BrokerPorts['queueEffects'] {
  return async (options, stream) => {
    const { effects, contents } = readQueueWish(options, { stream, owner })
    for (const content of contents) await contentFiles(content, ruleSet().playlists, library)
    return effects
  }
}

/** Joins them from the parts of the house that answer them. */
export function brokerPorts(input: PortsInput): BrokerPorts {
  const { library, reloadRules, account, diagnostics, door, zone, clock } = input
  return {
    lookup: (file) => library.find(file),
    queueEffects: queueEffects(input, 'mqtt'),
    momentOf: (text) => momentOf(text, { now: clock.now(), zone }),
    playAnew: (stream, anew) => playAnew(stream, anew, input),
    reloadRules,
    refillsOf: (stream) => refillsOf(stream, input.ruleSet()),
    diagnostics,
    door,
    signIn: () => account.signIn(),
    signInState: () => account.view(),
    restart: () => restartWith(input),
  }
}
