import type { Collection, Entry } from '../../src/core/collection.ts'
import type { Effect } from '../../src/core/effect.ts'
import type { Button, PlayerEvent } from '../../src/core/event.ts'
import { unknownPlayer } from '../../src/core/player.ts'
import type { StoredQueue } from '../../src/core/queue.ts'
import type { PlainValue } from '../../src/core/value-form.ts'
import { Write } from '../../src/core/write.ts'
import { Hub } from '../../src/hub.ts'
import { performWith } from '../../src/perform.ts'
import type { Rule, RuleSet } from '../../src/rules/rule-set.ts'
import { RuleRunner } from '../../src/wiring/rules.ts'
import { sendingOn } from '../../src/wiring/sending-on.ts'
import { recordingLog } from './recording-log.ts'
import { oneTurn, VirtualClock } from './virtual-clock.ts'

/** When the process dies: at its nth deed of that kind, before the deed or right behind it. */
export interface Death {
  readonly of: 'write' | 'publish'
  readonly nth: number
  readonly when: 'before' | 'behind'
  /** The power is cut: what the disk had not confirmed is gone with it. */
  readonly isPowerCut?: boolean
}

/**
 * A household whose process dies at moments that a test chooses, and is started again on what its store had by then. Of a
 * dead process nothing comes any more: what it waits for never comes, and it reaches nobody.
 */
export class MortalHouse {
  /** What left the house. */
  readonly published: string[] = []
  /** The same among what came into the store, in order: `stored vars runs`, `sent topic payload`. */
  readonly deeds: string[] = []
  readonly log = recordingLog()
  readonly clock = new VirtualClock()
  #durable: Rows = new Map()
  /** What the disk has confirmed of it. */
  #confirmed: Rows = new Map()
  /** What the next write waits for. */
  #storeHeld: Promise<void> = Promise.resolve()
  /** How many writes the store has been asked for and not done. */
  writesComing = 0
  /** By topic: what a message waits for before it is sent. */
  readonly #held = new Map<string, Promise<void>>()
  /** While it is set, the store takes nothing and says why. */
  diskFault: Error | null = null
  /** Why it does not take these rows. */
  rowFault: (rows: readonly Entry[]) => Error | null = () => null
  /** The last write of each process: they come one after the other, once nothing more follows from what has just happened. */
  readonly #writing = new WeakMap<AbortSignal, Promise<void>>()
  /** Players that play every stream by a queue card, so that they are sent on. */
  readonly listening: string[] = []
  /** While it is set, players cannot be told anything. */
  playerFault: Error | null = null
  /** By rule: why it rests. */
  readonly resting = new Map<string, string>()
  #ruleSet: RuleSet
  readonly #deaths: Death[]
  readonly #done = { write: 0, publish: 0 }
  #writes = 0
  #life = new AbortController()
  #died: Promise<void> = new Promise(() => undefined)
  #hub: Hub | null = null
  #rules: RuleRunner | null = null
  #changed: (ruleSet: RuleSet) => Promise<void> = async () => undefined

  constructor(ruleSet: RuleSet, deaths: readonly Death[] = []) {
    this.#ruleSet = ruleSet
    this.#deaths = [...deaths]
  }

  get deaths(): number {
    return this.#done.write + this.#done.publish
  }

