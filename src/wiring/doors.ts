import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { FiniteStreams } from '../audio/finite-streams.ts'
import { silentFrames } from '../audio/frames.ts'
import { insteadWith } from '../audio/instead.ts'
import type { StoredPosition } from '../audio/live/live-positions.ts'
import type { LiveStreams } from '../audio/live/live-streams.ts'
import { type Playable, playable } from '../audio/playable.ts'
import { begunWithin, playingMs } from '../audio/playing-time.ts'
import type { StoredVisit } from '../audio/slots/slot-listeners.ts'
import type { QueueStep } from '../audio/slots/slot-queue.ts'
import type { SlotStreams } from '../audio/slots/slot-streams.ts'
import type { Sources } from '../audio/sources/sources.ts'
import type { FirstHeard } from '../cards/first-heard.ts'
import type { PublishedCards } from '../cards/published.ts'
import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { Log } from '../core/log.ts'
import { playOrder } from '../core/play-order.ts'
import type { Queue } from '../core/queue.ts'
import { type AccessHouse, createPanelApp, type House } from '../http/api/app.ts'
import { clientAddressFrom } from '../http/client-address.ts'
import type { FiniteBody } from '../http/finite-body.ts'
import type { DoorAuth } from '../http/guard.ts'
import { Live, type LiveHouse } from '../http/live.ts'
import type { LiveMedia } from '../http/live-media.ts'
import { createMediaApp } from '../http/media.ts'
import type { MediaDoor, MediaSlots, MediaStories } from '../http/media-door.ts'
import { type Door, openDoor } from '../http/server.ts'
import type { TestTracks } from '../http/test-track.ts'
import type { Hub } from '../hub.ts'
import type { Language } from '../options/schema.ts'
import type { Options } from '../options.ts'
import { ownNames } from './addresses.ts'
import type { StreamAnswers } from './answers.ts'
import { awaitHolder, holderOf } from './card-holder.ts'
import { heardUntil } from './heard-until.ts'
import type { HouseHistory } from './history.ts'
import { readClips } from './house-language.ts'
import type { LibraryFacts } from './library-facts.ts'
import { openLiveAudio } from './live-audio.ts'
import type { Problems } from './problems.ts'
import { finiteRounds, type Rounds } from './rounds.ts'
import { openSlots } from './slots.ts'
import type { Started } from './started.ts'
import { openStories, type StoriesGround } from './stories.ts'
import type { StorySteering } from './story-deeds.ts'
import { trackAudio } from './track-audio.ts'

export interface Doors {
  readonly media: Door
  readonly panel: Door
  /** Panel and REST once more, with a sign-in of its own; null where nobody asked for it. */
  readonly direct: Door | null
}

/** Takes all ports before anything else starts: a port in use must not be found out after the cloud was bothered. */
export async function openDoors(
  { media, panel, direct }: Pick<Options, 'media' | 'panel' | 'direct'>,
  started: Started,
): Promise<Doors> {
  const open = async (what: string, option: string, { host, port, limits = {} }: Place) =>
    started.add(what, await openDoor({ host, port, what, option, limits }))
  return {
    media: await open('audio server', 'media.port', media),
    panel: await open('panel', 'panel.port', { ...panel, limits: takesUploads }),
    direct:
      direct.port === null
        ? null
        : await open('direct door', 'direct.port', {
            host: '0.0.0.0',
            port: direct.port,
            limits: takesUploads,
          }),
  }
}

type Place = Pick<Parameters<typeof openDoor>[0], 'host' | 'port' | 'limits'>

// Two gigabytes over a link of one megabit take five hours. Other bodies have ten seconds, whatever the door allows.
const takesUploads = { requestMs: 24 * 3_600_000 }

/** What a door needs of the house to play its streams. */
export interface Ground {
  readonly hub: Hub
  readonly answers: StreamAnswers
  readonly sources: Sources
  /** Told of what goes out to listeners. */
  readonly facts: Pick<LibraryFacts, 'sentOf'>
  readonly cards: PublishedCards
  /** When a schedule puts something else into the queue's stream than it holds at `now`; null: not in the next days. */
  readonly endsAt: (queue: Queue, now: Date) => Date | null
  /** Null where the stream holds what is due now; else to be waited for before it is looked at. */
  readonly upToDate: (stream: string) => Promise<void> | null
}

