import type { Static, TSchema } from 'typebox'

/**
 * One call of the REST interface. The schema that checks a request's body is the one that describes it in
 * `/api/openapi.json`.
 */
export interface Route<Schema extends TSchema = TSchema> {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** Below `/api`, with parameters as `{name}`. */
  readonly path: `/${string}`
  readonly summary: string
  /** A closed object; absent where the call takes no body. */
  readonly body?: Schema
  /** The answer as JSON. */
  handle(request: ApiRequest<Static<Schema>>): unknown
}

export interface ApiRequest<Body = unknown> {
  readonly body: Body
  /** @throws never: a route only asks for what its path names. */
  param(name: string): string
}

/** Typing aid: the body's type is inferred from the schema. */
export function route<Schema extends TSchema>(definition: Route<Schema>): Route {
  return definition as unknown as Route
}
