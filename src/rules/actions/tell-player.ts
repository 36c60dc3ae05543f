import { Type } from 'typebox'
import type { PlayerCommand } from '../../core/effect.ts'
import { type ActionDef, action } from '../plugin.ts'
import { playerTarget, targetPlayer, thePlayer } from '../target.ts'

interface Plain {
  readonly title: string
  readonly describe: string
  readonly examples: readonly string[]
  readonly command: PlayerCommand
  /** What it does to a player: `pauses the player kids-room`. */
  readonly verb: string
}

/** An action that tells a player one thing that needs no more words. */
export function tellPlayer({ command, verb, ...documented }: Plain): ActionDef {
  return action({
    ...documented,
    options: Type.Object({ player: playerTarget }, { additionalProperties: false }),
    shorthand: 'player',
    explain: ({ player }, telling) => `${verb} ${thePlayer(player, telling)}`,
    run: (context) => context.effect({ kind: 'command', player: targetPlayer(context).id, command }),
  })
}
