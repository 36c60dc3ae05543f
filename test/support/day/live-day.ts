import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Condition } from '../../../src/simulator/condition.ts'
import { usualCondition } from '../../../src/simulator/condition.ts'
import type { SimulatedPlayer } from '../../../src/simulator/simulated-player.ts'
import { liveWith } from './acts.ts'
import { Happenings } from './happenings.ts'
import { type DayHouse, dayHouse } from './house.ts'
import { type Late, Lateness, type Truth } from './lateness.ts'
import { type Random, randomFrom, waitMs, whole } from './random.ts'

export interface DayReport {
  readonly seed: number
  readonly late: readonly Late[]
  readonly wrong: readonly string[]
  readonly figures: ReadonlyMap<string, readonly number[]>
  readonly commands: ReadonlyMap<string, number>
  readonly buttons: { readonly acts: number; readonly felt: number; readonly told: number }
  readonly events: { readonly happened: number; readonly told: number }
  /** How often the connection came and how often it was broken, for each way in which it was. */
  readonly connections: number
  readonly breaks: ReadonlyMap<string, number>
  /** From the moment when a network died without a word to the moment when that was found out. */
  readonly foundOutMs: readonly number[]
  readonly signIns: number
  readonly renewals: number
  readonly errors: readonly string[]
  /** Lines in the log about messages that cannot be read. */
  readonly complaints: number
  /** Of the heap, from a quarter of the day to its end. */
  readonly grownMiB: number
  readonly realMs: number
}

const hourMs = 3_600_000
// A last will comes then, and on its way back a player says nothing before its first events.
const willMs = 90_000
const silentStartMs = 2_200

/** A day of a family with its players, as this seed has it. */
export async function liveDay({ seed, hours }: { seed: number; hours: number }): Promise<DayReport> {
  const began = performance.now()
  const random = randomFrom(seed)
  const house = await dayHouse(random)
  const day = new Day(house, random)
  try {
    await day.live(hours * hourMs)
    return { seed, ...day.report(), realMs: performance.now() - began }
  } finally {
    await house.stop()
  }
}

class Day {
  readonly #house: DayHouse
  readonly #random: Random
  readonly #lateness: Lateness
  readonly #happenings = new Happenings()
  readonly #conditions = new Map<string, Condition>()
  /** Until when nobody can know what a player does. */
  readonly #unknownUntilMs = new Map<string, number>()
  readonly #commands = new Map<string, number>()
  readonly #breaks = new Map<string, number>()
  readonly #foundOutMs: number[] = []
  #connections = 0
  #frozenAtMs: number | undefined
  #wasOnline = new Map<string, boolean>()
  #heapAfterQuarter = 0
  #heapAtEnd = 0

  constructor(house: DayHouse, random: Random) {
    this.#house = house
    this.#random = random
    this.#lateness = new Lateness(house.hub)
    for (const { id, spec } of house.cloud.players)
      this.#conditions.set(id, usualCondition(spec.deviceFamily))
    house.onLink = ({ connected }) => this.#linked(connected)
    house.hub.subscribe('the day', (change) => {
      if (change.kind === 'event') this.#happenings.hear(change.event)
    })
  }

