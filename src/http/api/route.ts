import type { Context } from 'koa'
import type { Static, TSchema } from 'typebox'
import { AppError } from '../../core/error.ts'
import type { Caller, Need } from '../../core/role.ts'

interface Endpoint {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** Below `/api`, with parameters as `{name}`. */
  readonly path: `/${string}`
  /** Whether its last parameter takes all that follows, slashes among it. */
  readonly isRest?: boolean
  readonly summary: string
  /** Who may call it: anyone who reaches the door, or whoever may do that much. */
  readonly needs: Need
}

/**
 * One call of the REST interface. The schemas that check a request's body and query are those that describe them
 * in `/api/openapi.json`.
 */
export interface Route<Body extends TSchema = TSchema, Query extends TSchema = TSchema> extends Endpoint {
  /** A closed object; absent where the call takes no body. */
  readonly body?: Body
  /** What may stand behind the `?`, a closed object of texts and numbers; where absent, it is not looked at. */
  readonly query?: Query
  /** Most bytes of a body; absent: as many as calls usually need. */
  readonly maxBytes?: number
  /** The answer as JSON. */
  handle(request: ApiRequest<Static<Body>, Static<Query>>): unknown
}

/** A call whose answer is not made from JSON to JSON: audio, or events without end. */
export interface ServedRoute extends Endpoint {
  /** What its body is made of; absent where it takes none. */
  readonly takes?: 'audio' | 'picture'
  serve(ctx: Context, request: ServedRequest): unknown
}

export interface ApiRequest<Body = unknown, Query = unknown> {
  readonly body: Body
  readonly query: Query
  /** @throws never: a route only asks for what its path names. */
  param(name: string): string
  /** A header of the request, by its name in small letters; null where it was not sent. */
  header(name: string): string | null
  /** Puts a header on the answer, where the call succeeds. */
  setHeader(name: string, value: string): void
  /** Whoever asks; null only where the call needs nobody. */
  readonly caller: Caller | null
  /** Where they ask from, as limits count it. */
  readonly network: string
  /** What the browser that asks keeps of its session. */
  readonly cookie: { set(secret: string): void; clear(): void }
}

export interface ServedRequest {
  param(name: string): string
  /** Calls `end` once whoever asked may no longer have what they asked for, until the returned function is called. */
  whileAdmitted(end: () => void): () => void
  /** Whoever asks; null only where the call needs nobody. */
  readonly caller: Caller | null
}

/** Typing aid: the types of body and query are inferred from their schemas. */
export function route<Body extends TSchema, Query extends TSchema>(definition: Route<Body, Query>): Route {
  return definition as unknown as Route
}

/** Whoever asks, where the call needs somebody. */
export function callerIn({ caller }: Pick<ApiRequest, 'caller'>): Caller {
  if (caller === null) throw new AppError('unauthorized', 'sign in first')
  return caller
}
