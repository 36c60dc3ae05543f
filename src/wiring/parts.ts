import type { AddressChecks } from '../cards/address-checks.ts'
import type { FirstHeard } from '../cards/first-heard.ts'
import { areCardsOf } from '../cards/record.ts'
import type { Clock } from '../core/clock.ts'
import { PlayerLines } from '../core/player-lines.ts'
import { calledAs } from '../core/slug.ts'
import { openAddressChecks } from './address-desk.ts'
import { CardUploads } from './card-uploads.ts'
import { ChapterUploads } from './chapter-uploads.ts'
import type { Runtime } from './diagnostics.ts'
import { openFirstHeard } from './first-steps.ts'
import { type Foundation, type FoundationInput, openFoundation } from './foundation.ts'
import { accessTo, type HomeAssistant, openHomeAssistant } from './home-assistant.ts'
import { type Household, type HouseholdInput, openHousehold } from './household.ts'
import { instanceId } from './instance.ts'
import { judgeAnswers } from './judge-answers.ts'
import { LocalBroker } from './local-broker.ts'
import { playersForChecks } from './named-players.ts'
import { openRuleBook } from './open-rule-book.ts'
import { OutdatedCards } from './outdated-cards.ts'
import { QueueOutlooks } from './queue-outlooks.ts'
import { Reach } from './reach.ts'
import type { RuleBook } from './rule-book.ts'
import { SlotGround } from './slot-ground.ts'
import type { Started } from './started.ts'
import { StoryAudio } from './story-audio.ts'
import { StoryCards } from './story-cards.ts'
import { StoryDeeds } from './story-deeds.ts'
import { StoryVoice } from './story-voice.ts'
import { onStreamTitle } from './stream-titles.ts'
import { tendOwnCards } from './tend-own-cards.ts'
import { TrackCards } from './track-cards.ts'

/** What the product is started with. */
export interface AppInput extends FoundationInput, HouseholdInput {
  /** A broker of our own in place of another. */
  readonly embeddedBroker: boolean
  readonly version: string
  /** What the product runs on, for diagnostics. */
  readonly runtime?: Runtime
  /** 0 to 1, for jitter; Math.random where absent. */
  readonly random?: () => number
}

/** What has been built by the time that the parts which act are started. */
export interface Parts {
  readonly input: AppInput
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  readonly started: Started
  readonly foundation: Foundation
  readonly household: Household
  readonly book: RuleBook
  readonly broker: LocalBroker
  readonly homeAssistant: HomeAssistant
  readonly reach: Reach
  readonly lines: PlayerLines
  readonly slotGround: SlotGround
  readonly outlooks: QueueOutlooks
  readonly storyCards: StoryCards
  readonly trackCards: TrackCards
  readonly outdatedCards: OutdatedCards
  /** How what cards play is on its way to the account. */
  readonly cardUploads: CardUploads
  readonly storyDeeds: StoryDeeds
  /** Test cards, by which it is seen whether players reach us. */
  readonly addressChecks: AddressChecks
  /** The first time that a player came for what our cards play. */
  readonly firstHeard: FirstHeard
}

/**
 * Builds them, each from what stands before it. The brokers, Home Assistant and the cloud are not yet called, and no
 * rule runs. @throws AppError when one that all depends on cannot start
 */
