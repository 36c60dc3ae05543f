import type { Clock } from '../core/clock.ts'
import type { Perform } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { memoryCollection } from '../core/memory-collection.ts'
import type { PlayerState } from '../core/player.ts'
import { moveTo } from '../core/queue-goal.ts'
import type { Hub } from '../hub.ts'
import { performWith } from '../perform.ts'
import { patchOf } from '../rules/dry/told.ts'
import { contentFiles, dailyOrder } from '../rules/playlists.ts'
import type { Playlist, RuleSet } from '../rules/rule-set.ts'
import { wallTime } from '../rules/time.ts'
import { cardOf } from './dry-cards.ts'
import { pickedByName } from './picks.ts'
import { VolumeReturns } from './volume-returns.ts'

interface Hands {
  readonly ruleSet: RuleSet
  readonly folders: ReadonlyMap<string, readonly string[]>
  readonly library: readonly string[]
  readonly random: () => number
  readonly publish: (topic: string, payload: string) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

/** Carries effects out in the hub alone; what is published is only written down, by whoever asks. */
export function performIn(
  hub: Hub,
  { ruleSet, folders, library: all, random, publish, clock, log }: Hands,
): Perform {
  const library = {
    find: async () => ({ state: 'ready' }) as const,
    filesIn: async (folder: string) => folders.get(folder) ?? [],
    pick: async (playlist: Playlist) =>
      pickedByName(playlist, { files: all, now: clock.now(), zone: ruleSet.calendar.zone }),
    // Nobody can tell what a source does beside its answer: it is not asked, and one item stands for what it lists.
    from: ({ from }: Playlist) => (from === undefined ? [] : [`from:${from.source}`]),
  }
  const order = dailyOrder(() => wallTime(clock.now(), ruleSet.calendar.zone).date.toString())
  const returns = new VolumeReturns({
    store: memoryCollection(),
    player: (id) => hub.player(id),
    perform: (...asked) => perform(...asked),
    clock,
    log,
  })
  const perform = performWith({
    mutateQueue: (stream, mutation, because) => hub.mutateQueue(stream, mutation, because),
    files: (name) => contentFiles(name, ruleSet.playlists, library, order),
    lookup: library.find,
    deleteQueue: (stream, check) => hub.deleteQueue(stream, check),
    command: async (player, command) => {
      const state = playerIn(hub, player)
      if (!state.online && command.type !== 'settings')
        throw new AppError('unavailable', `player "${state.name}" is offline`)
      hub.commanding(player, command)
      const queue = hub.queue(hub.cardFacts(state).stream ?? '')
      // On its way the player asks for what the queue then has.
      if (queue !== undefined && (command.type === 'next' || command.type === 'previous'))
        await hub.mutateQueue(queue.name, moveTo(command.type, queue), `player "${state.name}" was told`)
      hub.patchPlayer(player, patchOf(command, state), clock.now())
    },
    returnVolume: (player, wanted) => returns.add(player, wanted),
    async startStream(stream, player) {
      if (!playerIn(hub, player).online)
        throw new AppError('unavailable', `player "${playerIn(hub, player).name}" is offline`)
      const command = { type: 'card', card_id: cardOf(stream) } as const
      hub.commanding(player, command, command)
      hub.patchPlayer(player, patchOf(command, playerIn(hub, player)), clock.now())
    },
    callAction: async () => undefined,
    publish,
    callWebhook: async () => undefined,
    values: hub,
    deeds: { say: () => undefined },
    random,
    log,
  })
  return perform
}

function playerIn(hub: Hub, id: string): PlayerState {
  const player = hub.player(id)
  if (player === undefined) throw new AppError('not_found', `there is no player "${id}" in this house`)
  return player
}

/** A file whose name is all that is known. */
