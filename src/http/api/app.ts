import Router from '@koa/router'
import Koa from 'koa'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import { answerErrors } from '../errors.ts'
import type { FileBody, FiniteListeners } from '../finite-body.ts'
import { guard, requireJson } from '../guard.ts'
import type { Live } from '../live.ts'
import { streamAudio } from '../media.ts'
import { panelPages } from '../panel.ts'
import { bodyChecks, readJson } from './body.ts'
import { type CardsHouse, cardRoutes } from './cards.ts'
import { type HealthHouse, healthRoutes } from './health.ts'
import { type LibraryHouse, libraryRoutes } from './library.ts'
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
  LibraryHouse &
  HealthHouse & { readonly simulated: boolean }

interface PanelDoor {
  readonly house: House
  readonly auth: 'ingress' | 'none'
  readonly hosts: readonly string[]
  /** What the stream can play now; null when that is nothing. */
  readonly newest: (stream: string) => Promise<FileBody | null>
  readonly listeners: FiniteListeners
  readonly live: Live
  /** Where the built panel lies. */
  readonly panel: string
  readonly log: Log
}

/** The panel door: REST under `/api` and the page at `/`, behind one guard. */
export function createPanelApp(door: PanelDoor): Koa {
  const { house, auth, hosts, newest, listeners, live, log } = door
  const app = new Koa()
  // Clients that hang up are ordinary, and everything else was answered and logged below.
  app.on('error', (error) => log.debug('a client went away', { error: messageOf(error) }))
  const router = new Router({ prefix: '/api' })
  const routes = [
    ...healthRoutes(house),
    ...streamRoutes(house),
    ...playerRoutes(house),
    ...cardRoutes(house),
    ...libraryRoutes(house),
    ...(house.simulated ? simulatorRoutes(house) : []),
  ]
  const checkOf = bodyChecks()
  for (const route of routes) mount(router, route, checkOf)
  const description = describeRoutes(routes, house.version)
  router.get('/openapi.json', (ctx) => {
    ctx.body = description
  })
  const serveAudio = streamAudio({ newest, listeners })
  router.get('/streams/:name/stream.mp3', (ctx) =>
    serveAudio(ctx, existing(house, ctx.params.name ?? '').name),
  )
  router.get('/live', (ctx) => live.listen(ctx))
  router.get('/live/snapshot', (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = live.catchUp(new URLSearchParams(ctx.querystring).get('since'))
  })
  app.use(answerErrors(log))
  app.use(guard({ auth, hosts }))
  app.use(router.routes())
  app.use(panelPages({ folder: door.panel, framed: auth === 'ingress' }))
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
