import { type Route, route } from './route.ts'

export interface HealthHouse {
  readonly version: string
  /** Counts, connections and problems, for people and monitors. */
  health(): Readonly<Record<string, unknown>>
}

export function healthRoutes(house: HealthHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/health',
      summary:
        'Answers while the process lives; says what is connected. A cloud that is away is not ill health.',
      handle: () => ({ status: 'healthy', version: house.version, ...house.health() }),
    }),
  ]
}
