import { mostAsked, performThrough } from '../core/player-lines.ts'
import type { House } from '../http/api/app.ts'
import type { LiveHouse } from '../http/live.ts'
import type { LiveMedia } from '../http/live-media.ts'
import { refillsOf } from '../rules/refills.ts'
import { fetchAudio } from '../yoto/track-audio.ts'
import { deskWithoutAccount } from './account.ts'
import { accountCollection } from './account-storage.ts'
import { addressDesk } from './address-desk.ts'
import { queueEffects } from './broker-ports.ts'
import { CardCopies } from './card-copies.ts'
import { cardDesk } from './card-desk.ts'
import { lookOrLearn } from './card-titles.ts'
import { signedIn } from './cards.ts'
import { openControl } from './control-socket.ts'
import { servePanel } from './doors.ts'
import { DryDesk } from './dry-desk.ts'
import { firstStepsDesk } from './first-steps.ts'
import { HotBackup } from './hot-backup.ts'
import { libraryDesk } from './library-desk.ts'
import { playersForChecks } from './named-players.ts'
import { houseOf } from './panel-house.ts'
import type { Parts } from './parts.ts'
import { audibleBy } from './picks.ts'
import type { Reports } from './reports.ts'
import { ruleDesk } from './rule-desk.ts'
import { ruleTools } from './rule-tools.ts'
import { ruleTraces } from './rule-traces.ts'
import type { RuleRunner } from './rules.ts'
import { groundOf } from './start-audio.ts'
import { storyDesk } from './story-desk.ts'
import { tellTraces, tracesNow } from './told-traces.ts'
import type { Wishes } from './wishes.ts'

interface Opening extends Wishes, Reports {
  readonly rules: RuleRunner
  readonly liveAudio: LiveMedia
  /** The folder of the built panel. */
  readonly panel: string
}

/** Opens the panel, REST and the local broker to whoever wants something. */
export async function openToPeople(parts: Parts, opening: Opening): Promise<void> {
  const { started, foundation, book, broker, input } = parts
  const { rules, liveAudio, panel } = opening
  const { options, clock } = input
  const { doors, access, problems, redactAll, log } = foundation
  const house = openHouse(parts, opening)
  started.add(
    'what is told of runs on the broker',
    tellTraces({
      traces: rules.traces,
      rule: (id) => book.current.rules.find((rule) => rule.id === id),
      calendar: () => book.current.calendar,
      publish: (rule, payload) => broker.publishTrace(rule, payload),
      redactAll,
      clock,
    }),
  )
  const ground = groundOf(parts, rules)
  const control = await openControl(options.folders.data, log.for('http'))
  if (control !== null) started.add('the socket for commands', control)
  const served = servePanel({
    doors,
    control,
    house,
    access,
    ground,
    liveAudio,
    panel,
    options,
    redactAll,
    clock,
    log,
  })
  started.add('live events', served)
  problems.onChange(() => served.healthChanged())
  book.onChange(() => served.healthChanged())
  started.add('commands from the local broker', { stop: () => broker.closeToCommands() })
  broker.openToCommands()
}

/** How cards of the account become streams. */
function openCopies(
  { input, random, started, foundation, household }: Parts,
  perform: Wishes['perform'],
): CardCopies {
  const link = household.cloud?.link ?? null
  const { clock } = input
  const { sources, uploads, storage, log } = foundation
  const copies = new CardCopies({
    audio: async (cardId) => signedIn(link).cardAudio(cardId),
    fetch: (url, options) => fetchAudio(url, { ...options, clock }),
    uploads: uploads.desk,
    records: accountCollection(storage, 'card-copies', household),
    underWay: accountCollection(storage, 'card-copies-under-way', household),
    has: async (file) => (await sources.find(file)).state !== 'missing',
    async fill(stream, files) {
      const mutation = { op: 'replace', files, playlist: null } as const
      await perform({ kind: 'mutate-queue', stream, mutation }, 'a card was copied')
    },
    ...{ clock, random },
    log: log.for('cards'),
  })
  if (link !== null) void copies.resume()
  return started.add('copies of cards', copies)
}

/** What the panel and REST have to do with. */
function openHouse(
  parts: Parts,
  { perform, health, diagnostics, settings, rules }: Opening,
): House & LiveHouse {
  const { input, started, foundation, household, book, lines } = parts
  const { options, clock } = input
  const { hub, presets, cards, cloud } = household
  const { sources, storage, history, redactAll, log } = foundation
  const performed = performThrough(lines.door(mostAsked), perform)
  return houseOf({
    version: input.version,
    hub,
    answers: household.answers,
    library: sources,
    libraryDesk: libraryDesk({
      facts: foundation.libraryFacts,
      sources,
      queues: () => hub.queues(),
      presets: () => presets.list(),
      cards: () => cards.published.inAnyAccount(),
      ruleSet: () => book.current,
    }),
    onLibraryChange: foundation.onLibraryChange,
    uploads: foundation.uploads,
    pictures: household.pictures,
    cards: cards.published,
    cardDesk: cardDesk({
      ...{ cards: cards.published, storyCards: parts.storyCards, trackCards: parts.trackCards },
      outdated: parts.outdatedCards,
      differences: async (plan, cardId) => signedIn(cloud?.link ?? null).differences(plan, cardId),
    }),
    cardUploads: parts.cardUploads,
    cardCopies: openCopies(parts, perform),
    addressCheck: addressDesk(parts, performed),
    firstSteps: firstStepsDesk(parts),
    knownCard: lookOrLearn(cards.known),
    accountCards: (options) => cards.known.list(options),
    accountCard: cards.accountDesk,
    presses: (cardId) => history.presses(cardId),
    events: (query) => history.events(query),
    diagnostics,
    settings,
    backup: started.add('backups', new HotBackup({ storage, clock, log })),
    ruleTools: ruleTools({
      ruleSet: () => book.current,
      registry: () => book.registry,
      audible: audibleBy({ sources, facts: foundation.libraryFacts, zone: options.timezone, clock }),
      clock,
      dry: dryDeskOf(parts),
    }),
    stories: storyDesk({ ruleSet: () => book.current, lengthOf: (file) => sources.lengthOf(file) }),
    ruleTraces: ruleTraces({
      ruleSet: () => book.current,
      traces: rules.traces,
      world: rules.world,
      redactAll,
      clock,
    }),
    onTraces: (changed) => tracesNow(rules.traces, changed, clock),
    simulator: cloud?.simulator ?? null,
    account: cloud?.desk ?? deskWithoutAccount,
    perform: performed,
    queueEffects: queueEffects({ library: sources, ruleSet: () => book.current }, 'rest'),
    upToDate: (stream) => rules.upToDate(stream),
    refillsOf: (stream) => refillsOf(stream, book.current),
    outlooks: parts.outlooks,
    presets,
    write: (entries) => storage.setMany(entries),
    health,
    rules: ruleDesk({ book, folder: options.folders.config, players: () => playersForChecks(hub, options) }),
    webhooks: foundation.webhooks,
  })
}

/** Where rules are tried dry. */
function dryDeskOf({ input, foundation, household, book }: Parts): DryDesk {
  const { sources, libraryFacts, storage } = foundation
  return new DryDesk({
    book,
    hub: household.hub,
    cards: () => household.cards.published.list(),
    plugins: { folder: input.options.folders.config, packages: input.options.plugins },
    audio: sources,
    allFiles: async () => (await libraryFacts.library.list()).map(({ file }) => sources.referenceOf(file)),
    applied: storage.collection('applied-slots'),
    clock: input.clock,
  })
}
