import Router from '@koa/router'
import Koa from 'koa'
import type { Clock } from '../../core/clock.ts'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import { type Admission, admissionAt, type Gatekeeper } from '../admission.ts'
import { clientAddressFrom, networkOf } from '../client-address.ts'
import { answerErrors } from '../errors.ts'
import type { FileBody, FiniteListeners } from '../finite-body.ts'
import { type DoorAuth, guard, requireAudio, requireJson, requirePicture } from '../guard.ts'
import type { Live } from '../live.ts'
import type { LiveMedia } from '../live-media.ts'
import { streamAudio } from '../media.ts'
import { panelPages } from '../panel.ts'
import { type SessionCookie, sessionCookie } from '../session-cookie.ts'
import { type AccountHouse, accountRoutes } from './account.ts'
import { type AccountCardHouse, accountCardRoute } from './account-card.ts'
import { type AccountCardsHouse, accountCardRoutes } from './account-cards.ts'
import { type AddressCheckHouse, addressCheckRoutes } from './address-check.ts'
import { type AnswersHouse, answerRoutes } from './answers.ts'
import { type AudioHouse, audioRoutes } from './audio.ts'
import { authRoutes, type SignInHouse } from './auth.ts'
import { type BackupHouse, backupRoutes } from './backup.ts'
import { bodyChecks, readJson } from './body.ts'
import { type CardCopiesHouse, cardCopyRoutes } from './card-copies.ts'
import { type CardDocumentsHouse, cardDocumentRoutes } from './card-documents.ts'
import { type CardsHouse, cardRoutes } from './cards.ts'
import { createStreamingRoute } from './create-streaming.ts'
import { type DiagnosticsHouse, diagnosticsRoutes } from './diagnostics.ts'
import { type EventsHouse, eventRoutes } from './events.ts'
import { type FirstStepsHouse, firstStepRoutes } from './first-steps.ts'
import { type HealthHouse, healthRoutes } from './health.ts'
import { type InputsHouse, inputRoutes } from './inputs.ts'
import { type KidHouse, kidRoutes } from './kid.ts'
import { type LibraryHouse, libraryRoutes } from './library.ts'
import { libraryFileRoutes } from './library-file.ts'
import { liveRoutes } from './live.ts'
import { describeRoutes } from './openapi.ts'
import { type PicturesHouse, pictureRoutes } from './pictures.ts'
import { type PlayersHouse, playerRoutes } from './players.ts'
import { type PresetsHouse, presetRoutes } from './presets.ts'
import { queryChecks } from './query.ts'
import { type QueueFileHouse, queueFileRoutes } from './queue-file.ts'
import type { Route, ServedRoute } from './route.ts'
import { type RuleToolsHouse, ruleToolRoutes } from './rule-tools.ts'
import { type RuleTracesHouse, ruleTraceRoutes } from './rule-traces.ts'
import { type RulesHouse, ruleRoutes } from './rules.ts'
import { type SimulatorHouse, simulatorRoutes } from './simulator.ts'
import { type StoriesHouse, storyRoutes } from './stories.ts'
import { existing, type StreamsHouse } from './stream-view.ts'
import { streamRoutes } from './streams.ts'
import { type TokensHouse, tokenRoutes } from './tokens.ts'
import { type UploadsHouse, uploadRoutes } from './uploads.ts'
import { type UsersHouse, userRoutes } from './users.ts'
import { hookRoute, type WebhooksHouse, webhookRoutes } from './webhooks.ts'

/** Everything the panel door asks of the house. */
export type House = StreamsHouse &
  AnswersHouse &
  PlayersHouse &
  CardsHouse &
  PicturesHouse &
  AddressCheckHouse &
  FirstStepsHouse &
  SimulatorHouse &
  LibraryHouse &
  UploadsHouse &
  PresetsHouse &
  InputsHouse &
  QueueFileHouse &
  AudioHouse &
  KidHouse &
  EventsHouse &
  DiagnosticsHouse &
  BackupHouse &
  RuleToolsHouse &
  StoriesHouse &
  RulesHouse & { readonly ruleTraces: RuleTracesHouse } & WebhooksHouse &
  AccountHouse &
  AccountCardsHouse &
  CardCopiesHouse & { readonly accountCard: AccountCardHouse & CardDocumentsHouse } & HealthHouse & {
    readonly simulated: boolean
  }

