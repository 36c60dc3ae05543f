import { abilityOf } from '../core/models.ts'
import { mostAsked } from '../core/player-lines.ts'
import { deskWithoutAccount } from './account.ts'
import { brokerPorts } from './broker-ports.ts'
import { keepOpeningTimes } from './opening-times.ts'
import type { Parts } from './parts.ts'
import type { Reports } from './reports.ts'
import { reloadRules } from './rule-desk.ts'
import type { Wishes } from './wishes.ts'

/** Tells of the household on the local broker; commands from there are not yet heard. */
export async function startBroker(
  parts: Parts,
  { perform, health, diagnostics }: Wishes & Reports,
): Promise<void> {
  const { input, started, foundation, household, book, broker, reach, lines, outlooks } = parts
  const { options, clock } = input
  const { hub, cards, cloud } = household
  const { problems, sources, storage, log } = foundation
  problems.onChange(() => broker.infoChanged())
  // What is not declared when the broker is there would be taken off it.
  hub.declareValues(book.current)
  foundation.libraryFacts.onTitles(() => broker.titlesChanged())
  await broker.start({
    version: input.version,
    hub,
    problems,
    standing: storage.collection('standing'),
    playlists: () => [...book.current.playlists.keys()],
    titleOf: (file) => foundation.libraryFacts.shelf.titleOf(sources.nameInLibrary(file) ?? file),
    outlooks,
    origin: cloud === null ? 'nowhere' : cloud.simulator === null ? 'account' : 'simulator',
    info: () => ({ ...health(), cloud_connected: cloud?.link.state().connected ?? false }),
    reachable: () => reach.isGiven,
    has: abilityOf({ everything: options.yoto.every_ability }),
    perform,
    ports: brokerPorts({
      hub,
      library: sources,
      cards: cards.published,
      streamFor: (stream, player) => household.answers.streamFor(stream, player),
      ruleSet: () => book.current,
      reloadRules: () => reloadRules(book),
      account: cloud?.desk ?? deskWithoutAccount,
      diagnostics,
      door: lines.door(mostAsked),
      supervisor: input.supervisor ?? null,
      zone: options.timezone,
      clock,
      log: log.for('broker'),
    }),
  })
  book.onChange(() => broker.rulesChanged())
  foundation.publishLogWith((payload) => broker.publishLog(payload))
  started.add('opening times', keepOpeningTimes({ hub, perform, clock, log: log.for('hub') }))
}
