import type { Refutation } from '../../../src/audio/slots/slot-claims.ts'
import type { SlotPress, StoredVisit } from '../../../src/audio/slots/slot-listeners.ts'
import { type QueueStep, SlotQueue } from '../../../src/audio/slots/slot-queue.ts'
import { SlotStreams, type SlotWord } from '../../../src/audio/slots/slot-streams.ts'
import { emptyQueue, type Queue, type QueueMutation } from '../../../src/core/queue.ts'
import { mutate } from '../../../src/core/queue-mutation.ts'
import type { Place } from '../../../src/core/slot.ts'
import { memoryCollection } from '../../support/memory-collection.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

interface Sound {
  readonly length: number
  readonly etag: string
  readonly file: string
}

// A minute of 128 kbit/s.
const bytesPerItem = 960_000

/** A stream `bedroom` of items a, b and c with one card that is played by `y1`, at 10.0.0.1. */
export class SlotHouse {
  readonly clock = new VirtualClock()
  readonly visits = memoryCollection<StoredVisit>()
  readonly presses: SlotPress[] = []
  readonly refutations: Refutation[] = []
  readonly silences: boolean[] = []
  readonly failures: unknown[] = []
  readonly broken = new Set<string>()
  /** Bytes of a file; of any other, a minute. */
  readonly lengths = new Map<string, number>()
  /** What the house does about a press. */
  onPress: (press: SlotPress) => Promise<void> = async () => undefined
  confirm: 'request' | 'mqtt' = 'request'
  /** The place a command of ours leads to. */
  commanded: Place | null = null
  /** How long the player says it has played; null: it says nothing. */
  playedMs: number | null = null
  queue: Queue = emptyQueue('bedroom')
  #slots: SlotStreams<Sound, QueueStep>
  #ids = 0

  constructor() {
    this.setTo('a', 'b', 'c')
    this.#slots = this.#newSlots()
  }

  /** The program ends, and begins again with what it has in its store. */
  async restart(): Promise<void> {
    this.#slots = this.#newSlots()
    await this.#slots.start()
  }

  #newSlots(): SlotStreams<Sound, QueueStep> {
    return new SlotStreams<Sound, QueueStep>({
      clock: this.clock,
      visits: this.visits,
      track: new SlotQueue({
        queue: (stream) => (stream === 'bedroom' ? this.queue : undefined),
        move: async (_, move) => this.change(move),
        body: async (file) => (this.broken.has(file) ? null : this.#sound(file)),
      }),
      pressed: (press) => {
        this.presses.push(press)
        return this.onPress(press)
      },
      isCommanded: ({ place }) => place === this.commanded,
      playedMs: () => this.playedMs,
      refuted: (refutation) => {
        this.refutations.push(refutation)
        this.confirm = 'mqtt'
      },
      silent: (_, isSilent) => this.silences.push(isSilent),
      failed: (_, error) => this.failures.push(error),
    })
  }

  #sound(file: string): Sound {
    return { file, length: this.lengths.get(file) ?? bytesPerItem, etag: `"${file}"` }
  }

  change(mutation: QueueMutation): Queue {
    this.queue = mutate(this.queue, mutation, {
      newId: () => `i${++this.#ids}`,
      random: () => 0.5,
      reason: 'test',
    })
    return this.queue
  }

  setTo(...files: string[]): Queue {
    return this.change({ op: 'replace', files, playlist: null })
  }

  /** What a GET of the place gives: the file, or `nothing` or `over`. */
  async get(
    place: Place,
    {
      start = 0,
      listener = ['y1 at 00123', '10.0.0.1'],
      player = 'y1',
    }: { start?: number; listener?: [string, ...string[]]; player?: string | null } = {},
  ): Promise<string> {
    const asked = { stream: 'bedroom', player, card_id: '00123', place, confirm: this.confirm }
    const answer = await this.#slots.choose({ ...asked, listener, startIn: () => start })
    return answer.kind === 'item' ? answer.body.file : answer.kind
  }

  /** What comes in place of what a GET of the place gave and could not be read. */
  async passOver(place: Place): Promise<string> {
    const asked = { stream: 'bedroom', player: 'y1', card_id: '00123', place, confirm: this.confirm }
    const listener = ['y1 at 00123', '10.0.0.1'] as const
    const answer = await this.#slots.passOver({ ...asked, listener, startIn: () => 0 })
    return answer.kind === 'item' ? answer.body.file : answer.kind
  }

  /** The player says that it plays the place. */
  named(place: Place, news: Partial<SlotWord> = {}): Promise<void> {
    const { confirm, playedMs } = this
    const told = { stream: 'bedroom', player: 'y1', card_id: '00123', place, confirm, playedMs }
    return this.#slots.said({
      ...told,
      listener: ['y1 at 00123'],
      isCommanded: false,
      isFollowed: true,
      isTakenUp: false,
      ...news,
    })
  }

  /** The player says so again and again, until it must be believed. */
  async goesOnWith(place: Place): Promise<void> {
    await this.seconds(6)
    await this.named(place)
    await this.seconds(3)
    await this.named(place)
  }

  /** A GET whose answer may wait for the player's word, and does so in vain. */
  async getUnheard(place: Place): Promise<string> {
    const answer = this.get(place)
    await this.seconds(1)
    return answer
  }

  /** Puts the file behind the current item and makes it current; resolves with whether the listener is to be sent on. */
  playNow(file: string, name = 'y1 at 00123'): Promise<boolean> {
    this.change({ op: 'insert-next', files: [file], now: true })
    return this.#slots.sendsOn('bedroom', { name, confirm: this.confirm })
  }

  sendsOn(name = 'y1 at 00123'): Promise<boolean> {
    return this.#slots.sendsOn('bedroom', { name, confirm: this.confirm })
  }

  /** The card is taken out of the player. */
  remove(): void {
    this.#slots.removed('y1 at 00123')
  }

  buttons(): string[] {
    return this.presses.map(({ button }) => button)
  }

  /** The file that is current; null when the queue is over. */
  current(): string | null {
    return this.queue.items.find(({ id }) => id === this.queue.current)?.file ?? null
  }

  seconds(count: number): Promise<void> {
    return this.clock.advance(count * 1000)
  }
}
