import type { SlotPress, StoredVisit } from '../../src/audio/slots/slot-listeners.ts'
import { SlotStreams, type SlotWord } from '../../src/audio/slots/slot-streams.ts'
import { edgesFrom, type Slot } from '../../src/core/slot.ts'
import type { Story } from '../../src/core/story.ts'
import type { StoryNews } from '../../src/core/story-news.ts'
import type { Values } from '../../src/language/expression/environment.ts'
import { StorySessions } from '../../src/stories/live/sessions.ts'
import { type Heard, StoryPlaces, type StoryStep } from '../../src/stories/live/story-places.ts'
import type { StopEdge } from '../../src/stories/stop.ts'
import { type StoredStory, StoryVersions } from '../../src/stories/versions.ts'
import { memoryCollection } from './memory-collection.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface LiveBody extends Heard {
  readonly length: number
  readonly etag: string
}

const oneMinute = 960_000

/** A story that is run live on one card `00123`, in player `y1` where nobody else is named. */
export class LiveStory {
  readonly clock = new VirtualClock()
  readonly news: StoryNews[] = []
  readonly presses: SlotPress[] = []
  readonly failures: unknown[] = []
  confirm: 'request' | 'mqtt' = 'request'
  /** The place a command of ours leads to. */
  commanded: Slot | null = null
  random: () => number = () => 0.5
  /** What the house answers now. */
  house: Values | (() => Values) = {}
  readonly unanswered: string[] = []
  /** Why nothing can be heard now. */
  fault: Error | null = null
  story: Story | undefined
  readonly #visits = memoryCollection<StoredVisit>()
  readonly #records = memoryCollection<unknown>()
  readonly #stored = memoryCollection<StoredStory>()
  #sessions!: StorySessions
  #slots!: SlotStreams<LiveBody, StoryStep>
  #track!: StoryPlaces<LiveBody>

  constructor(story: Story) {
    this.story = story
  }

  /** Begins, or begins again with what is in the store. */
  async start(): Promise<this> {
    const { clock } = this
    const versions = new StoryVersions(this.#stored, { clock })
    await versions.start()
    this.#sessions = new StorySessions({ records: this.#records, versions, clock })
    await this.#sessions.start()
    const track = new StoryPlaces<LiveBody>({
      ...{ sessions: this.#sessions, versions, clock },
      story: (id) => (this.story?.id === id ? this.story : undefined),
      body: async (heard) => {
        if (this.fault !== null) throw this.fault
        const etag = `"${JSON.stringify([heard.scene, heard.sounds, heard.fromMs])}"`
        return { ...heard, length: oneMinute, etag }
      },
      lead: async (_, atMs) => atMs,
      happened: (news) => this.news.push(news),
      house: () => (typeof this.house === 'function' ? this.house() : this.house),
      unanswered: (_, { asked, why }) => this.unanswered.push(`${asked}: ${why}`),
      failed: (_, error) => this.failures.push(error),
      random: () => this.random(),
    })
    this.#track = track
    this.#slots = new SlotStreams({
      ...{ clock, track, visits: this.#visits },
      pressed: async (press) => {
        this.presses.push(press)
      },
      isCommanded: ({ place }) => place === this.commanded,
      playedMs: () => null,
      refuted: () => undefined,
      silent: () => undefined,
      failed: (_, error) => this.failures.push(error),
    })
    await this.#slots.start()
    return this
  }

  /** What a GET of the place gives; `nothing` or `over` where that is no sound. */
  async get(
    place: Slot,
    {
      player = 'y1',
      start = 0,
      address = '10.0.0.1',
    }: { player?: string | null; start?: number; address?: string } = {},
  ): Promise<LiveBody | 'nothing' | 'over'> {
    const names = namesOf(player, address)
    const stream = this.lineOf(player, address)
    const asked = { stream, player, card_id: '00123', place, confirm: this.confirm }
    const answer = await this.#slots.choose({ ...asked, listener: names, startIn: () => start })
    return answer.kind === 'item' ? answer.body : answer.kind
  }

  /** The player says that it plays the place. */
  async says(
    place: Slot,
    { player = 'y1', ...word }: Partial<SlotWord> & { player?: string } = {},
  ): Promise<void> {
    await this.#slots.said({
      ...{ stream: this.lineOf(player), player, card_id: '00123', place, confirm: this.confirm },
      listener: [`00123 player ${player}`],
      ...{ isCommanded: false, playedMs: null, isFollowed: true, isTakenUp: false, ...word },
    })
  }

  /** The player says how long it has played what it is at. */
  hears(playedMs: number, player = 'y1'): void {
    this.#sessions.heard(this.lineOf(player), playedMs)
  }

  /** Somebody in the house has the story begin. */
  begin(player = 'y1'): Promise<void> {
    return this.#track.steer(this.lineOf(player), this.#track.begun())
  }

  /** It is to be brought to an end. */
  bedtime(player = 'y1'): Promise<boolean> {
    return this.#sessions.bedtime(this.lineOf(player))
  }

  /** The card leaves the player. */
  removed(player = 'y1'): void {
    this.#slots.removed(`00123 player ${player}`)
    this.#sessions.removed(this.lineOf(player))
  }

  lineOf(player: string | null, address = '10.0.0.1'): string {
    const names = namesOf(player, address)
    return this.#sessions.lineOf({ story: this.story?.id ?? 'any', card_id: '00123', player, names })
  }

  session(player = 'y1') {
    return this.#sessions.get(this.lineOf(player))
  }
}

function namesOf(player: string | null, address: string): readonly [string, ...string[]] {
  const byAddress = `00123 address ${address}`
  return player === null ? [byAddress] : [`00123 player ${player}`, byAddress]
}

/** Where a player goes from a place by that edge. */
export function placeAfter(place: Slot, edge: StopEdge): Slot {
  return edgesFrom(place)[edge]
}
