import { type Ability, abilityOf } from '../../core/models.ts'
import type { Named, PlayerNames } from '../players.ts'
import type { RuleFile } from './rule-file.ts'

const words = { light: 'light', 'light-sensor': 'light sensor', temperature: 'thermometer' } as const
const has = abilityOf({ everything: false })

/** What an action needs of the player that it is about, and that not every model has. */
export interface Need {
  readonly ability: Ability
  /** What the action is called. */
  readonly kind: string
}

/** Every action of the file's rules that needs something of a player who is named. */
export function needsIn({ rules }: Pick<RuleFile, 'rules'>) {
  return rules.flatMap((rule) =>
    rule.actions.flatMap(({ bound: { kind, definition, options }, node }) => {
      const { player } = (options ?? {}) as { readonly player?: unknown }
      const ability: Ability | undefined = definition.needs
      return ability === undefined || typeof player !== 'string'
        ? []
        : [{ name: player, need: { ability, kind }, node }]
    }),
  )
}

/** Why the player of that name cannot do it, for people; null where it can, or nothing is known of its model. */
export function lackOf(
  name: string,
  { ability, kind }: Need,
  { names, players }: { readonly names: PlayerNames; readonly players: readonly Named[] },
): { readonly message: string; readonly help: string } | null {
  const id = names.idOf(name)
  const player = players.find((one) => one.id === id)
  if (player === undefined || has(player, ability)) return null
  return {
    message: `player "${player.name}" has no ${words[ability]}: a ${player.model} has none`,
    help: `leave \`${kind}\` out, for it always fails; if yours has one, set the option yoto.every_ability`,
  }
}

/** Warns of actions that a named player cannot do, because its model lacks what they need. */
export function checkAbilities(
  files: readonly RuleFile[],
  known: { readonly names: PlayerNames; readonly players: readonly Named[] },
): void {
  for (const file of files)
    for (const { name, need, node } of needsIn(file)) {
      const fault = lackOf(name, need, known)
      if (fault !== null) file.report.add(node, 'warning', 'rule/not-on-model', fault.message, fault.help)
    }
}
