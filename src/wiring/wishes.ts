import type { Perform } from '../core/effect.ts'
import { performThrough } from '../core/player-lines.ts'
import { deedsOf } from './deeds.ts'
import type { Parts } from './parts.ts'
import type { RuleRunner } from './rules.ts'
import { SlotVolume } from './slot-volume.ts'
import { VolumeReturns } from './volume-returns.ts'

/** How wishes are carried out: `perform` keeps them in the history, `performed` leaves that to its caller. */
export interface Wishes {
  readonly performed: Perform
  readonly perform: Perform
}

interface OpenWishes {
  readonly wishes: Wishes
  /** From then on no command makes a player louder than the slot of its stream lets it be. */
  limitVolumes(rules: Pick<RuleRunner, 'volumeLimit' | 'onSlots'>): void
}

/** Has wishes carried out from now on, and goes on with the volumes that were to be put back. */
export async function openWishes(parts: Parts): Promise<OpenWishes> {
  const { input, random, started, foundation, household, book, broker, homeAssistant, storyDeeds } = parts
  const { options, clock } = input
  let slotVolume: SlotVolume | undefined
  const performed = deedsOf({
    ...{ foundation, household, book, broker, homeAssistant, storyDeeds, started, random, clock },
    zone: options.timezone,
    limited: (player, command) => slotVolume?.limited(player, command) ?? command,
    returnVolume: (...wanted) => returns.add(...wanted),
  })
  const wishes = { performed, perform: foundation.history.kept(performed) }
  const returns = started.add(
    'volumes to put back',
    new VolumeReturns({
      store: foundation.storage.collection('volume-returns'),
      player: (id) => household.hub.player(id),
      perform: wishes.perform,
      clock,
      log: foundation.log.for('rules'),
    }),
  )
  await returns.start()
  return {
    wishes,
    limitVolumes(rules) {
      slotVolume = startSlotVolume(parts, rules, wishes)
    },
  }
}

function startSlotVolume(
  { input, started, foundation, household, lines, slotGround }: Parts,
  rules: Pick<RuleRunner, 'volumeLimit' | 'onSlots'>,
  { perform }: Wishes,
): SlotVolume {
  const volume = new SlotVolume({
    hub: household.hub,
    streamsOf: (player) => slotGround.streamsOf(player),
    isKnown: (player) => slotGround.knowsStreamsOf(player),
    limitOf: (stream) => rules.volumeLimit(stream),
    perform: performThrough(lines.door(), perform),
    clock: input.clock,
    log: foundation.log.for('rules'),
  })
  volume.start()
  rules.onSlots(() => volume.look())
  return started.add('the volume limits of slots', volume)
}
