import Router from '@koa/router'
import Koa from 'koa'
import { AppError, messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import { answerErrors } from '../errors.ts'
import { guard, requireJson } from '../guard.ts'
import { type FiniteBody, type FiniteListeners, serveFinite } from '../media.ts'
import { panelPage } from '../panel.ts'
import { bodyChecks, readJson } from './body.ts'
import { type CardsHouse, cardRoutes } from './cards.ts'
import { type HealthHouse, healthRoutes } from './health.ts'
import { describeRoutes } from './openapi.ts'
import { type PlayersHouse, playerRoutes } from './players.ts'
import type { Route } from './route.ts'
import { type SimulatorHouse, simulatorRoutes } from './simulator.ts'
import { existing, type StreamsHouse, streamRoutes } from './streams.ts'

/** Everything the panel door asks of the house. */
export type House = StreamsHouse &
  PlayersHouse &
  CardsHouse &
  SimulatorHouse &
  HealthHouse & { readonly simulated: boolean }

interface PanelDoor {
  readonly house: House
  readonly auth: 'ingress' | 'none'
  readonly hosts: readonly string[]
  /** What the stream can play now; null when that is nothing. */
  readonly newest: (stream: string) => Promise<FiniteBody | null>
  readonly listeners: FiniteListeners
  readonly log: Log
}

/** The panel door: REST under `/api` and the page at `/`, behind one guard. */
export function createPanelApp({ house, auth, hosts, newest, listeners, log }: PanelDoor): Koa {
  const app = new Koa()
  // Clients that hang up are ordinary, and everything else was answered and logged below.
  app.on('error', (error) => log.debug('a client went away', { error: messageOf(error) }))
  const router = new Router({ prefix: '/api' })
  const routes = [
    ...healthRoutes(house),
    ...streamRoutes(house),
    ...playerRoutes(house),
    ...cardRoutes(house),
    ...(house.simulated ? simulatorRoutes(house) : []),
  ]
  const checkOf = bodyChecks()
  for (const route of routes) mount(router, route, checkOf)
  const description = describeRoutes(routes, house.version)
  router.get('/openapi.json', (ctx) => {
    ctx.body = description
  })
  router.get('/streams/:name/stream.mp3', async (ctx) => {
    const { name } = existing(house, ctx.params.name ?? '')
    const listener = `${name} ${ctx.req.socket.remoteAddress}`
    const answer = await serveFinite(ctx, { newest: await newest(name), listener, listeners })
    if (answer === null) throw new AppError('not_found', `stream "${name}" has nothing to play now`)
  })
  app.use(answerErrors(log))
  app.use(guard({ auth, hosts }))
  app.use(router.routes())
  app.use(panelPage)
  return app
}

function mount(router: Router, route: Route, checkOf: ReturnType<typeof bodyChecks>): void {
  const check = route.body === undefined ? null : checkOf(route.body)
  router[route.method](route.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (ctx) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') requireJson(ctx)
    const body = check === null ? {} : check(await readJson(ctx.req))
    ctx.set('Cache-Control', 'no-store')
    ctx.body = await route.handle({ body, param: (name) => ctx.params[name] ?? '' })
  })
}
