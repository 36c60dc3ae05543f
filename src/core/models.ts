import type { PlayerState } from './player.ts'

/** What some models of players have and others have not. */
export type Ability = 'light' | 'light-sensor' | 'temperature'

interface Model {
  readonly name: string
  readonly has: readonly Ability[]
}

const second: Model = { name: 'Yoto Player (2nd generation)', has: ['light'] }

/**
 * By Yoto's `deviceFamily`. Source: yoto_api and the Yoto integration of Home Assistant (ambient light on v1, v2 and v3
 * but not on the Mini, a light sensor and a device temperature on v3 alone); a real Mini answered FAIL to `ambients/set`.
 */
const models: ReadonlyMap<string, Model> = new Map([
  ['v1', { name: 'Yoto Player (1st generation)', has: ['light'] }],
  ['v2', second],
  ['v3', { name: 'Yoto Player (3rd generation)', has: ['light', 'light-sensor', 'temperature'] }],
  ['mini', { name: 'Yoto Mini', has: [] }],
])
const byName: ReadonlyMap<string, Model> = new Map([...models.values()].map((model) => [model.name, model]))

/** For people: `Yoto Mini`; Yoto's own code for models we do not know. */
export function modelName(code: string): string {
  return models.get(code)?.name ?? code
}

export type HasAbility = (player: Partial<Pick<PlayerState, 'model'>>, ability: Ability) => boolean

/**
 * Whether a player has it, by its model. Newer models have what the second generation has, as in yoto_api; of a player
 * whose model is not told nothing is doubted.
 * @param everything whatever the model: for models that are newer than the table, or wrong in it.
 */
export function abilityOf({ everything }: { readonly everything: boolean }): HasAbility {
  return ({ model = null }, ability) =>
    everything || model === null || (models.get(model) ?? byName.get(model) ?? second).has.includes(ability)
}
