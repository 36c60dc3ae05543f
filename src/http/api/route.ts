import type { Context } from 'koa'
import type { Static, TSchema } from 'typebox'
import { AppError } from '../../core/error.ts'
import type { Caller, Need } from '../../core/role.ts'

interface Endpoint {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** Below `/api`, with parameters as `{name}`. */
  readonly path: `/${string}`
  readonly summary: string
  /** Who may call it: anyone who reaches the door, or whoever may do that much. */
  readonly needs: Need
}

/**
 * One call of the REST interface. The schema that checks a request's body is the one that describes it in
 * `/api/openapi.json`.
 */
export interface Route<Schema extends TSchema = TSchema> extends Endpoint {
  /** A closed object; absent where the call takes no body. */
  readonly body?: Schema
  /** The answer as JSON. */
  handle(request: ApiRequest<Static<Schema>>): unknown
}

/** A call whose answer is not made from JSON to JSON: audio, or events without end. */
export interface ServedRoute extends Endpoint {
  serve(ctx: Context, request: ServedRequest): unknown
}

export interface ApiRequest<Body = unknown> {
  readonly body: Body
  /** @throws never: a route only asks for what its path names. */
  param(name: string): string
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
}

/** Typing aid: the body's type is inferred from the schema. */
export function route<Schema extends TSchema>(definition: Route<Schema>): Route {
  return definition as unknown as Route
}

/** Whoever asks, where the call needs somebody. */
export function callerIn({ caller }: Pick<ApiRequest, 'caller'>): Caller {
  if (caller === null) throw new AppError('unauthorized', 'sign in first')
  return caller
}
