import type { Clock } from '../core/clock.ts'
import type { Perform, PlayerCommand } from '../core/effect.ts'
import { FewLines } from '../core/few-lines.ts'
import { performWith } from '../perform.ts'
import { contentFiles, dailyOrder } from '../rules/playlists.ts'
import { wallTime } from '../rules/time.ts'
import { callWebhook } from '../webhooks/call.ts'
import { deleteStream, signedIn } from './cards.ts'
import type { Foundation } from './foundation.ts'
import type { HomeAssistant } from './home-assistant.ts'
import type { Household } from './household.ts'
import type { LocalBroker } from './local-broker.ts'
import { watchPauseGesture } from './pause-gesture.ts'
import { audioOfPlaylists } from './picks.ts'
import { PlaylistSources } from './playlist-sources.ts'
import type { RuleBook } from './rule-book.ts'
import { saidAhead } from './speech.ts'
import { startOfStream } from './start-stream.ts'
import type { Started } from './started.ts'
import type { StoryDeeds } from './story-deeds.ts'
import type { VolumeReturns } from './volume-returns.ts'

interface DeedsInput {
  readonly foundation: Pick<Foundation, 'sources' | 'libraryFacts' | 'speech' | 'log'>
  readonly household: Pick<Household, 'hub' | 'cards' | 'cloud' | 'answers' | 'storyShelf'>
  readonly storyDeeds: StoryDeeds
  readonly book: Pick<RuleBook, 'current' | 'registry'>
  readonly broker: Pick<LocalBroker, 'publish'>
  readonly homeAssistant: Pick<HomeAssistant, 'callAction'>
  readonly started: Started
  /** What becomes of a command by the limits that hold now. */
  readonly limited: (player: string, command: PlayerCommand) => PlayerCommand
  readonly returnVolume: VolumeReturns['add']
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  readonly zone: string
  readonly clock: Clock
}

const unnamedDeeds = { level: 'info', message: 'more was done than the log names' } as const

/** Wishes become deeds in this household. */
export function deedsOf(input: DeedsInput): Perform {
  const { foundation, household, book, broker, homeAssistant, started, random, zone, clock } = input
  const { sources, libraryFacts: facts, speech, log } = foundation
  const { hub, cards, answers } = household
  const link = household.cloud?.link ?? null
  const order = dailyOrder(() => wallTime(clock.now(), zone).date.toString())
  const playlistAudio = audioOfPlaylists({ sources, facts, zone, clock })
  const playlistSources = new PlaylistSources({
    ...{ registry: () => book.registry, audio: playlistAudio, order, clock },
    log: log.for('rules'),
  })
  const streamGround = {
    hub,
    cards: cards.published,
    streamFor: (stream: string, player: string | null) => answers.streamFor(stream, player),
  }
  const homeOf = (story: string) => book.current.stories?.get(story)?.home ?? null
  const storyGround = {
    hub,
    cards: cards.published,
    shelf: household.storyShelf,
    command: (player: string, command: PlayerCommand) => signedIn(link).command(player, command),
  }
  const stories = log.for('stories')
  started.add(
    'pausing stories twice',
    watchPauseGesture({
      ...{ hub, cards: cards.published, clock, log: stories },
      again: (card, player) => input.storyDeeds.again(card, player, { ...storyGround, homeOf }),
    }),
  )
  return performWith({
    mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
    deleteQueue: (name, check) => deleteStream(name, { hub, cards: cards.published, answers, check }),
    files: (content) => contentFiles(content, book.current.playlists, playlistAudio, order),
    ahead: (content) => saidAhead(content, speech) ?? playlistSources.ahead(content, book.current.playlists),
    expand: (files, how) => sources.expand(files, how),
    lookup: (file) => sources.find(file),
    hint: (file) => sources.hint(file),
    random,
    now: () => clock.now(),
    startStream: async (stream, player) =>
      signedIn(link).command(player, startOfStream(stream, player, streamGround)),
    tellStory: (wish) => input.storyDeeds.tell(wish, storyGround),
    endStory: (player) => input.storyDeeds.end(player, storyGround),
    command: async (player, command) => signedIn(link).command(player, input.limited(player, command)),
    publish: (...message) => broker.publish(...message),
    ...(homeAssistant.callAction === undefined ? {} : { callAction: homeAssistant.callAction }),
    returnVolume: input.returnVolume,
    callWebhook,
    values: hub,
    deeds: started.add('the log of what was done', new FewLines({ clock, log, more: unnamedDeeds })),
    log,
  })
}
