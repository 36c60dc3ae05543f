import { Type } from 'typebox'
import { type Caller, type Role, roles } from '../../core/role.ts'
import { callerIn, type Route, route } from './route.ts'

/** What the calls about users need of the house. */
export interface UsersHouse {
  users(): readonly UserView[]
  /** @throws AppError `conflict` for a name that is taken, `unprocessable` for a name or password that cannot be. */
  createUser(
    wish: UserWish & { readonly username: string; readonly password: string; readonly by: Caller },
  ): Promise<UserView>
  /** @throws AppError as `createUser` does, `not_found`, and `conflict` for the last admin who can come in. */
  changeUser(id: string, wish: UserWish & { readonly by: Caller }): Promise<UserView>
  /** @throws AppError `not_found`, and `conflict` for the last admin who can come in. */
  deleteUser(id: string): Promise<UserView>
}

/** What a user is to be; `password` as they type it. */
export interface UserWish {
  readonly username?: string
  readonly role?: Role
  readonly password?: string
  readonly players?: readonly string[]
  readonly cards?: readonly string[]
}

export interface UserView {
  readonly id: string
  readonly username: string
  readonly role: Role
  /** The ids of what a child may play on, and play. */
  readonly players: readonly string[]
  readonly cards: readonly string[]
  readonly signs_in_with: 'password' | 'ingress'
  /** ISO 8601 with offset. */
  readonly created_at: string
}

const closed = { additionalProperties: false }
const text = Type.String({ maxLength: 300 })
const ids = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 500 })
const wishes = {
  role: Type.Optional(Type.Union(roles.map((role) => Type.Literal(role)))),
  players: Type.Optional(ids),
  cards: Type.Optional(ids),
}

export function userRoutes(access: UsersHouse): Route[] {
  return [
    ...listRoutes(access, '/users'),
    ...listRoutes(access, '/admin/users'),
    route({
      method: 'put',
      path: '/users/{id}',
      summary: 'Changes a user; a new role acts at once, a new password ends their sessions.',
      needs: 'admin',
      body: Type.Object(
        { username: Type.Optional(text), password: Type.Optional(text), ...wishes },
        { ...closed, minProperties: 1 },
      ),
      handle: (request) => access.changeUser(request.param('id'), { ...request.body, by: callerIn(request) }),
    }),
    route({
      method: 'delete',
      path: '/users/{id}',
      summary: 'Deletes a user with all their sessions and tokens.',
      needs: 'admin',
      async handle({ param }) {
        const { username, signs_in_with } = await access.deleteUser(param('id'))
        const again =
          signs_in_with === 'ingress' ? '; at their next visit from Home Assistant they are a new member' : ''
        return { success: true, message: `"${username}" deleted${again}` }
      },
    }),
  ]
}

function listRoutes(access: UsersHouse, path: '/users' | '/admin/users'): Route[] {
  return [
    route({
      method: 'get',
      path,
      summary: 'Everybody who may come in.',
      needs: 'admin',
      handle() {
        const users = access.users()
        return { users, count: users.length }
      },
    }),
    route({
      method: 'post',
      path,
      summary: 'Makes a user, who signs in with the password; a member where no role is said.',
      needs: 'admin',
      body: Type.Object({ username: text, password: text, ...wishes }, closed),
      handle: (request) => access.createUser({ ...request.body, by: callerIn(request) }),
    }),
  ]
}