/** Who may come in, and what is done about it. */
export type AccessHouse = Gatekeeper & SignInHouse & UsersHouse & TokensHouse

interface PanelDoor {
  readonly house: House
  readonly access: AccessHouse
  readonly auth: DoorAuth
  readonly hosts: readonly string[]
  /** Addresses and networks of reverse proxies whose X-Forwarded headers are believed. */
  readonly trustedProxies: readonly string[]
  /** What the stream can play now; null when that is nothing. */
  readonly newest: (stream: string) => Promise<FileBody | null>
  readonly listeners: FiniteListeners
  /** The streams that are heard as time passes; without it all are heard as one file. */
  readonly liveAudio?: LiveMedia
  readonly live: Live
  /** Where the built panel lies. */
  readonly panel: string
  /** Takes secrets out of what errors say. */
  readonly redactAll: <Value>(value: Value) => Value
  readonly clock: Clock
  readonly log: Log
}

/** The door of panel and REST: the interface under `/api` and the page at `/`, behind one guard. */
export function createPanelApp(door: PanelDoor): Koa {
  const { access, auth, hosts, trustedProxies, clock, log } = door
  const app = new Koa()
  // Clients that hang up are ordinary, and everything else was answered and logged below.
  app.on('error', (error) => log.debug('a client went away', { error: messageOf(error) }))
  const router = new Router({ prefix: '/api' })
  const cookie = sessionCookie(trustedProxies)
  const clientAddress = clientAddressFrom(trustedProxies)
  const entrance = {
    admission: admissionAt({ auth, access, cookie, clock }),
    cookie,
    networkOf: (ctx: Koa.Context) => networkOf(clientAddress(ctx.req)),
    checkOf: bodyChecks(),
    queryCheckOf: queryChecks(),
    clock,
  }
  for (const route of routesOf(door)) mount(router, route, entrance)
  app.use(answerErrors(log, door.redactAll))
  app.use(guard({ auth, hosts }))
  app.use(router.routes())
  app.use(panelPages({ folder: door.panel, framed: auth === 'ingress' }))
  return app
}

function routesOf(door: PanelDoor): readonly (Route | ServedRoute)[] {
  const { house, access, auth, live, listeners } = door
  const clientAddress = clientAddressFrom(door.trustedProxies)
  const routes: (Route | ServedRoute)[] = [
    ...healthRoutes(house, auth),
    ...authRoutes(access, auth),
    ...kidRoutes(house),
    ...streamRoutes(house),
    ...answerRoutes(house),
    ...presetRoutes(house),
    ...inputRoutes(house),
    ...queueFileRoutes(house),
    ...playerRoutes(house),
    createStreamingRoute(house),
    ...cardRoutes(house),
    ...pictureRoutes(house, door.clock),
    ...addressCheckRoutes(house),
    ...firstStepRoutes(house),
    ...libraryRoutes(house),
    ...uploadRoutes(house, door.clock),
    ...eventRoutes(house),
    ...diagnosticsRoutes(house),
    ...backupRoutes(house),
    ...ruleToolRoutes(house),
    ...storyRoutes(house),
    ...ruleRoutes(house),
    ...ruleTraceRoutes(house.ruleTraces),
    ...webhookRoutes(house),
    // Behind ingress nobody comes but Home Assistant's own users.
    ...(auth === 'ingress' ? [] : [hookRoute(house, door.clock)]),
    ...(house.simulated ? simulatorRoutes(house) : []),
    ...accountRoutes(house),
    ...accountCardRoutes(house),
    ...cardCopyRoutes(house),
    ...cardDocumentRoutes(house.accountCard),
    ...accountCardRoute(house.accountCard),
    ...userRoutes(access),
    ...tokenRoutes(access),
    audioRoute(door),
    ...audioRoutes({ house, listeners, addressOf: (ctx) => clientAddress(ctx.req) }),
    ...liveRoutes(live),
    ...libraryFileRoutes(house),
    {
      method: 'get',
      path: '/openapi.json',
      summary: 'This description.',
      needs: 'house',
      serve(ctx) {
        ctx.body = description
      },
    },
  ]
  const description = describeRoutes(routes, house.version)
  return routes
}

