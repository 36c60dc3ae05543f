import type { JsonObject } from '../../../src/core/json.ts'
import type { SimulatedPlayer } from '../../../src/simulator/simulated-player.ts'
import { Counts } from './counts.ts'
import type { DayHouse } from './house.ts'
import type { Random } from './random.ts'
import { keptSettings, type Settings, type Wish } from './wishes.ts'

// The players and their settings are read again within this time, also where an answer was lost.
const readAgainMs = 630_000

/** Programs of the house, which command players over REST and the local broker and look at what became of it. */
export class Programs {
  readonly #house: DayHouse
  readonly #random: Random
  readonly #inSettings = new Set<string>()
  readonly #unsureMs = new Map<string, number>()
  readonly wrong: string[] = []
  readonly outcomes = new Counts()
  readonly settings = new Counts()
  /** Commands that were given. */
  asked = 0
  #isOver = false

  constructor(house: DayHouse, random: Random) {
    this.#house = house
    this.#random = random
    house.local.onAnswer = (answer) => this.outcomes.add(`MQTT ${codeIn(answer)}`)
  }

  /** Nothing more is commanded, so that all that was can be answered. */
  end(): void {
    this.#isOver = true
  }

  async ask({ id }: SimulatedPlayer, { rest, mqtt }: Wish): Promise<void> {
    if (this.#isOver) return
    this.asked++
    if (rest === null || this.#random() < 0.5) {
      this.#house.local.publish(`yoto/${id}/set/${mqtt.field}`, mqtt.payload)
      return
    }
    const { error } = await this.#house.panel.post(`/players/${id}/${rest.path}`, rest.body)
    this.outcomes.add(`REST ${error ?? 'done'}`)
  }

  /** One change at a time, so that each can be told from the others. */
  async set(player: SimulatedPlayer, settings: Settings): Promise<void> {
    if (this.#isOver || this.#inSettings.has(player.id)) return
    this.#inSettings.add(player.id)
    const before = player.settings
    const { error } = await this.#house.panel.put(`/players/${player.id}/settings`, settings)
    this.#inSettings.delete(player.id)
    this.settings.add(error ?? 'done')
    if (error === null) this.#mustHave(player, settings)
    else this.#unsureMs.set(player.id, this.#house.clock.now().getTime())
    this.#mustBeUntouched(player, { before, settings })
  }

  /** Compares what the hub says of settings with what the cloud keeps. */
  look(): void {
    const nowMs = this.#house.clock.now().getTime()
    for (const player of this.#house.cloud.players) {
      const isUnsure = nowMs - (this.#unsureMs.get(player.id) ?? Number.NEGATIVE_INFINITY) < readAgainMs
      const known = this.#house.app.hub.player(player.id)
      if (isUnsure || this.#inSettings.has(player.id) || known === undefined) continue
      const { volume_max_step_day, volume_max_step_night, ambient_day, ambient_night } = known
      const said = { volume_max_step_day, volume_max_step_night, ambient_day, ambient_night }
      this.#mustHave(player, said as Settings)
    }
  }

  #mustHave(player: SimulatedPlayer, settings: Settings): void {
    const known: Readonly<Record<string, unknown>> = { ...this.#house.app.hub.player(player.id) }
    for (const [name, value] of Object.entries(settings))
      if (known[name] !== value)
        this.wrong.push(`${player.name}: ${name} was set to ${value}, the hub says ${known[name]}`)
    for (const [name, value] of Object.entries(keptSettings(settings)))
      if (player.settings[name] !== value)
        this.wrong.push(`${player.name}: ${name} must be ${value}, the cloud has ${player.settings[name]}`)
  }

  #mustBeUntouched(
    player: SimulatedPlayer,
    { before, settings }: { before: JsonObject; settings: Settings },
  ): void {
    const ours = keptSettings(settings)
    const others = (config: JsonObject) =>
      JSON.stringify(Object.entries(config).filter(([name]) => ours[name] === undefined))
    if (others(before) !== others(player.settings))
      this.wrong.push(`${player.name}: other settings than ${Object.keys(ours)} were touched`)
  }
}

function codeIn({ status, error }: JsonObject): string {
  if (status === 'ok') return 'done'
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'without a code'
}
