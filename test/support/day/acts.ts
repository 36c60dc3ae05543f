import type { Condition } from '../../../src/simulator/condition.ts'
import type { SimulatedPlayer } from '../../../src/simulator/simulated-player.ts'
import type { DayHouse } from './house.ts'
import { oneOf, type Random, waitMs, whole } from './random.ts'
import { type Settings, settingsOf, type Wish, wishOf } from './wishes.ts'

interface Family {
  readonly house: DayHouse
  readonly random: Random
  /** The cards that lie about. */
  readonly cards: readonly string[]
  /** Called around each act, so that two of one moment are seen as two. */
  readonly look: () => void
  readonly pressed: (player: SimulatedPlayer) => void
  /** A press took a player somewhere. */
  readonly felt: () => void
  readonly died: (player: SimulatedPlayer) => void
  readonly changed: (player: SimulatedPlayer, condition: Partial<Condition>) => void
  /** Sends a command into the house. */
  readonly ask: (player: SimulatedPlayer, wish: Wish) => Promise<void>
  /** Changes settings. */
  readonly set: (player: SimulatedPlayer, settings: Settings) => Promise<void>
}

type Act = (family: Family, player: SimulatedPlayer) => Promise<void> | void

const actMs = 75_000
const offMs = 600_000

/** Lives with one player: puts cards in, turns knobs, gives commands, lets it run empty, without end. */
export function liveWith(family: Family, player: SimulatedPlayer): void {
  const { clock } = family.house
  const next = () => {
    const { on } = player.snapshot()
    const inMs = 500 + waitMs(family.random, on ? actMs : offMs)
    clock.at(new Date(clock.now().getTime() + inMs), () => {
      family.look()
      const done = on === player.snapshot().on ? act(family, player, on) : undefined
      void Promise.resolve(done).then(() => {
        family.look()
        next()
      })
    })
  }
  next()
}

function act(family: Family, player: SimulatedPlayer, on: boolean): Promise<void> | void {
  if (!on) return player.power(true)
  const total = acts.reduce((sum, [weight]) => sum + weight, 0)
  let left = family.random() * total
  for (const [weight, each] of acts) {
    left -= weight
    if (left < 0) return each(family, player)
  }
}

const acts: readonly (readonly [weight: number, act: Act])[] = [
  [10, insertOrRemove],
  [10, press],
  [8, ({ random }, player) => player.turn('left', whole(random, -4, 4))],
  [4, knob],
  [6, (_, player) => player.pause()],
  [6, (_, player) => player.resume()],
  [8, changeCondition],
  [2, (_, player) => player.power(false)],
  [1, die],
  [12, command],
  [2, setting],
]

function insertOrRemove({ random, cards }: Family, player: SimulatedPlayer): Promise<void> {
  return player.snapshot().cardInSlot === null ? player.insert(oneOf(random, cards)) : player.remove()
}

function press(family: Family, player: SimulatedPlayer): Promise<void> {
  return skip(family, player, () => player.press(oneOf(family.random, ['left', 'right'])))
}

function knob(family: Family, player: SimulatedPlayer): Promise<void> {
  return skip(family, player, () => player.turn('right', oneOf(family.random, [-1, 1, 2])))
}

async function skip(
  { pressed, felt }: Family,
  player: SimulatedPlayer,
  hand: () => Promise<void>,
): Promise<void> {
  const before = player.snapshot()
  pressed(player)
  await hand()
  const after = player.snapshot()
  if (before.playback === 'stopped' || after.playback === 'stopped') return
  if (after.chapterKey !== before.chapterKey || after.positionSeconds < before.positionSeconds) felt()
}

function die({ died }: Family, player: SimulatedPlayer): Promise<void> {
  died(player)
  return player.die()
}

function changeCondition({ random, changed }: Family, player: SimulatedPlayer): void {
  const condition = oneOf<Partial<Condition>>(random, [
    { batteryPercent: whole(random, 5, 100) },
    { charging: random() < 0.5 },
    { headphones: random() < 0.5 },
    { temperatureCelsius: whole(random, 15, 40) },
    { powerSource: oneOf(random, [0, 1, 2, 3]) },
    { wifiDbm: whole(random, -90, -30) },
  ])
  player.change(condition)
  changed(player, condition)
}

function command({ random, ask }: Family, player: SimulatedPlayer): void {
  // Nobody waits for the answer: a late one must not hold up the day.
  void ask(player, wishOf(random))
}

function setting({ random, set }: Family, player: SimulatedPlayer): void {
  void set(player, settingsOf(random))
}
