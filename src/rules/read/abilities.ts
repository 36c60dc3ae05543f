import type { HasAbility } from '../../core/models.ts'
import type { PlayerNames } from '../players.ts'
import type { Surroundings } from './references.ts'
import type { RuleFile } from './rule-file.ts'

interface Known {
  readonly names: PlayerNames
  readonly players: NonNullable<Surroundings['players']>
  readonly has: HasAbility
}

const words = { light: 'light', 'light-sensor': 'light sensor', temperature: 'thermometer' } as const

/** Warns of actions that a named player cannot do, because its model lacks what they need. */
export function checkAbilities(files: readonly RuleFile[], { names, players, has }: Known): void {
  for (const { report, rules } of files)
    for (const { bound, node } of rules.flatMap((rule) => rule.actions)) {
      const { needs } = bound.definition
      const { player: named } = (bound.options ?? {}) as { readonly player?: unknown }
      if (needs === undefined || typeof named !== 'string') continue
      const id = names.idOf(named)
      const player = players.find((one) => one.id === id)
      if (player === undefined || has(player, needs)) continue
      const message = `player "${player.name}" has no ${words[needs]}: a ${player.model} has none`
      const help = `leave \`${bound.kind}\` out, for it always fails; if yours has one, set the option yoto.every_ability`
      report.add(node, 'warning', 'rule/not-on-model', message, help)
    }
}
