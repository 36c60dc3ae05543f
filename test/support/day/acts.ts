import type { PlayerCommand } from '../../../src/core/effect.ts'
import { AppError } from '../../../src/core/error.ts'
import type { Condition } from '../../../src/simulator/condition.ts'
import type { SimulatedPlayer } from '../../../src/simulator/simulated-player.ts'
import type { DayHouse } from './house.ts'
import { oneOf, type Random, waitMs, whole } from './random.ts'

interface Family {
  readonly house: DayHouse
  readonly random: Random
  /** Called around each act, so that two of one moment are seen as two. */
  readonly look: () => void
  readonly pressed: (player: SimulatedPlayer) => void
  /** A press took a player somewhere. */
  readonly felt: () => void
  readonly died: (player: SimulatedPlayer) => void
  readonly changed: (player: SimulatedPlayer, condition: Partial<Condition>) => void
  readonly commanded: (outcome: string) => void
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
]

function insertOrRemove({ house, random }: Family, player: SimulatedPlayer): Promise<void> {
  return player.snapshot().cardInSlot === null ? player.insert(oneOf(random, house.cardIds)) : player.remove()
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

function command({ house, random, commanded }: Family, player: SimulatedPlayer): void {
  const wish = oneOf<PlayerCommand>(random, [
    { type: 'volume-step', step: whole(random, 0, 16) },
    { type: 'play' },
    { type: 'pause' },
    { type: 'stop' },
    { type: 'next' },
    { type: 'previous' },
    { type: 'restart' },
    { type: 'refresh' },
    { type: 'seek', position_s: whole(random, 0, 40) },
    { type: 'sleep-timer', seconds: oneOf(random, [0, 60, 300, 1_800]) },
    { type: 'card', card_id: oneOf(random, house.cardIds), chapter_key: '02' },
  ])
  // Nobody waits for the answer: a late one must not hold up the day.
  void house.link.command(player.id, wish).then(
    () => commanded('done'),
    (error: unknown) => commanded(error instanceof AppError ? error.code : String(error)),
  )
}
