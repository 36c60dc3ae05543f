import { type TrackAddress, type TrackPlace, trackIndex } from '../core/card-plan.ts'
import type { PlayerCommand } from '../core/effect.ts'
import { AppError, type HouseFault } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'
import { type PlayerState, percentFromStep, stepFromPercent, volumeCapOf } from '../core/player.ts'

/** A command as the cloud takes it. */
export interface CommandMessage {
  /** What follows `device/{id}/`. */
  readonly topic: string
  /** null is sent as zero bytes. */
  readonly payload: JsonObject | null
  /** Where the player will be once it has obeyed, so that its change of keys is not taken for a press. */
  readonly expects?: Expected
}

export interface Expected {
  readonly card_id: string
  readonly chapter_key?: string
  readonly track_key?: string
}

/** What a player can be told over the live connection; settings are written over REST. */
export type LiveCommand = Exclude<PlayerCommand, { type: 'settings' }>

/**
 * What to send for a command, seeing the player as it is. `layout` is the player's present card in playing
 * order, null where it is not known. Yoto has no next, previous or seek: each is a new start of the card at a place.
 * For `refresh` this is the question for events only; the client's `refresh` asks for everything.
 * @throws AppError `unavailable` for a player that is away or would get louder than it may, `conflict` where its card does not allow the
 * command, `unprocessable` where a value in the command makes no sense.
 */
export function messageFor(
  command: LiveCommand,
  player: PlayerState,
  layout: readonly TrackPlace[] | null,
): CommandMessage {
  if (!player.online && command.type !== 'refresh')
    throw new AppError('unavailable', `player "${player.name}" is offline`, {
      details: { fault: 'player-offline' satisfies HouseFault, player: player.name },
    })
  switch (command.type) {
    case 'play':
      return resume(player)
    case 'pause':
      return plain('card/pause')
    case 'stop':
      return plain('card/stop')
    case 'next':
      return startAt(player, neighbour(player, layout, 1), 0)
    case 'previous':
      return startAt(player, neighbour(player, layout, -1), 0)
    case 'restart':
      return startAt(player, firstOf(player, layout), 0)
    case 'seek':
      return seek(player, command.position_s)
    case 'card':
      return startCard(command)
    case 'volume-step':
      return volume(player, wholeNumber('the volume step', command.step, 16))
    case 'volume-percent':
      return volume(player, stepFromPercent(wholeNumber('the volume in percent', command.percent, 100)))
    case 'sleep-timer':
      return {
        topic: 'command/sleep-timer/set',
        payload: {
          seconds: wholeNumber('the sleep timer in seconds', sleepSeconds(command, player, layout), 86_400),
        },
      }
    case 'nightlight':
      return { topic: 'command/ambients/set', payload: rgbOf(command.light) }
    case 'bluetooth':
      return bluetooth(command)
    case 'picture':
      return picture(command)
    case 'reboot':
      return plain('reboot')
    case 'refresh':
      return plain('events/request')
  }
}

function plain(command: string): CommandMessage {
  return { topic: `command/${command}`, payload: null }
}

/** What `mode` of `bluetooth/on` says (yoto-protocol §3.3). */
const bluetoothModes = { source: true, speaker: 'bt_speaker' } as const

function bluetooth({ action, role, name, mac }: Extract<LiveCommand, { type: 'bluetooth' }>): CommandMessage {
  if (action === 'on')
    return {
      topic: 'command/bluetooth/on',
      payload: {
        action,
        mode: bluetoothModes[role ?? 'source'],
        ...(name === undefined ? {} : { name }),
        ...(mac === undefined ? {} : { mac }),
      },
    }
  if (role === undefined && name === undefined && mac === undefined) return plain(`bluetooth/${action}`)
  throw new AppError('unprocessable', `role, name and mac belong to "on", and not to "${action}"`)
}

// As long as Yoto's own example.
const pictureSeconds = 5

function picture({
  uri,
  seconds = pictureSeconds,
  animated = false,
}: Extract<LiveCommand, { type: 'picture' }>): CommandMessage {
  const timeout = wholeNumber('the time of the picture in seconds', seconds, 3600)
  return { topic: 'command/display/preview', payload: { uri, timeout, animated: animated ? 1 : 0 } }
}

function resume(player: PlayerState): CommandMessage {
  if (player.playback === 'paused' || player.playback === 'playing') return plain('card/resume')
  if (player.card_id !== null) return startCard({ card_id: player.card_id })
  // A stopped player names no card any more, even with one in its slot, and does not resume (yoto-protocol §3.5).
  throw cannot(
    player,
    'nothing-to-go-on',
    'has nothing to go on with: put the card in again, or play something from here',
  )
}

/** The track before or after the present one, past those that are hidden. Before the first comes the first again. */
function neighbour(
  player: PlayerState,
  layout: readonly TrackPlace[] | null,
  direction: 1 | -1,
): TrackAddress {
  const tracks = known(player, layout)
  const here = presentTrack(player)
  const index = trackIndex(tracks, here)
  if (index < 0) throw cannot(player, 'tracks-unknown', 'is on a track its card is not known to have')
  if (direction === -1) return tracks.slice(0, index).findLast(isShown) ?? here
  const found = tracks.slice(index + 1).find(isShown)
  if (found === undefined) throw cannot(player, 'last-track', 'is at the last track of its card')
  return found
}

function isShown({ hidden }: TrackPlace): boolean {
  return hidden !== true
}

