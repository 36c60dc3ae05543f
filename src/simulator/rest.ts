import { Router } from '@koa/router'
import Koa from 'koa'
import { AppError, messageOf } from '../core/error.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import type { AccessTokens } from './access-token.ts'
import type { CardStore, StoredCard } from './card-store.ts'
import { withServerFields } from './card-text.ts'
import { configAnswer, deviceAnswer } from './device-answers.ts'
import type { MediaStore } from './media-store.ts'
import { pictureRoutes } from './picture-routes.ts'
import type { PictureStore } from './picture-store.ts'
import { playableCard } from './playable-card.ts'
import type { Player } from './player.ts'
import { allow, badRequest, give, giveText, Refusal } from './rest-answers.ts'
import { breakOff, faultBody, type RestTrouble } from './rest-trouble.ts'
import { readShortcuts } from './shortcuts.ts'
import type { Answer, SignIn } from './sign-in.ts'
import type { Traps } from './traps.ts'
import { uploadRoutes } from './upload-routes.ts'

interface RestParts {
  readonly log: Log
  readonly tokens: AccessTokens
  readonly signIn: SignIn
  readonly players: readonly Player[]
  readonly cards: CardStore
  readonly media: MediaStore
  readonly pictures: PictureStore
  readonly traps: Pick<Traps, 'replacesConfig'>
  readonly trouble?: RestTrouble | undefined
}

const maxBodyBytes = 1024 * 1024

/** The REST side of the cloud and its sign-in, on one listener (yoto-protocol §1 and §2). */
export function restApp(parts: RestParts): Koa {
  const router = new Router()
  signInRoutes(router, parts)
  deviceRoutes(router, parts)
  cardRoutes(router, parts)
  uploadRoutes(router, parts)
  pictureRoutes(router, parts)
  const app = new Koa()
  // Clients that hang up are normal.
  app.on('error', (error) => parts.log.debug('a request ended badly', { reason: messageOf(error) }))
  app.use(answerErrors)
  app.use(troubled(parts.trouble))
  app.use(router.routes())
  app.use((ctx) => {
    if (ctx.status === 404 && ctx.body === undefined) throw new Refusal(404, 'not-found', 'no such resource')
  })
  return app
}

function signInRoutes(router: Router, { signIn }: RestParts): void {
  const form = async (ctx: Koa.Context, answer: (form: URLSearchParams) => Answer) => {
    if (ctx.is('application/x-www-form-urlencoded') === false)
      return give(ctx, 400, { error: 'invalid_request' })
    const { status, body } = answer(new URLSearchParams(await bodyOf(ctx)))
    give(ctx, status, body)
  }
  router.get('/authorize', (ctx) => {
    const answer = signIn.authorize(ctx.URL.searchParams)
    if ('location' in answer) ctx.redirect(answer.location)
    else give(ctx, answer.status, answer.body)
  })
  router.post('/oauth/device/code', (ctx) => form(ctx, (sent) => signIn.deviceCode(sent)))
  router.post('/oauth/token', (ctx) => form(ctx, (sent) => signIn.token(sent)))
}

function deviceRoutes(router: Router, { tokens, players, traps }: RestParts): void {
  const view = allow(tokens, 'family:devices:view', 'family:devices:manage')
  const manage = allow(tokens, 'family:devices:manage')
  const playerOf = (id: string | undefined): Player => {
    const player = players.find((candidate) => candidate.id === id)
    if (player === undefined) throw new Refusal(404, 'not-found', 'device not found')
    return player
  }
  router.get('/device-v2/devices/mine', view, (ctx) => {
    give(ctx, 200, { devices: players.map(deviceAnswer) })
  })
  router.get('/device-v2/:id/config', view, (ctx) => {
    give(ctx, 200, { device: configAnswer(playerOf(ctx.params.id)) })
  })
  router.put('/device-v2/:id/config', manage, async (ctx) => {
    const player = playerOf(ctx.params.id)
    const { config, name, deviceId = player.id } = await jsonOf(ctx)
    if (!isJsonObject(config)) throw badRequest('config must be an object')
    if (deviceId !== player.id) throw badRequest('deviceId must be that of the path')
    if (name !== undefined && typeof name !== 'string') throw badRequest('name must be a text')
    player.configure(traps.replacesConfig ? config : { ...player.settings, ...config }, name)
    give(ctx, 200, { status: 'ok' })
  })
  router.put('/device-v2/:id/shortcuts', manage, async (ctx) => {
    const player = playerOf(ctx.params.id)
    const { shortcuts } = await jsonOf(ctx)
    player.shortcuts = readShortcuts(shortcuts)
    give(ctx, 200, { status: 'ok' })
  })
}

