import type { Clock } from '../core/clock.ts'
import type { PlayerCommand, PlayerSettings } from '../core/effect.ts'
import { AppError, type HouseFault } from '../core/error.ts'
import type { HasAbility } from '../core/models.ts'
import type { PlayerState } from '../core/player.ts'
import type { CardFactsOf } from '../core/players.ts'
import type { Hub } from '../hub.ts'
import type { YotoApi } from '../yoto/api.ts'
import type { YotoClient } from '../yoto/client.ts'
import { type LiveCommand, messageFor } from '../yoto/command.ts'
import { asExpected, asItStands, playerNamed, untilArrived } from './player-place.ts'
import { cutOf, moveQueue, queueCardWay } from './queue-card.ts'
import type { Steps, Wanted } from './steps.ts'

/** What commands work on, and what they ask of the rest of the house. */
export interface LinkHouse {
  readonly hub: Hub
  readonly cardFacts: CardFactsOf
  readonly knownCards?: {
    /** Resolves when what the account tells of a card is in its facts, or cannot be had. */
    learn(cardId: string): Promise<unknown>
    /** Takes note of when a card was last changed, as its player says. */
    heardOf(cardId: string, updatedAt: string): void
  }
}

interface CommandParts {
  readonly house: LinkHouse
  readonly api: Pick<YotoApi, 'changeSettings'>
  readonly client: Pick<YotoClient, 'send' | 'refresh'>
  /** Takes the player's settings in as they are. */
  readonly readSettings: (playerId: string) => Promise<void>
  readonly steps: Steps
  /** Whether a player has what only some models have. */
  readonly has: HasAbility
  readonly clock: Clock
}

/**
 * Has a player obey: over the live connection, or for settings through what the cloud keeps of it.
 * @throws AppError `unavailable` when the player or the cloud is away or a step would come too late, `refused` when
 * one of them says no, `unanswered` when the player says nothing, `conflict` for a step that a later command has
 * overtaken, where the stream of its card plays nothing or where its model has no such thing, and what the command itself cannot be.
 */
export async function commandPlayer(
  parts: CommandParts,
  { playerId, command }: { playerId: string; command: PlayerCommand },
): Promise<void> {
  const { house, client, steps } = parts
  const player = playerNamed(house.hub, playerId)
  if (needsLight(command) && !parts.has(player, 'light')) throw lightless(player)
  if (command.type === 'refresh') return client.refresh(playerId)
  if (command.type === 'settings') return changeSettings(parts, { playerId, change: command.settings })
  const step = { player, command: command.type }
  if (movesOnCard(command))
    return steps.take(step, (wanted) => sendCommand(parts, { playerId, command, wanted }))
  if (endsSteps(command)) steps.overtake(playerId)
  await sendCommand(parts, { playerId, command, wanted: steps.wanted(step) })
}

async function sendCommand(
  parts: CommandParts,
  { playerId, command, wanted }: { playerId: string; command: LiveCommand; wanted: Wanted },
): Promise<void> {
  const { house, client } = parts
  if (goesByTracks(command)) await learnTracks(parts, { playerId, patienceMs: wanted.leftMs() })
  if (goesBackOnQueue(house, { playerId, command }))
    await untilArrived(house.hub, playerId, { patienceMs: wanted.leftMs(), clock: parts.clock })
  const stands = asItStands(house.hub, playerId, parts.clock)
  const player = movesOnCard(command) ? asExpected(house.hub, stands) : stands
  const facts =
    player.card_id === null ? undefined : house.cardFacts(player.card_id, playerId, player.chapter_key)
  const { told, move } = queueCardWay(command, { hub: house.hub, player, facts })
  const message = messageFor(told, player, facts?.layout ?? null)
  wanted.check()
  const goBack = move === undefined ? null : await moveQueue(house.hub, { player, command, ...move })
  const takeBack = house.hub.commanding(playerId, command, message.expects)
  try {
    // A later command may have come while the store took the move in.
    wanted.check()
    await client.send(playerId, message)
  } catch (error) {
    // A player that did not answer may still do it, and that would be nobody's press.
    if (!(error instanceof AppError && error.code === 'unanswered')) {
      takeBack()
      await goBack?.()
    }
    throw error
  }
  // Nothing but the status tells of these, and that is not pushed; where the question fails, a later one comes.
  if (command.type === 'nightlight' || command.type === 'bluetooth')
    void client.refresh(playerId).catch(() => undefined)
}

function needsLight(command: PlayerCommand): boolean {
  if (command.type !== 'settings') return command.type === 'nightlight'
  return command.settings.ambient_day !== undefined || command.settings.ambient_night !== undefined
}

function lightless({ name, model }: PlayerState): AppError {
  const fault: HouseFault = 'not-on-model'
  return new AppError(
    'conflict',
    `player "${name}" has no light: a ${model} has none. If yours has one, set the option yoto.every_ability`,
    { details: { fault, player: name, model } },
  )
}

/** Whether what is sent to Yoto is worked out from the tracks of the card. */
function goesByTracks(command: PlayerCommand): boolean {
  if (command.type === 'sleep-timer') return 'until' in command && command.until === 'chapter'
  return command.type === 'next' || command.type === 'previous' || command.type === 'restart'
}

/** Whether the queue of the player's card is moved for it. What the player asks for on its way may move it too. */
function goesBackOnQueue(
  { hub, cardFacts }: LinkHouse,
  { playerId, command }: { playerId: string; command: LiveCommand },
): boolean {
  const { card_id, chapter_key } = playerNamed(hub, playerId)
  if (card_id === null || (command.type !== 'previous' && command.type !== 'restart')) return false
  return cutOf(cardFacts(card_id, playerId, chapter_key)) !== null
}

/** Whether it leads from the present track to a place of the same card. */
function movesOnCard({ type }: LiveCommand): boolean {
  return type === 'next' || type === 'previous' || type === 'restart' || type === 'seek'
}

/** Whether no step that was asked for before it may lead on from there. */
function endsSteps({ type }: LiveCommand): boolean {
  return type === 'pause' || type === 'stop' || type === 'card' || type === 'reboot'
}

/** Waits until the tracks of the player's card are known, if not for long. */
async function learnTracks(
  { house, clock }: CommandParts,
  { playerId, patienceMs }: { playerId: string; patienceMs: number },
): Promise<void> {
  const { card_id: cardId, chapter_key, online } = playerNamed(house.hub, playerId)
  if (cardId === null || !online || house.cardFacts(cardId, playerId, chapter_key).layout !== null) return
  const known = new AbortController()
  const patience = clock.sleep(patienceMs, known.signal).catch(() => undefined)
  await Promise.race([house.knownCards?.learn(cardId), patience])
  known.abort()
}

async function changeSettings(
  { house, api, readSettings }: CommandParts,
  { playerId, change }: { playerId: string; change: PlayerSettings },
): Promise<void> {
  try {
    house.hub.amendPlayer(playerId, await api.changeSettings(playerId, change))
  } catch (error) {
    // Some of them may have been taken.
    if (error instanceof AppError && error.code === 'refused')
      await readSettings(playerId).catch(() => undefined)
    throw error
  }
}
