import type { Condition } from '../../../src/simulator/condition.ts'
import { usualCondition } from '../../../src/simulator/condition.ts'
import type { SimulatedPlayer } from '../../../src/simulator/simulated-player.ts'
import { liveWith } from './acts.ts'
import { cardIds } from './cards.ts'
import { CloudPresence } from './cloud-presence.ts'
import { Counts } from './counts.ts'
import type { DayReport } from './day-report.ts'
import { Happenings } from './happenings.ts'
import { type DayHouse, dayHouse } from './house.ts'
import { Lateness, type Truth } from './lateness.ts'
import { LocalStates } from './local-states.ts'
import { Outages } from './outages.ts'
import { Programs } from './programs.ts'
import { type Random, randomFrom } from './random.ts'
import { RestFaults } from './rest-faults.ts'
import { SignIns } from './sign-ins.ts'
import { tokenRequests } from './token-requests.ts'
import { usedHeap } from './used-heap.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
// A last will comes then, and on its way back a player says nothing before its first events.
const willMs = 90_000
const silentStartMs = 2_200
// Every command is answered by then, one of REST after all its tries.
const answersMs = 180_000

/** A day of a family with its players, as this seed has it. */
export async function liveDay({ seed, hours }: { seed: number; hours: number }): Promise<DayReport> {
  const began = performance.now()
  const random = randomFrom(seed)
  const house = await dayHouse(random)
  const day = new Day(house, random)
  try {
    await day.live(hours * hourMs)
    return { seed, hours, ...day.report(), realMs: performance.now() - began }
  } finally {
    await house.stop()
  }
}

class Day {
  readonly #house: DayHouse
  readonly #random: Random
  readonly #lateness: Lateness
  readonly #happenings = new Happenings()
  readonly #programs: Programs
  readonly #outages: Outages
  readonly #restFaults: RestFaults
  readonly #localStates: LocalStates
  readonly #signIns: SignIns
  readonly #presence: CloudPresence
  readonly #wrong: string[] = []
  readonly #conditions = new Map<string, Condition>()
  /** Until when nobody can know what a player does. */
  readonly #unknownUntilMs = new Map<string, number>()
  readonly #backMs: number[] = []
  readonly #wasOnline = new Map<string, boolean>()
  #audioRequests = 0
  #sinceHourMs = 0
  #afterEnd = new Counts()
  #heapAfterQuarter = 0
  #heapAtEnd = 0