  /** Starts the process, or starts it again; resolves when it has come through its start. */
  async start(): Promise<void> {
    this.#life = new AbortController()
    const { signal } = this.#life
    this.#died = new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    const { clock, log } = this
    const collection = <Value>(name: string) => this.#collection<Value>(name, signal)
    const hub = new Hub({
      queues: collection<StoredQueue>('queues'),
      values: { vars: collection<PlainValue>('vars'), inputs: collection<PlainValue>('inputs') },
      card: () => ({ layout: null, stream: null }),
      newId: () => 'i',
      ...{ clock, log },
    })
    this.#hub = hub
    await hub.start()
    hub.setPlayers([unknownPlayer('y1', 'Nursery')])
    this.#rules = new RuleRunner({
      ...{ hub, clock, log },
      perform: sendingOn(
        performWith({
          mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
          deleteQueue: (...deletion) => hub.deleteQueue(...deletion),
          command: async (player, { type }) => {
            if (this.playerFault !== null) throw this.playerFault
            await this.#publish(`${player} ${type}`, signal)
          },
          publish: async (topic, payload) => {
            await this.#held.get(topic)
            await this.#publish(`${topic} ${payload}`, signal)
          },
          values: hub,
          files: async (name) => (name === 'nothing.mp3' ? [] : [name]),
          lookup: async () => ({ state: 'ready' }),
          deeds: { say: () => undefined },
          log,
        }),
        async () => this.#entrances(),
      ),
      book: {
        current: this.#ruleSet,
        onChange: (changed) => {
          // One that died as it started may come as far as here, for its clock goes on.
          if (!signal.aborted) this.#changed = changed
          return () => undefined
        },
      },
      applied: collection('applied-slots'),
      moments: collection('moments'),
      names: { applied: 'applied-slots', moments: 'moments' },
      traces: collection('traces'),
      troubled: ({ id }, why) => {
        if (why === null) this.resting.delete(id)
        else this.resting.set(id, why)
      },
      journal: {
        name: 'runs',
        runs: collection('runs'),
        setMany: (entries) => this.#setMany(entries, { signal, write: new Write() }),
      },
    })
    await this.#unlessItDies(this.#rules.start())
    if (this.#isDead) return this.start()
    await this.#quiet()
  }

  /** Resolves when the press is taken in and what it started is done, or waits; in a process that lives. */
  async press(button: Button): Promise<void> {
    // The same button within 300 ms is one press.
    await this.advance(1)
    const event: PlayerEvent = {
      ...{ type: 'button', button, confidence: 1, via: 'mqtt', player: 'y1', stream: 'bedroom' },
      ...{ card_id: 'c', chapter_key: '01', track_key: '01' },
      at: this.clock.now().toISOString(),
    }
    for (;;) {
      const before = this.#writes
      this.#hub?.report(event)
      await this.#quiet()
      // Nothing of it was written: it came while nobody was there, and whoever told of it tells again.
      const isLost = this.#isDead && this.#writes === before
      await this.#live()
      if (!isLost) return
    }
  }

  async advance(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed++) {
      await this.clock.advance(1000, () => this.#quiet())
      await this.#live()
    }
  }

  /** What is published on this topic waits until the returned function is called. */
  hold(topic: string): () => void {
    let goOn: () => void = () => undefined
    this.#held.set(
      topic,
      new Promise((resolve) => {
        goOn = resolve
      }),
    )
    return () => goOn()
  }

  /** The store takes nothing more until the returned function is called. */
  holdStore(): () => void {
    let goOn: () => void = () => undefined
    this.#storeHeld = new Promise((resolve) => {
      goOn = resolve
    })
    return () => goOn()
  }

  /** A person sets an input. */
  async set(name: string, value: PlainValue): Promise<void> {
    await this.#unlessItDies(this.#hub?.setInput(name, value, 'a test'))
    await this.#quiet()
    await this.#live()
  }

  /** An event as it is, whenever it was. Resolves when the runs that it starts have ended, or only wait. */
  async tell(event: PlayerEvent): Promise<void> {
    this.#hub?.report(event)
    await this.#rules?.runsOf(event)
  }

  /** Ends it without a word, and starts it again after so many seconds, where nothing is said with the same rules. */
  async kill(seconds = 0, ruleSet = this.#ruleSet): Promise<void> {
    this.#life.abort()
    await this.#again(seconds, ruleSet)
  }

  /** The same in good order. */
  async restart(seconds = 0, ruleSet = this.#ruleSet): Promise<void> {
    let hasStopped = false
    this.#rules?.stop().then(() => {
      hasStopped = true
    })
    await this.#quiet()
    while (!hasStopped && !this.#isDead) await this.clock.advance(1000, () => this.#quiet())
    this.#life.abort()
    await this.#again(seconds, ruleSet)
  }

  async #again(seconds: number, ruleSet: RuleSet): Promise<void> {
    this.#ruleSet = ruleSet
    await this.clock.advance(seconds * 1000, () => this.#quiet())
    await this.start()
  }

  /** Other rules take the place of those that are there. */
  async edit(ruleSet: RuleSet): Promise<void> {
    this.#ruleSet = ruleSet
    await this.#unlessItDies(this.#changed(ruleSet))
    await this.#quiet()
  }

  /** How many rows the journal has, also free ones. */
  get rows(): number {
    return this.#durable.get('runs')?.size ?? 0
  }

  /** Reads the rules again, which say what they said. */
  async reload(): Promise<void> {
    const rules = this.#ruleSet.rules.map((rule): Rule => ({ ...rule }))
    await this.#unlessItDies(this.#changed({ ...this.#ruleSet, rules }))
    await this.#quiet()
    await this.#live()
  }

  /** What the store has. */
  get kept() {
    const all = (name: string) =>
      Object.fromEntries([...(this.#durable.get(name) ?? [])].map(([key, text]) => [key, JSON.parse(text)]))
    const queues: Record<string, StoredQueue> = all('queues')
    const files = Object.entries(queues).map(([name, { items }]) => [
      name,
      items.map(({ file }) => file).sort(),
    ])
    const underWay = Object.values(all('runs')).filter((record) => record !== null)
    return {
      vars: all('vars'),
      inputs: all('inputs'),
      queues: Object.fromEntries(files),
      underWay: underWay.length,
    }
  }

  /** The files of a stream in the order in which the store has them. */
  order(stream: string): string[] {
    const text = this.#durable.get('queues')?.get(stream)
    const queue: StoredQueue | null = text === undefined ? null : JSON.parse(text)
    return queue?.items.map(({ file }) => file) ?? []
  }

  /** The traces of all rules, as they are in memory. */
  traces(rule: string) {
    return this.#rules?.traces.of(rule) ?? []
  }

  #entrances(): Effect[] {
    return this.listening.map((player) => {
      const command = { type: 'card', card_id: 'c', chapter_key: 'start', track_key: 'start' } as const
      return { kind: 'command', player, command }
    })
  }

  get #isDead(): boolean {
    return this.#life.signal.aborted
  }

  /** Nothing that the process was at comes to an end once it is dead. */
  async #unlessItDies(work: Promise<unknown> | undefined): Promise<void> {
    await Promise.race([work, this.#died])
  }

  async #live(): Promise<void> {
    while (this.#isDead) {
      await this.start()
      // What was due while nobody was there comes before anything else does.
      await this.clock.advance(0, () => this.#quiet())
    }
  }

  async #quiet(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) await oneTurn()
  }

  #collection<Value>(name: string, signal: AbortSignal): Collection<Value> {
    const values = () => this.#durable.get(name) ?? new Map<string, string>()
    return {
      get: async (key) => {
        const text = values().get(key)
        return text === undefined ? undefined : JSON.parse(text)
      },
      set: (key, value, also, write = new Write()) =>
        this.#setMany([{ collection: name, key, value }, ...(also?.rows() ?? [])], {
          ...{ signal, write, isSoon: also?.isSoon === true },
        }),
      delete: async (key) => values().delete(key),
      entries: async () => [...values()].map(([key, text]) => [key, JSON.parse(text)]),
    }
  }

  #setMany(rows: readonly Entry[], how: Writing): Promise<void> {
    this.writesComing += 1
    const before = this.#writing.get(how.signal) ?? Promise.resolve()
    const written = before
      .then(() => new Promise(process.nextTick))
      .then(() => this.#storeHeld)
      .then(() => this.#mortally('write', how.signal, () => this.#take(rows, how)))
    const settled = written.catch(() => undefined)
    this.#writing.set(how.signal, settled)
    return written
  }

  #take(rows: readonly Entry[], { write, isSoon = false }: Writing): void {
    this.writesComing -= 1
    const fault = write.isLost
      ? new Error('what it follows from is lost')
      : (this.diskFault ?? this.rowFault(rows))
    if (fault !== null) {
      if (!write.isLost) write.lost()
      throw fault
    }
    this.#writes += 1
    this.deeds.push(`stored ${[...new Set(rows.map(({ collection }) => collection))].join(' ')}`)
    for (const { collection, key, value } of rows) {
      const values = this.#durable.get(collection) ?? new Map<string, string>()
      this.#durable.set(collection, values.set(key, JSON.stringify(value)))
    }
    if (!isSoon) this.#confirmed = copyOf(this.#durable)
    write.kept()
  }

  #publish(message: string, signal: AbortSignal): Promise<void> {
    return this.#mortally('publish', signal, () => {
      this.published.push(message)
      this.deeds.push(`sent ${message}`)
    })
  }

  /** Does it unless the process dies before; what it dies at never comes back to it. */
  async #mortally(of: Death['of'], signal: AbortSignal, deed: () => void): Promise<void> {
    if (signal.aborted) return new Promise(() => undefined)
    const [death] = this.#deaths
    const isLast = death?.of === of && --this.#countdown === 0
    if (!isLast || death === undefined) return deed()
    if (death.when === 'behind') deed()
    if (death.isPowerCut === true) this.#durable = copyOf(this.#confirmed)
    this.#deaths.shift()
    this.#countdown = this.#deaths[0]?.nth ?? 0
    this.#done[of] += 1
    this.#life.abort()
    return new Promise(() => undefined)
  }

  #countdown = 0

  /** From now on it dies as it was told. */
  arm(): void {
    this.#countdown = this.#deaths[0]?.nth ?? 0
  }
}

interface Writing {
  readonly signal: AbortSignal
  readonly write: Write
  readonly isSoon?: boolean
}

/** By collection and key, as JSON. */
type Rows = Map<string, Map<string, string>>

function copyOf(rows: Rows): Rows {
  return new Map([...rows].map(([name, values]) => [name, new Map(values)]))
}