interface MediaInput {
  readonly door: Door
  readonly ground: Ground
  readonly shipped: string
  readonly language: () => Language
  /** Addresses and networks of reverse proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  /** Where listeners of queue cards were, for the next run. */
  readonly visits: Collection<StoredVisit>
  readonly storyGround: StoriesGround
  /** What test cards play, but for the sound. */
  readonly tests: Omit<TestTracks, 'body'>
  /** Where listeners of live streams were, for the next run. */
  readonly positions: Collection<StoredPosition>
  readonly history: Pick<HouseHistory, 'asked' | 'requested' | 'pressed' | 'refuted'>
  /** Told of every request for what a card of ours plays. */
  readonly firstHeard: Pick<FirstHeard, 'asked'>
  readonly problems: Problems
  /** Resolves when the rules that this event started have run. */
  readonly runsOf: (event: PlayerEvent) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

/** Serves the door players come to, until it is stopped: then what they are hearing ends at a frame. */
export async function serveMedia(input: MediaInput): Promise<OpenAudio> {
  const clips = await readClips(input.shipped)
  const closing = new AbortController()
  const { signal } = closing
  // Everybody who listens waits for it.
  setMaxListeners(0, signal)
  const { slots, stop } = await openSlots({
    ...input,
    ...input.ground,
    streamFor: (stream, player) => input.ground.answers.streamFor(stream, player),
    signal,
  })
  const stories = await openStories({ ...input, ...input.ground, ...input.storyGround, signal })
  const { live: opened, stop: stopLive } = await openLiveAudio({ ...input, ...input.ground })
  const live: OpenLive = {
    upToDate: (stream) => input.ground.upToDate(stream),
    isLive: (stream) => opened.isLive(stream),
    isOpen: (stream) => opened.isOpen(stream),
    open: (request) => opened.open(request),
    listenersOf: (stream) => opened.listenersOf(stream),
  }
  const testTracks = {
    opened: (key: string) => input.tests.opened(key),
    asked: (...asked: Parameters<TestTracks['asked']>) => input.tests.asked(...asked),
    body: { length: clips.en.length, etag: null, bytes: clips.en },
  }
  const app = createMediaApp(
    mediaDoor({
      ...input,
      testTracks,
      clip: () => clips[input.language()],
      slots,
      stories: stories.media,
      live,
      signal,
    }),
  )
  input.door.serve(app)
  return {
    live,
    slots,
    stories: stories.steering,
    async stop() {
      app.stop()
      stop()
      stories.stop()
      closing.abort()
      await stopLive()
    },
  }
}

type OpenLive = LiveMedia & Pick<LiveStreams, 'listenersOf'>

interface OpenAudio {
  readonly live: OpenLive
  readonly slots: Pick<SlotStreams<Playable, QueueStep>, 'sendsOn'>
  readonly stories: StorySteering
  stop(): Promise<void>
}

interface PanelInput {
  readonly doors: Pick<Doors, 'panel' | 'direct'>
  /** For commands on this machine; null where it could not be opened. */
  readonly control: Pick<Door, 'serve'> | null
  readonly house: House & LiveHouse
  readonly access: AccessHouse
  readonly ground: Ground
  readonly liveAudio: LiveMedia
  /** The folder of the built panel. */
  readonly panel: string
  readonly options: Pick<Options, 'panel' | 'trusted_proxies'>
  /** Takes secrets out of what errors say. */
  readonly redactAll: <Value>(value: Value) => Value
  readonly clock: Clock
  readonly log: Log
}

const runBytes = 6

/** Serves the doors of panel and REST; whoever looks on is told of changes until it is stopped. */
export function servePanel(input: PanelInput): { healthChanged(): void; stop(): void } {
  const { doors, control, house, access, ground, liveAudio, panel, options, redactAll, clock, log } = input
  const live = new Live({ house, run: randomBytes(runBytes).toString('hex'), clock, log: log.for('http') })
  const listeners = new FiniteStreams<FiniteBody>({ clock })
  const rounds = finiteRounds(ground.hub, log)
  const serve = (door: Pick<Door, 'serve'>, auth: DoorAuth) =>
    door.serve(
      createPanelApp({
        house,
        access,
        auth,
        // A page of another site cannot take the name of this machine; only a sign-in makes it worth while to try.
        hosts: auth === 'password' ? [...options.panel.hosts, ...ownNames()] : options.panel.hosts,
        trustedProxies: options.trusted_proxies,
        newest: (stream) => newest(ground, stream, { rounds, clock }),
        listeners,
        liveAudio,
        live,
        panel,
        redactAll,
        clock,
        log: log.for('http'),
      }),
    )
  live.start()
  serve(doors.panel, options.panel.auth)
  if (doors.direct !== null) serve(doors.direct, 'password')
  // Whoever can open it is the user that the program runs as.
  if (control !== null) serve(control, 'none')
  return live
}

// Long enough that a child who presses soon after the end is answered.
const silence = silentFrames(1_250)

interface MediaParts extends MediaInput {
  /** In the language of the household, as it is now. */
  readonly clip: () => Buffer
  readonly slots: MediaSlots
  readonly stories: MediaStories
  readonly testTracks: TestTracks
  readonly live: LiveMedia
  readonly signal: AbortSignal
}

function mediaDoor({
  ground,
  clip,
  language,
  slots,
  stories,
  testTracks,
  live,
  signal,
  history,
  firstHeard,
  clock,
  log,
  trustedProxies,
}: MediaParts): MediaDoor {
  const { hub, answers, cards, sources, upToDate } = ground
  const instead = insteadWith({ library: sources, clip, language, log, signal })
  const rounds = finiteRounds(hub, log)
  return {
    async target(key) {
      const card = cards.byKey(key)
      if (card === undefined) return null
      const { card_id, player, confirm, story, tracks } = card
      if (tracks !== null) return { stream: null, card_id, player, kind: 'tracks', confirm }
      if (story !== null) {
        // Whose story it goes on with depends on who has the card.
        if (story.run === 'live') await awaitHolder(card, { hub, clock })
        const kind = story.run === 'live' ? 'live-story' : 'story'
        return { stream: null, card_id, player, kind, confirm, story: story.id }
      }
      const { kind, stream } = card
      if (stream === null || kind === 'story' || kind === 'tracks') return null
      const holder = answers.dependOnPlayer(stream)
        ? await awaitHolder(card, { hub, clock })
        : holderOf(card, hub)
      return { stream: answers.streamFor(stream, holder), card_id, player, kind, confirm }
    },
    newest: (stream, asked) => newest(ground, stream, { rounds, clock, signal, ...asked }),
    slots: {
      choose: async (request) => {
        await upToDate(request.stream)
        return slots.choose(request)
      },
      passOver: (request) => slots.passOver(request),
    },
    live,
    stories,
    track: (key, number) => trackAudio(key, number, { ...ground, clock, signal }),
    testTracks,
    listeners: new FiniteStreams<FiniteBody>({ clock }),
    playerOf: (target) => holderOf(target, hub),
    silence: { length: silence.length, etag: null, bytes: silence },
    nothingHere: (stream) => instead(stream === null ? undefined : hub.queue(stream)),
    clientAddress: clientAddressFrom(trustedProxies),
    clock,
    asked(request) {
      firstHeard.asked(request)
      return history.asked(request)
    },
    requested({ request, key, stream, player, card_id, fromStart, head }) {
      if (head) return
      if (fromStart) void cards.used(key)
      if (stream === null) return
      const at = isoOf(clock.now())
      const event = { type: 'stream_requested', stream, player, card_id, at } as const
      history.requested(event, request)
      hub.report(event)
    },
    log,
  }
}

interface Newest {
  readonly rounds: Rounds
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** Of the card it is asked for by. */
  readonly key?: string | undefined
  /** Which of its tracks, on a card of tracks. */
  readonly track?: string | null
}

/**
 * What the stream can play now: nothing while it is closed, and never a file that is missing or broken. Who begins to
 * listen now hears it to the end of the item that is playing when something else begins there.
 */
async function newest(
  ground: Ground,
  stream: string,
  { rounds, clock, signal, key, track = null }: Newest,
): Promise<Playable | null> {
  const { hub, sources, facts } = ground
  await ground.upToDate(stream)
  const [queue, now] = [hub.queue(stream), clock.now()]
  if (queue === undefined || queue.closed) return null
  const files = await sources.playable(playOrder(queue), stream)
  const at = heardUntil(ground, { queue, key, track, lengthMs: playingMs(files), now })
  const cut = at === null ? undefined : { at, heard: begunWithin(files, at.getTime() - now.getTime()) }
  return playable(files, sources, signal, rounds(queue, facts.sentOf(stream)), cut)
}
