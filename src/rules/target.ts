import { Type } from 'typebox'
import { AppError } from '../core/error.ts'
import type { PlayerState } from '../core/player.ts'
import { streamNamePattern } from '../core/queue.ts'
import type { ActionContext, Telling } from './plugin.ts'

/**
 * The option for the player that is meant. Where it is left out, the reader of rule files puts the rule's own there; in an
 * action it may then still be that of what started the rule. Where neither is known, the check says so.
 */
export const playerTarget = Type.Optional(Type.String({ minLength: 1, expected: 'the name of a player' }))

const stream = () => Type.String({ pattern: streamNamePattern.source, expected: 'the name of a stream' })

/** The same for a stream, of what is about a player or a stream: one of the two is enough. */
export const streamTarget = Type.Optional(stream())

/** Of what is about a player and has to do with a stream only where one is known. */
export const besideStream = Type.Optional(stream())

/** Of what is nothing without its stream. */
export const neededStream = Type.Optional(stream())

type Aimed = Pick<ActionContext<{ readonly player?: string }>, 'options' | 'trigger' | 'world'>

/**
 * The player that an action is about, as it is now.
 * @throws AppError `invalid` where none is named, `not_found` while there is none of that name.
 */
export function targetPlayer({ options, trigger, world }: Aimed): PlayerState {
  const named = options.player ?? trigger.player
  if (named === undefined)
    throw new AppError(
      'invalid',
      'it is not said which player is meant: name one with `player:` in the rule or the action',
    )
  const id = world.playerId(named)
  const player = id === undefined ? undefined : world.player(id)
  if (player !== undefined) return player
  throw new AppError('not_found', `there is no player "${named.slice(0, 80)}"`)
}

type Lasting = Aimed & Pick<ActionContext<unknown>, 'recorded'>

/**
 * The same for an action that waits: who it was when it began, though nobody knows of any player just after a restart.
 * @throws AppError as `targetPlayer` does.
 */
export async function lastingTarget(context: Lasting): Promise<Pick<PlayerState, 'id' | 'name'>> {
  const found = await context.recorded(() => {
    try {
      const { id, name } = targetPlayer(context)
      return { id, name }
    } catch {
      return null
    }
  })
  return found ?? targetPlayer(context)
}

/** "the player kids-room"; without a name of its own the one that whatever started the rule tells of. */
export function thePlayer(own: string | undefined, { player }: Pick<Telling, 'player'>): string {
  const named = own ?? player
  return named === null ? 'the player it happened on' : `the player ${named}`
}
