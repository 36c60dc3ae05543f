import { reaches } from '../../core/role.ts'
import type { DoorAuth } from '../guard.ts'
import { type Route, route } from './route.ts'

export interface HealthHouse {
  readonly version: string
  /** Counts, connections and problems, for people and monitors. */
  health(): Readonly<Record<string, unknown>>
}

export function healthRoutes(house: HealthHouse, auth: DoorAuth): Route[] {
  return [
    route({
      method: 'get',
      path: '/health',
      summary:
        'Answers while the process lives; says to members of the household what is connected. A cloud that is away is not ill health.',
      needs: 'anyone',
      handle({ caller }) {
        const life = { status: 'healthy', version: house.version }
        const mayKnow = caller === null ? auth === 'none' : reaches(caller.scope, 'house')
        return mayKnow ? { ...life, ...house.health() } : life
      },
    }),
  ]
}