function audioRoute({ house, newest, listeners, liveAudio, trustedProxies }: PanelDoor): ServedRoute {
  const clientAddress = clientAddressFrom(trustedProxies)
  const serveAudio = streamAudio({ newest, listeners, live: liveAudio, clientAddress })
  return {
    method: 'get',
    path: '/streams/{name}/stream.mp3',
    summary: 'The audio of a stream, as one file.',
    needs: 'house',
    serve: (ctx, { param }) => serveAudio(ctx, existing(house, param('name')).name),
  }
}

interface Entrance {
  readonly admission: Admission
  readonly cookie: SessionCookie
  readonly networkOf: (ctx: Koa.Context) => string
  readonly checkOf: ReturnType<typeof bodyChecks>
  readonly queryCheckOf: ReturnType<typeof queryChecks>
  readonly clock: Clock
}

/** People's names are kept with their accents in one form; files lie on disks as they lie there. */
function paramOf({ params }: Koa.Context, { isRest = false }: Route | ServedRoute, name: string): string {
  const value = params[name] ?? ''
  return isRest ? value : value.normalize('NFC')
}

// Names and passwords; strangers must not make us hold more than that for them.
const strangersBytes = 8 * 1024
// More than people write by hand.
const maxBytes = 256 * 1024

function mount(router: Router, route: Route | ServedRoute, entrance: Entrance): void {
  const { admission, checkOf, queryCheckOf, clock } = entrance
  const { method, needs } = route
  const named = route.path.replaceAll(/\{(\w+)\}/g, ':$1')
  const path = route.isRest === true ? named.replace(/:(\w+)$/, '*$1') : named
  if ('serve' in route) {
    router[method](path, async (ctx) => {
      const caller = await admission.admit(ctx, needs)
      if (route.takes === 'audio') requireAudio(ctx)
      if (route.takes === 'picture') requirePicture(ctx)
      await route.serve(ctx, {
        param: (name) => paramOf(ctx, route, name),
        whileAdmitted: (end) => admission.whileAdmitted(ctx, needs, end),
        caller,
      })
    })
    return
  }
  const check = route.body === undefined ? null : checkOf(route.body)
  const checkQuery = route.query === undefined ? null : queryCheckOf(route.query)
  router[method](path, async (ctx) => {
    let caller = await admission.admit(ctx, needs)
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') requireJson(ctx)
    let body: unknown = {}
    if (check !== null) {
      body = check(
        await readJson(ctx.req, {
          maxBytes: route.maxBytes ?? (needs === 'anyone' ? strangersBytes : maxBytes),
          clock,
        }),
      )
      // While the body was on its way, they may have been shown out.
      caller = await admission.admit(ctx, needs)
    }
    ctx.set('Cache-Control', 'no-store')
    const headers = new Map<string, string>()
    const answer = await route.handle({
      body,
      query: checkQuery?.(ctx.querystring) ?? {},
      param: (name) => paramOf(ctx, route, name),
      caller,
      network: entrance.networkOf(ctx),
      cookie: {
        set: (secret) => entrance.cookie.set(ctx, secret),
        clear: () => entrance.cookie.clear(ctx),
      },
      header: (name) => (ctx.req.headers[name] === undefined ? null : ctx.get(name)),
      setHeader: (name, value) => headers.set(name, value),
    })
    for (const [name, value] of headers) ctx.set(name, value)
    ctx.body = answer
  })
}