function firstOf(player: PlayerState, layout: readonly TrackPlace[] | null): TrackAddress {
  const first = known(player, layout).find(isShown)
  if (first === undefined) throw new AppError('conflict', `the card in player "${player.name}" has no tracks`)
  return first
}

function known(player: PlayerState, layout: readonly TrackPlace[] | null): readonly TrackPlace[] {
  const cardId = presentCard(player)
  if (layout === null)
    throw new AppError(
      'conflict',
      `the tracks of card "${cardId}" in player "${player.name}" are not known (yet)`,
      { details: { fault: 'tracks-unknown' satisfies HouseFault, player: player.name } },
    )
  return layout
}

function seek(player: PlayerState, position: number): CommandMessage {
  const longest = player.duration_s ?? Number.MAX_SAFE_INTEGER
  const seconds = wholeNumber('the position in seconds', position, longest)
  return startAt(player, presentTrack(player), seconds)
}

function presentCard(player: PlayerState): string {
  if (player.card_id === null) throw cannot(player, 'no-card', 'has no card in it: put one in')
  return player.card_id
}

function presentTrack(player: PlayerState): TrackAddress {
  presentCard(player)
  const { chapter_key, track_key } = player
  if (chapter_key === null || track_key === null)
    throw cannot(player, 'tracks-unknown', 'has not said which track it is on')
  return { chapter_key, track_key }
}

function startAt(player: PlayerState, track: TrackAddress, seconds: number): CommandMessage {
  return startCard({ card_id: presentCard(player), ...track, seconds_in: seconds })
}

interface Start {
  readonly card_id: string
  readonly chapter_key?: string
  readonly track_key?: string
  readonly seconds_in?: number
}

function startCard({ card_id, chapter_key, track_key, seconds_in }: Start): CommandMessage {
  if (!/^[A-Za-z0-9]{1,64}$/.test(card_id))
    throw new AppError(
      'unprocessable',
      `"${card_id.slice(0, 80)}" cannot be a card's id: use letters and digits`,
    )
  const longest = Number.MAX_SAFE_INTEGER
  return {
    topic: 'command/card/start',
    payload: {
      uri: `https://yoto.io/${card_id}`,
      ...(chapter_key === undefined ? {} : { chapterKey: chapter_key }),
      ...(track_key === undefined ? {} : { trackKey: track_key }),
      ...(seconds_in === undefined
        ? {}
        : { secondsIn: wholeNumber('the start in seconds', seconds_in, longest) }),
    },
    expects: {
      card_id,
      ...(chapter_key === undefined ? {} : { chapter_key }),
      ...(track_key === undefined ? {} : { track_key }),
    },
  }
}

/** Yoto takes percent, and means the 17 steps by it. */
function volume(player: PlayerState, wished: number): CommandMessage {
  const cap = volumeCapOf(player)
  // Nothing is below silence, so that can be asked for even where the present volume is not known.
  if (cap === null && wished > (player.volume_step ?? 0))
    throw new AppError(
      'unavailable',
      `player "${player.name}" cannot be made louder now: its volume limit is not known yet`,
    )
  return {
    topic: 'command/volume/set',
    payload: { volume: percentFromStep(cap === null ? wished : Math.min(wished, cap)) },
  }
}

function sleepSeconds(
  command: Extract<LiveCommand, { type: 'sleep-timer' }>,
  player: PlayerState,
  layout: readonly TrackPlace[] | null,
): number {
  if ('seconds' in command) return command.seconds
  const { duration_s, position_s } = player
  const here = presentTrack(player)
  if (player.playback !== 'playing' || duration_s === null || position_s === null)
    throw new AppError('conflict', `player "${player.name}" plays nothing whose end is known`)
  const left = Math.max(1, Math.ceil(duration_s - position_s))
  return command.until === 'track' ? left : left + secondsBehind(here, player, layout)
}

/** The length of what follows a track in its chapter. */
function secondsBehind(
  here: TrackAddress,
  player: PlayerState,
  layout: readonly TrackPlace[] | null,
): number {
  const chapter = known(player, layout).filter(({ chapter_key }) => chapter_key === here.chapter_key)
  const index = trackIndex(chapter, here)
  const lengths = chapter
    .slice(index + 1)
    .filter(isShown)
    .map(({ duration_s }) => duration_s)
  if (index < 0 || lengths.includes(undefined))
    throw new AppError('conflict', `the end of the chapter that player "${player.name}" plays is not known`)
  return Math.ceil(lengths.reduce<number>((sum, seconds = 0) => sum + seconds, 0))
}

function cannot({ name }: PlayerState, fault: HouseFault, why: string): AppError {
  return new AppError('conflict', `player "${name}" ${why}`, { details: { fault, player: name } })
}

function rgbOf(light: string): JsonObject {
  if (light === 'off') return { r: 0, g: 0, b: 0 }
  const [, r, g, b] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(light) ?? []
  if (r === undefined || g === undefined || b === undefined)
    throw new AppError('unprocessable', `"${light.slice(0, 80)}" is no light: use "#rrggbb" or "off"`)
  return { r: Number.parseInt(r, 16), g: Number.parseInt(g, 16), b: Number.parseInt(b, 16) }
}

function wholeNumber(what: string, value: number, highest: number): number {
  const whole = Math.round(value)
  if (whole >= 0 && whole <= highest) return whole
  const range = highest === Number.MAX_SAFE_INTEGER ? 'from 0 on' : `0 to ${highest}`
  throw new AppError('unprocessable', `${what} must be ${range}, not ${value}`)
}
