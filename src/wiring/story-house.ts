import { stateHolder, type Values } from '../language/expression/environment.ts'
import { askedValues } from '../rules/names.ts'
import type { World } from '../rules/plugin.ts'
import type { HouseQuestion } from '../stories/live/asking.ts'
import type { HomeAssistant } from './home-assistant.ts'
import { WatchedEntities } from './watched-entities.ts'

interface StoryHouseParts {
  /** The house as rules look at it. */
  readonly world: World
  readonly homeAssistant: Pick<HomeAssistant, 'listen' | 'stateOf'>
}

/** The house as stories that are run live ask it. */
export class StoryHouse {
  readonly #parts: StoryHouseParts
  readonly #watched: WatchedEntities

  constructor(parts: StoryHouseParts) {
    this.#parts = parts
    this.#watched = new WatchedEntities(parts.homeAssistant.listen)
  }

  /** From now on Home Assistant is to tell of these entities, and of no others for stories. */
  watch(entities: ReadonlySet<string>): void {
    this.#watched.watch(entities)
  }

  /** What these names stand for now. */
  answers({ player, names }: HouseQuestion): Values {
    const { world, homeAssistant } = this.#parts
    const id = player === null ? null : (world.playerId(player) ?? player)
    const states = [...this.#watched.names].flatMap((entity) => {
      const state = homeAssistant.stateOf(entity)
      return state === null ? [] : [[entity, state] as const]
    })
    return {
      ...askedValues({ player: id, stream: null, names }, world),
      [stateHolder]: Object.fromEntries(states),
    }
  }

  stop(): void {
    this.watch(new Set())
  }
}
