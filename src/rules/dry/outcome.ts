import type { PlayerState } from '../../core/player.ts'
import type { PlainValue } from '../../core/value-form.ts'
import type { WatchedHouse } from './house.ts'
import { type Naming, queueInWords } from './queue-words.ts'
import type { DryChange, DryPlayer } from './report.ts'

/** How a house stands, in words by kind and name. */
type Look = ReadonlyMap<DryChange['kind'], ReadonlyMap<string, string>>

const kinds = ['queue', 'input', 'var', 'player'] as const

export function lookAround(house: WatchedHouse, naming: Pick<Naming, 'time'>): Look {
  return new Map<DryChange['kind'], ReadonlyMap<string, string>>([
    ['queue', new Map(house.queues().map((queue) => [queue.name, queueInWords(queue, naming)]))],
    ['input', inWords(house.world.inputs())],
    ['var', inWords(house.world.vars())],
    [
      'player',
      new Map(
        house
          .players()
          .map((player) => [player.name, playerInWords(player, house.streamOn(player.id)).state]),
      ),
    ],
  ])
}

/** What is another way in the second than in the first, in their order. */
export function changesBetween(before: Look, after: Look): DryChange[] {
  return kinds.flatMap((kind) => {
    const was = before.get(kind) ?? new Map<string, string>()
    const is = after.get(kind) ?? new Map<string, string>()
    const names = [...new Set([...was.keys(), ...is.keys()])]
    return names.flatMap((name) => {
      const [from, to] = [was.get(name) ?? null, is.get(name) ?? null]
      return from === to ? [] : [{ kind, name, from, to }]
    })
  })
}

/** How it stands: "stopped, volume 5, with a card of the stream bedroom". */
export function playerInWords(player: PlayerState, stream: string | null): DryPlayer {
  const { id, name, online, playback, volume_step, card_id } = player
  const card =
    stream !== null
      ? `with a card of the stream ${stream}`
      : card_id === null
        ? 'without a card'
        : `with the card ${card_id}`
  const volume = volume_step === null ? [] : [`volume ${volume_step}`]
  const state = [online ? (playback ?? 'silent') : 'offline', ...volume, card].join(', ')
  return { id, name, state }
}

function inWords(values: ReadonlyMap<string, PlainValue>): ReadonlyMap<string, string> {
  return new Map([...values].map(([name, value]) => [name, String(value)]))
}