function cardRoutes(router: Router, parts: RestParts): void {
  const { tokens, cards, media } = parts
  familyRoutes(router, parts)
  const view = allow(tokens, 'user:content:view', 'user:content:manage')
  const manage = allow(tokens, 'user:content:manage')
  router.post('/content', manage, async (ctx) => {
    const text = await bodyOf(ctx)
    const card = await cards.put(jsonIn(text), text)
    if (card === undefined) throw cardNotFound()
    give(ctx, 200, { card: withServerFields(card) })
  })
  router.get('/content/mine', view, async (ctx) => {
    const all = await cards.all()
    give(ctx, 200, { cards: all.map((card) => withoutChapters(withServerFields(card))) })
  })
  router.get('/content/:cardId', view, async (ctx) => {
    const cardId = String(ctx.params.cardId)
    const card = await cards.get(cardId)
    if (card === undefined) throw cardNotFound()
    if (ctx.URL.searchParams.get('playable') === 'true')
      return give(ctx, 200, { card: withServerFields({ ...playableCard(card, media), cardId }) })
    const text = (await cards.text(cardId)) ?? JSON.stringify(withServerFields(card))
    giveText(ctx, 200, `{"card":${text}}`)
  })
  router.delete('/content/:cardId', manage, async (ctx) => {
    if (!(await cards.delete(String(ctx.params.cardId)))) throw cardNotFound()
    give(ctx, 200, { status: 'ok' })
  })
}

/** Cards as the family's app sees them, those that were bought among them. */
function familyRoutes(router: Router, { tokens, cards }: RestParts): void {
  const library = allow(tokens, 'family:library:view', 'family:library:manage')
  router.get('/card/family/library', library, async (ctx) => {
    const all = [...(await cards.all()), ...cards.bought()]
    give(ctx, 200, { cards: all.map(libraryEntry) })
  })
  router.get('/card/:cardId', library, async (ctx) => {
    const cardId = String(ctx.params.cardId)
    const own = await cards.get(cardId)
    const card = own ?? cards.bought().find((each) => each.cardId === cardId)
    if (card === undefined) throw cardNotFound()
    give(ctx, 200, { card: withServerFields(card), ownership: ownership(own !== undefined) })
  })
}

/** Ends a request in the fault that somebody has ordered for it. */
function troubled(trouble: RestTrouble | undefined) {
  return async (ctx: Koa.Context, next: Koa.Next): Promise<void> => {
    const fault = trouble?.take(`${ctx.method} ${ctx.path}`)
    if (fault === undefined) return next()
    if (fault.after !== undefined) await breakOff(ctx.req, fault.after)
    if (fault.done === true || fault.cut !== undefined) await next()
    if (fault.cut !== undefined) {
      const text = typeof ctx.body === 'string' ? ctx.body : JSON.stringify(ctx.body)
      return giveText(ctx, ctx.status, text.slice(0, Math.floor(text.length * fault.cut)))
    }
    if (fault.status === null || fault.status === 'never') {
      ctx.respond = false
      if (fault.status === null) ctx.req.socket.destroy()
      return
    }
    if (fault.retryAfterSeconds !== undefined) ctx.set('Retry-After', String(fault.retryAfterSeconds))
    give(ctx, fault.status, faultBody(fault.status))
  }
}

async function answerErrors(ctx: Koa.Context, next: Koa.Next): Promise<void> {
  try {
    await next()
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === undefined) throw error
    give(ctx, refusal.status, { error: { code: refusal.code, message: refusal.message } })
  }
}

function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error
  return error instanceof AppError ? badRequest(error.message) : undefined
}

function cardNotFound(): Refusal {
  return new Refusal(404, 'not-found', 'card not found')
}

async function jsonOf(ctx: Koa.Context): Promise<JsonObject> {
  return jsonIn(await bodyOf(ctx))
}

function jsonIn(text: string): JsonObject {
  const json = parseJsonObject(text)
  if (json === undefined) throw badRequest('the body must be a JSON object')
  return json
}

async function bodyOf(ctx: Koa.Context): Promise<string> {
  const tooLarge = new Refusal(413, 'too-large', `a body may have ${maxBodyBytes} bytes`)
  if ((ctx.request.length ?? 0) > maxBodyBytes) throw tooLarge
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of ctx.req) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw tooLarge
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function ownership(isOwn: boolean): JsonObject {
  return {
    canAccess: true,
    userHasRole: false,
    cardIsFree: false,
    cardIsMadeByUser: isOwn,
    cardIsInFamilyLibrary: true,
    cardIsCreatedByFamily: isOwn,
    isAccessibleUsingSubscription: false,
  }
}

function withoutChapters(card: JsonObject): JsonObject {
  const { chapters: _, ...content } = isJsonObject(card.content) ? card.content : {}
  return { ...card, content }
}

function libraryEntry(card: StoredCard): JsonObject {
  return {
    cardId: card.cardId,
    reason: 'physical-add',
    shareType: 'yoto',
    familyId: 'simulated-family',
    card: withoutChapters(withServerFields(card)),
    provenanceId: card.cardId,
    inFamilyLibrary: true,
    updatedAt: card.updatedAt,
    createdAt: card.createdAt,
    lastPlayedAt: card.updatedAt,
    masterUid: '',
  }
}
