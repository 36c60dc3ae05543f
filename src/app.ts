import { fileURLToPath } from 'node:url'
import type { PublishedCards } from './cards/published.ts'
import type { Hub } from './hub.ts'
import type { RuleSet } from './rules/rule-set.ts'
import type { SimulatedCloud } from './simulator/cloud.ts'
import { setUpWords } from './wiring/access.ts'
import { publishDemoCards } from './wiring/cloud.ts'
import { startRules } from './wiring/open-rule-book.ts'
import { openToPeople } from './wiring/open-to-people.ts'
import { sourcesOf } from './wiring/outside-sources.ts'
import { type AppInput, openParts, type Parts } from './wiring/parts.ts'
import { PlayersReady } from './wiring/players-ready.ts'
import { reportsOf } from './wiring/reports.ts'
import { type RuleRunner, streamsOf } from './wiring/rules.ts'
import { startAudio } from './wiring/start-audio.ts'
import { startBroker } from './wiring/start-broker.ts'
import { Started } from './wiring/started.ts'
import { openWishes, type Wishes } from './wiring/wishes.ts'

// As the sources and the built program see it: both stand one folder below the root.
const builtPanel = fileURLToPath(new URL('../dist/ui/', import.meta.url))

/** A running product. */
export interface App {
  readonly panelUrl: string
  /** Where the direct door is, with a sign-in of its own; null where it is not open. */
  readonly directUrl: string | null
  readonly mediaUrl: string
  /** What cards are told. */
  readonly publicUrl: string
  readonly mqttUrl: string
  readonly hub: Hub
  /** What runs now. */
  readonly ruleSet: RuleSet
  readonly cards: PublishedCards
  readonly simulator: SimulatedCloud | null
  readonly hasAccount: boolean
  /** How an admin comes in who cannot sign in yet; null where nobody needs to be told. */
  readonly setUpWords: string | null
  /** Stops in the reverse order of the start; asked again, it is the same stop. */
  stop(): Promise<void>
}

/**
 * Builds and starts every part, each from what stands before it.
 * @throws AppError when one that all depends on cannot start; what had started by then is stopped again.
 */
export async function startApp(input: AppInput): Promise<App> {
  const started = new Started(input.log)
  try {
    return await start(input, started)
  } catch (error) {
    await started.stop()
    throw error
  }
}

async function start(input: AppInput, started: Started): Promise<App> {
  const parts = await openParts(input, started)
  const { wishes, limitVolumes } = await openWishes(parts)
  const reports = reportsOf(parts)
  await startBroker(parts, { ...wishes, ...reports })
  const rules = await runRules(parts, wishes)
  const audio = await startAudio(parts, rules)
  limitVolumes(rules)
  await startLink(parts)
  await openToPeople(parts, { ...wishes, ...reports, rules, liveAudio: audio.live, panel: builtPanel })
  return appOf(parts)
}

/** Rules run, and hear of what comes from outside. */
async function runRules(parts: Parts, wishes: Wishes): Promise<RuleRunner> {
  const { input, started, foundation, household, broker, homeAssistant } = parts
  const { clock } = input
  const { hub, cloud } = household
  const sources = sourcesOf({ broker, webhooks: foundation.webhooks, homeAssistant })
  const isReached = () => cloud === null || (cloud.link.state().connected && hub.players().length > 0)
  const playersReady = started.add('the wait for players', new PlayersReady({ isReached, clock }))
  const rules = await startRules({ ...parts, ...wishes, hub, sources, playersReady, clock })
  homeAssistant.start()
  started.add('calls to Home Assistant', { stop: async () => homeAssistant.hurry() })
  return rules
}

/** The players tell of themselves and obey, where there is an account or a simulated one. */
async function startLink({ started, foundation, household, book, storyCards }: Parts): Promise<void> {
  const { hub, cards, cardFacts, cloud } = household
  if (cloud === null) return
  const { link, simulator } = cloud
  started.add('the link to the cloud', link)
  await link.start({ hub, cardFacts, knownCards: cards.known })
  if (simulator !== null)
    await publishDemoCards(link, {
      ...{ cards, storyCards, log: foundation.log },
      streams: streamsOf(book.current),
      stories: [...(book.current.stories ?? new Map()).values()],
    })
}

function appOf({ input, started, foundation, household, book, broker }: Parts): App {
  const { access, address, doors } = foundation
  const { hub, cards, cloud } = household
  return {
    panelUrl: doors.panel.url,
    directUrl: doors.direct?.url ?? null,
    mediaUrl: doors.media.url,
    publicUrl: address,
    mqttUrl: broker.url,
    hub,
    get ruleSet() {
      return book.current
    },
    cards: cards.published,
    simulator: cloud?.simulator ?? null,
    hasAccount: cloud !== null,
    setUpWords: setUpWords({ access, doors, panel: input.options.panel }),
    stop: () => started.stop(),
  }
}
