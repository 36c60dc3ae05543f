import { AppError } from '../core/error.ts'
import type { ActionDef, ConditionDef, TriggerDef } from './plugin.ts'

/** All kinds of triggers, conditions and actions by the name people write. */
export interface Registry {
  readonly triggers: ReadonlyMap<string, TriggerDef>
  readonly conditions: ReadonlyMap<string, ConditionDef>
  readonly actions: ReadonlyMap<string, ActionDef>
}

interface Parts {
  readonly triggers?: Readonly<Record<string, TriggerDef>>
  readonly conditions?: Readonly<Record<string, ConditionDef>>
  readonly actions?: Readonly<Record<string, ActionDef>>
}

/** Gathers the parts under their names. @throws AppError `conflict` when two parts of a kind share a name. */
export function createRegistry(...contributions: readonly Parts[]): Registry {
  const triggers = new Map<string, TriggerDef>()
  const conditions = new Map<string, ConditionDef>()
  const actions = new Map<string, ActionDef>()
  for (const parts of contributions) {
    addAll(triggers, parts.triggers, 'trigger')
    addAll(conditions, parts.conditions, 'condition')
    addAll(actions, parts.actions, 'action')
  }
  return { triggers, conditions, actions }
}

function addAll<Found>(
  into: Map<string, Found>,
  parts: Readonly<Record<string, Found>> | undefined,
  what: string,
): void {
  for (const [name, part] of Object.entries(parts ?? {})) {
    if (into.has(name)) throw new AppError('conflict', `two ${what}s are called "${name}"`)
    into.set(name, part)
  }
}