  constructor(house: DayHouse, random: Random) {
    this.#house = house
    this.#random = random
    this.#lateness = new Lateness(house.app.hub)
    this.#programs = new Programs(house, random)
    this.#restFaults = new RestFaults(house, random)
    this.#localStates = new LocalStates(house)
    this.#presence = new CloudPresence({
      lateness: this.#lateness,
      now: () => this.#now,
      faults: () => this.#faults(),
    })
    this.#signIns = new SignIns({ house, pass: (ms) => this.#pass(ms) })
    this.#outages = new Outages({
      house,
      random,
      isConnected: () => this.#presence.isConnected,
      died: () => this.#presence.died(),
      over: () => this.#presence.over(),
    })
    for (const { id, spec } of house.cloud.players)
      this.#conditions.set(id, usualCondition(spec.deviceFamily))
    house.local.onInfo = (info) => this.#presence.informed(info)
    house.app.hub.subscribe('the day', (change) => {
      if (change.kind !== 'event') return
      this.#happenings.hear(change.event)
      if (change.event.type === 'stream_requested') this.#audioRequests++
    })
  }

  async live(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    await this.#begin()
    this.#family([...cardIds, await this.#publish()])
    this.#outages.start()
    this.#restFaults.start()
    await this.#passUntil(endMs - (ms * 3) / 4)
    this.#heapAfterQuarter = usedHeap()
    await this.#passUntil(endMs - ms / 2)
    await this.#loseSignIn()
    await this.#passUntil(endMs - answersMs)
    this.#programs.end()
    await this.#passUntil(endMs)
    this.#heapAtEnd = usedHeap()
    this.#wrong.push(...this.#house.local.wrongEvents())
  }

  report() {
    const { net, log, local, storage } = this.#house
    const happenings = this.#happenings
    return {
      late: this.#lateness.late,
      wrong: [
        ...this.#wrong,
        ...happenings.wrong,
        ...happenings.surplus(),
        ...this.#programs.wrong,
        ...this.#localStates.wrong,
      ],
      figures: this.#lateness.figures(),
      commands: this.#programs.outcomes,
      commandsAsked: this.#programs.asked,
      settings: this.#programs.settings,
      buttons: happenings.buttons,
      events: happenings.totals(),
      connections: this.#presence.connections,
      breaks: this.#outages.breaks,
      awayMs: this.#presence.awayMs,
      foundOutMs: this.#presence.foundOutMs,
      againMs: this.#presence.againMs,
      signIns: this.#signIns.done,
      backMs: this.#backMs,
      tokenRequests: tokenRequests(net),
      tokenRequestsAfterEnd: this.#afterEnd,
      restFaults: this.#restFaults.taken(),
      localMessages: local.heard,
      localLooks: this.#localStates.looks,
      audioRequests: this.#audioRequests,
      writes: storage.writes,
      errors: log.errors,
      complaints: log.count('cannot be read'),
      grownMiB: (this.#heapAtEnd - this.#heapAfterQuarter) / 2 ** 20,
    }
  }

  /** There is no network, then one that does not answer, then one that works; some time later somebody signs in. */
  async #begin(): Promise<void> {
    const { net } = this.#house
    await this.#pass(10 * minuteMs)
    await net.set('silent')
    await this.#pass(10 * minuteMs)
    await this.#expectAccount('pending')
    await net.set('open')
    await this.#pass(5 * minuteMs)
    await this.#comeIn(() => this.#signIns.withCode())
    await this.#pass(3 * minuteMs)
  }

  #family(cards: readonly string[]): void {
    for (const player of this.#house.cloud.players)
      liveWith(
        {
          house: this.#house,
          random: this.#random,
          cards,
          look: () => this.#look(),
          pressed: (pressed) => this.#happenings.pressed(pressed, this.#now),
          felt: () => this.#happenings.felt(),
          died: (died) => this.#died(died),
          changed: (changed, condition) => this.#changed(changed, condition),
          ask: (asked, wish) => this.#programs.ask(asked, wish),
          set: (set, settings) => this.#programs.set(set, settings),
        },
        player,
      )
  }

  /** Yoto withdraws the sign-in; somebody notices an hour later. */
  async #loseSignIn(): Promise<void> {
    const { cloud, net } = this.#house
    const before = tokenRequests(net)
    const endMs = this.#nowMs + 1.25 * hourMs
    cloud.signIn.revokeAll()
    while (this.#nowMs < endMs && (await this.#signIns.state()) === 'signed_in') await this.#pass(minuteMs)
    const refused = tokenRequests(net)
    await this.#passUntil(endMs)
    await this.#expectAccount('sign_in_again')
    this.#afterEnd = tokenRequests(net).minus(before)
    const more = tokenRequests(net).minus(refused).of('refresh_token')
    if (more > 0) this.#wrong.push(`a sign-in that has ended was renewed ${more} times more`)
    await this.#comeIn(() => this.#signIns.throughBrowser())
  }

  /** Makes a card whose audio is fetched from the house. Resolves with its id. */
  async #publish(): Promise<string> {
    const { status, body } = await this.#house.panel.post('/cards', { stream: 'bedroom' })
    if (typeof body.card_id !== 'string') throw new Error(`no card was made: ${status}`)
    return body.card_id
  }

  #faults(): number {
    return this.#restFaults.taken().sum()
  }

  async #comeIn(signIn: () => Promise<void>): Promise<void> {
    this.#presence.forgetOutage()
    await signIn()
    const atMs = this.#nowMs
    while (!this.#presence.isConnected) await this.#pass(1_000)
    this.#backMs.push(Math.max(0, this.#presence.connectedMs - atMs))
    await this.#expectAccount('signed_in')
  }

  /** The panel says so, and that this is the one thing wrong where nobody is signed in. */
  async #expectAccount(state: string): Promise<void> {
    const is = await this.#signIns.state()
    if (is !== state) this.#wrong.push(`the account is ${is}, and must be ${state}`)
    const { body } = await this.#house.panel.get('/health')
    const names = Array.isArray(body.problem_names) ? body.problem_names.map(String) : []
    // That players fetch ahead makes their requests worthless as signs of presses, and is said of their card.
    const problems = names.filter((name) => !name.startsWith('card/'))
    const isRight = state === 'signed_in' ? !problems.includes('account') : problems.join() === 'account'
    if (!isRight) this.#wrong.push(`while the account is ${state}, the problems are ${names}`)
  }

  get #now(): Date {
    return this.#house.clock.now()
  }

  get #nowMs(): number {
    return this.#now.getTime()
  }

  #passUntil(endMs: number): Promise<void> {
    return this.#pass(Math.max(0, endMs - this.#nowMs))
  }

  /** Once an hour somebody looks whether everything says the same. */
  async #pass(ms: number): Promise<void> {
    const { clock, calm } = this.#house
    for (let leftMs = ms; leftMs > 0; ) {
      const stepMs = Math.min(leftMs, hourMs - this.#sinceHourMs)
      await clock.advance(stepMs, async () => {
        this.#look()
        // What passes by within a moment is seen as well.
        await calm.reached(() => this.#see())
        this.#look()
      })
      leftMs -= stepMs
      this.#sinceHourMs += stepMs
      if (this.#sinceHourMs < hourMs) continue
      this.#sinceHourMs = 0
      await this.#localStates.look(this.#presence.awaySinceMs)
      if (this.#presence.isConnected) this.#programs.look()
    }
  }

  #see(): void {
    for (const player of this.#house.cloud.players) this.#happenings.see(player, this.#truth(player))
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
    if (online && this.#wasOnline.get(player.id) === false)
      this.#unknownUntilMs.set(player.id, player.name === 'Den' ? this.#nowMs + silentStartMs : this.#nowMs)
    this.#wasOnline.set(player.id, online)
    return this.#nowMs >= (this.#unknownUntilMs.get(player.id) ?? 0)
  }

  #died(player: SimulatedPlayer): void {
    this.#unknownUntilMs.set(player.id, this.#nowMs + willMs)
  }

  #changed(player: SimulatedPlayer, condition: Partial<Condition>): void {
    const before = this.#conditions.get(player.id)
    if (before !== undefined) this.#conditions.set(player.id, { ...before, ...condition })
  }
}