  async live(ms: number): Promise<void> {
    const { cloud } = this.#house
    await this.#pass(120_000)
    for (const player of cloud.players)
      liveWith(
        {
          house: this.#house,
          random: this.#random,
          look: () => this.#look(),
          pressed: (pressed) => this.#happenings.pressed(pressed, this.#now),
          felt: () => this.#happenings.felt(),
          died: (died) => this.#died(died),
          changed: (changed, condition) => this.#changed(changed, condition),
          commanded: (outcome) => count(this.#commands, outcome),
        },
        player,
      )
    this.#breakNow()
    await this.#pass(ms / 4)
    this.#heapAfterQuarter = usedHeap()
    await this.#pass((ms * 3) / 4 - 120_000)
    this.#heapAtEnd = usedHeap()
  }

  report() {
    const { net, log } = this.#house
    const happenings = this.#happenings
    return {
      late: this.#lateness.late,
      wrong: [...happenings.wrong, ...happenings.surplus()],
      figures: this.#lateness.figures(),
      commands: this.#commands,
      buttons: happenings.buttons,
      events: happenings.totals(),
      connections: this.#connections,
      breaks: this.#breaks,
      foundOutMs: this.#foundOutMs,
      signIns: net.requests('POST /oauth/device/code'),
      renewals: net.requests('POST /oauth/token'),
      errors: log.lines
        .filter(({ level }) => level === 'error')
        .map(({ message, detail }) => `${message} ${JSON.stringify(detail)}`),
      complaints: log.lines.filter(({ message }) => message.includes('cannot be read')).length,
      grownMiB: (this.#heapAtEnd - this.#heapAfterQuarter) / 2 ** 20,
    }
  }

  get #now(): Date {
    return this.#house.clock.now()
  }

  #pass(ms: number): Promise<void> {
    return this.#house.clock.advance(ms, async () => {
      this.#look()
      await this.#house.net.quiet()
      this.#look()
    })
  }

  #look(): void {
    for (const player of this.#house.cloud.players) {
      const truth = this.#truth(player)
      this.#happenings.see(player, truth)
      if (this.#isKnowable(player, truth)) this.#lateness.compare(player, truth, this.#now)
      else this.#lateness.forget(player)
    }
  }

  #truth(player: SimulatedPlayer): Truth {
    const minutes = this.#now.getUTCHours() * 60 + this.#now.getUTCMinutes()
    return {
      online: player.online,
      snapshot: player.snapshot(),
      condition: this.#conditions.get(player.id) ?? usualCondition('mini'),
      day: minutes >= 6 * 60 + 30 && minutes < 18 * 60 + 20,
    }
  }

  #isKnowable(player: SimulatedPlayer, { online }: Truth): boolean {
    const nowMs = this.#now.getTime()
    if (online && this.#wasOnline.get(player.id) === false)
      this.#unknownUntilMs.set(player.id, player.name === 'Den' ? nowMs + silentStartMs : nowMs)
    this.#wasOnline.set(player.id, online)
    return nowMs >= (this.#unknownUntilMs.get(player.id) ?? 0)
  }

  #died(player: SimulatedPlayer): void {
    this.#unknownUntilMs.set(player.id, this.#now.getTime() + willMs)
  }

  #changed(player: SimulatedPlayer, condition: Partial<Condition>): void {
    const before = this.#conditions.get(player.id)
    if (before !== undefined) this.#conditions.set(player.id, { ...before, ...condition })
  }

  #linked(is: boolean): void {
    if (is) this.#connections++
    if (!is && this.#frozenAtMs !== undefined) {
      this.#foundOutMs.push(this.#now.getTime() - this.#frozenAtMs)
      this.#frozenAtMs = undefined
    }
    this.#lateness.connected = { is, at: this.#now }
  }

  /** Every hour or so the connection suffers one of the things that connections suffer. */
  #breakNow(): void {
    const { clock } = this.#house
    clock.at(new Date(this.#now.getTime() + 600_000 + waitMs(this.#random, hourMs)), () => {
      this.#breakOnce()
      this.#breakNow()
    })
  }

  #breakOnce(): void {
    const { net } = this.#house
    const way = whole(this.#random, 0, 2)
    count(this.#breaks, ['cut', 'frozen', 'refused'][way] ?? '')
    if (way === 0) net.cut()
    else if (way === 1) {
      this.#frozenAtMs = this.#now.getTime()
      this.#lateness.connected = { is: false, at: this.#now }
      net.freeze()
    } else this.#refuse()
  }

  #refuse(): void {
    const { cloud, clock } = this.#house
    cloud.refuseConnections(true)
    cloud.dropConnections()
    const ms = whole(this.#random, 30_000, 900_000)
    clock.at(new Date(this.#now.getTime() + ms), () => cloud.refuseConnections(false))
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function usedHeap(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
  return getHeapStatistics().used_heap_size
}
