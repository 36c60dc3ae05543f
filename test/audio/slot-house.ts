import type { SlotPress } from '../../src/audio/slot-listeners.ts'
import { type Refutation, type SlotNews, SlotStreams } from '../../src/audio/slot-streams.ts'
import { emptyQueue, mutate, type Queue, type QueueMutation } from '../../src/core/queue.ts'
import type { Place } from '../../src/core/slot.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

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
  readonly presses: SlotPress[] = []
  readonly refutations: Refutation[] = []
  readonly silences: boolean[] = []
  readonly failures: unknown[] = []
  readonly broken = new Set<string>()
  /** What the house does about a press. */
  onPress: (press: SlotPress) => Promise<void> = async () => undefined
  confirm: 'request' | 'mqtt' = 'request'
  /** The place a command of ours leads to. */
  commanded: Place | null = null
  /** How long the player says it has played; null: it says nothing. */
  playedMs: number | null = null
  queue: Queue = emptyQueue('bedroom')
  readonly #slots: SlotStreams<Sound>
  #ids = 0

  constructor() {
    this.setTo('a', 'b', 'c')
    this.#slots = new SlotStreams<Sound>({
      clock: this.clock,
      queue: (stream) => (stream === 'bedroom' ? this.queue : undefined),
      move: async (_, move) => this.change(move),
      body: async (file) =>
        this.broken.has(file) ? null : { file, length: bytesPerItem, etag: `"${file}"` },
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

  change(mutation: QueueMutation): Queue {
    this.queue = mutate(this.queue, mutation, { newId: () => `i${++this.#ids}`, reason: 'test' })
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

  /** The player says that it plays the place. */
  named(place: Place, news: Partial<SlotNews> = {}): Promise<void> {
    const { confirm, playedMs } = this
    const told = { stream: 'bedroom', player: 'y1', card_id: '00123', place, confirm, playedMs }
    return this.#slots.named({ ...told, listener: ['y1 at 00123'], isCommanded: false, ...news })
  }

  /** The player says so again and again, until it must be believed. */
  async goesOnWith(place: Place): Promise<void> {
    await this.seconds(6)
    await this.named(place)
    await this.seconds(3)
    await this.named(place)
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