export async function openParts(input: AppInput, started: Started): Promise<Parts> {
  const { options, clock, random = Math.random, supervisor = null } = input
  const access = accessTo(options, supervisor)
  const foundation = await openFoundation(input, started)
  const { storage, history, log } = foundation
  const broker = new LocalBroker({
    options: options.mqtt,
    embedded: input.embeddedBroker,
    supervisor,
    hide: foundation.hide,
    instance: await instanceId(storage),
    clock,
    random,
    log,
  })
  const reach = started.add('reach', new Reach({ changed: () => broker.reachChanged(), clock }))
  const household = await openHousehold(input, {
    ...{ foundation, started, random },
    linkChanged: (state) => {
      history.linkChanged(state)
      reach.linkChanged(state)
      broker.infoChanged()
    },
  })
  const topicFault: LocalBroker['topicFault'] = (...asked) => broker.topicFault(...asked)
  const book = await openRuleBook({
    ...{ options, foundation, started, topicFault, access, random, clock },
    isOurCard: (cardId) => household.cards.published.inAnyAccount().some(({ card_id }) => card_id === cardId),
    hasCard: (of) => areCardsOf(of, household.cards.published.list()),
    hasStream: (stream) =>
      household.hub.queue(stream) !== undefined ||
      areCardsOf(`stream/${stream}`, household.cards.published.list()),
    streamAlike: (stream) =>
      calledAs(
        stream,
        household.hub.queues().map(({ name }) => name),
      ),
    // Before the account is listed there are none.
    players: () => (household.hub.players().length === 0 ? null : playersForChecks(household.hub, options)),
  })
  judgeAnswers({ household, book })
  const { speech } = foundation
  speech.usePlugins(() => book.registry)
  book.onChange(() => speech.tryAgain())
  started.add('the voice of stories', new StoryVoice({ book, speech, clock, log: log.for('speech') })).start()
  started.add('the local broker', broker)
  const homeAssistant = openHomeAssistant({
    ...{ access, clock, random },
    allow: options.homeassistant.allow,
    log: log.for('home-assistant'),
  })
  started.add('Home Assistant', homeAssistant)
  const slotGround = new SlotGround({
    hub: household.hub,
    cards: household.cards.published,
    streamFor: (stream, player) => household.answers.streamFor(stream, player),
  })
  const ownCards = openOwnCards({ foundation, household, clock, random })
  const storyCards = new StoryCards({
    ...ownCards,
    stories: () => book.current.stories ?? new Map(),
    versions: household.storyVersions,
    shelf: household.storyShelf,
    log: log.for('cards'),
  })
  const trackCards = new TrackCards(ownCards)
  const outdatedCards = new OutdatedCards({
    ...{ cards: ownCards.cards, storyCards, trackCards, problems: foundation.problems },
    log: log.for('cards'),
  })
  const { onLibraryChange } = foundation
  started.add(
    'what cards play',
    tendOwnCards(
      { storyCards, trackCards, outdated: outdatedCards },
      {
        ...{ book, link: household.cloud?.link ?? null, onLibraryChange, clock },
        onCardChange: (changed) => ownCards.cards.onChange(changed),
        onTitleChange: (changed) => onStreamTitle(household.hub, changed),
      },
    ),
  )
  const addressChecks = await openAddressChecks({ foundation, household, started, input })
  const firstHeard = await openFirstHeard({ foundation, household, started, input })
  const lines = new PlayerLines()
  return {
    ...{ input, random, started, foundation, household },
    ...{
      book,
      broker,
      homeAssistant,
      reach,
      lines,
      slotGround,
      outlooks: new QueueOutlooks({ clock, zone: options.timezone }),
      storyCards,
      trackCards,
      outdatedCards,
      cardUploads: ownCards.uploads,
    },
    storyDeeds: new StoryDeeds(),
    addressChecks,
    firstHeard,
  }
}

/** What cards of the household's own audio are made of. */
function openOwnCards({
  foundation,
  household,
  ...timing
}: Pick<Parts, 'foundation' | 'household'> & { readonly clock: Clock; readonly random: () => number }) {
  const { sources, speech, problems, log } = foundation
  const { published: cards, uploaded } = household.cards
  // What is sent is sent whole, or not at all.
  const { signal } = new AbortController()
  return {
    cards,
    sources,
    problems,
    streamTitle: (stream: string) => household.hub.queue(stream)?.title ?? null,
    audio: new StoryAudio({ sources, speech, signal, log: log.for('cards') }),
    chapters: new ChapterUploads({ uploaded }),
    uploads: new CardUploads(timing),
    mayStream: () => household.gate.problem === null,
  }
}
