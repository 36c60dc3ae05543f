import { Type } from 'typebox'
import { type Caller, type Scope, scopes } from '../../core/role.ts'
import { callerIn, type Route, route } from './route.ts'

/** What the calls about API tokens need of the house. */
export interface TokensHouse {
  /** The caller's own; with admin's scope those of everybody. */
  tokens(caller: Caller): readonly TokenView[]
  /** `text` is the token itself. @throws AppError `forbidden` for a scope that the caller does not have. */
  createToken(
    caller: Caller,
    wish: { readonly name: string; readonly scopes: readonly Scope[] },
  ): Promise<{ readonly token: TokenView; readonly text: string }>
  /** @throws AppError `not_found` for one that the caller does not see. */
  revokeToken(caller: Caller, id: string): Promise<TokenView>
}

export interface TokenView {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Who made it. */
  readonly username: string
  /** ISO 8601 with offset. */
  readonly created_at: string
  readonly last_used_at: string | null
}

export function tokenRoutes(access: TokensHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/tokens',
      summary: 'Your API tokens; for admins those of everybody.',
      needs: 'house',
      handle(request) {
        const tokens = access.tokens(callerIn(request))
        return { tokens, count: tokens.length }
      },
    }),
    route({
      method: 'post',
      path: '/tokens',
      summary:
        'Makes an API token, for `Authorization: Bearer …`. It is shown in this answer and never again.',
      needs: 'house',
      body: Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: 100 }),
          scopes: Type.Array(Type.Union(scopes.map((scope) => Type.Literal(scope))), {
            minItems: 1,
            maxItems: scopes.length,
          }),
        },
        { additionalProperties: false },
      ),
      async handle(request) {
        const { token, text } = await access.createToken(callerIn(request), request.body)
        const { id, name, scopes } = token
        return { id, name, scopes, token: text }
      },
    }),
    route({
      method: 'delete',
      path: '/tokens/{id}',
      summary: 'Revokes an API token; it opens nothing from now on.',
      needs: 'house',
      async handle(request) {
        const { name } = await access.revokeToken(callerIn(request), request.param('id'))
        return { success: true, message: `the token "${name}" is revoked` }
      },
    }),
  ]
}
