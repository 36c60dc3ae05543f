import { pictureTypes } from '../../core/picture.ts'
import { sessionCookieName } from '../session-cookie.ts'
import type { Route, ServedRoute } from './route.ts'

/** The description of the interface, made from the very routes that answer it. OpenAPI 3.1. */
export function describeRoutes(routes: readonly (Route | ServedRoute)[], version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = `/api${route.path}`
    paths[path] ??= {}
    paths[path][route.method] = operation(route)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Yoto Smart Stream', version },
    paths,
    components: {
      schemas: { Error: errorSchema },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: sessionCookieName },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  }
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, object>>
  readonly required?: readonly string[]
}

const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: { type: 'string' }, message: { type: 'string' }, details: { type: 'object' } },
    },
  },
}

const raw = {
  audio: { 'audio/*': {}, 'application/octet-stream': {} },
  picture: Object.fromEntries(pictureTypes.map((type) => [type, {}])),
} as const

function queryParameters({ properties = {}, required = [] }: ObjectSchema): object[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}

function operation(route: Route | ServedRoute): object {
  const { path, summary, needs } = route
  const body = 'body' in route ? route.body : undefined
  const query = 'query' in route ? route.query : undefined
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
  return {
    summary,
    // In OpenAPI 3.1 a scheme that knows no scopes may list roles.
    security: needs === 'anyone' ? [] : [{ session: [needs] }, { token: [needs] }],
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...(query === undefined ? [] : queryParameters(query)),
    ],
    ...(body === undefined ? {} : { requestBody: { content: { 'application/json': { schema: body } } } }),
    ...('takes' in route && route.takes !== undefined ? { requestBody: { content: raw[route.takes] } } : {}),
    responses: {
      200: { description: 'Done.' },
      default: {
        description: 'What was wrong, in words.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}
