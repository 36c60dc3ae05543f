import { AppError } from '../core/error.ts'
import { isJsonObject } from '../core/json.ts'
import { type Role, roles } from '../core/role.ts'

/** Somebody of the household, as the store has them. */
export interface User {
  readonly id: string
  readonly username: string
  readonly role: Role
  /** A hash with all that is needed to check against it; null for who has none. */
  readonly password: string | null
  /** Who they are at Home Assistant; null for who does not come from there. */
  readonly ingress_id: string | null
  /** The ids of what a child may play on, and play. */
  readonly players: readonly string[]
  readonly cards: readonly string[]
  /** ISO 8601 with offset. */
  readonly created_at: string
}

/** A user as admins see them. */
export interface UserView
  extends Pick<User, 'id' | 'username' | 'role' | 'players' | 'cards' | 'created_at'> {
  readonly signs_in_with: 'password' | 'ingress'
}

export function viewOf({ id, username, role, players, cards, created_at, ingress_id }: User): UserView {
  const signs_in_with = ingress_id === null ? 'password' : 'ingress'
  return { id, username, role, players, cards, signs_in_with, created_at }
}

/** A record of the store; null for what can be none. What cannot be read in it never widens what somebody may do. */
export function userIn(id: string, stored: unknown): User | null {
  if (!isJsonObject(stored) || typeof stored.username !== 'string') return null
  return {
    id,
    username: stored.username,
    role: roles.find((role) => role === stored.role) ?? 'child',
    password: textOrNull(stored.password),
    ingress_id: textOrNull(stored.ingress_id),
    players: textsIn(stored.players),
    cards: textsIn(stored.cards),
    created_at: typeof stored.created_at === 'string' ? stored.created_at : '',
  }
}

const longestName = 64

/**
 * The name as it is kept.
 * @throws AppError `unprocessable` for one that is empty, over 64 characters, or has signs that nobody sees.
 */
export function checkUsername(text: string): string {
  const name = text.normalize('NFC').trim()
  if (name === '' || [...name].length > longestName || name.replaceAll(joining, '').search(unseen) >= 0)
    throw new AppError(
      'unprocessable',
      `a user name must have 1 to ${longestName} characters, none of them invisible`,
      { details: { fields: [{ field: 'username', message: 'is no name somebody can have' }] } },
    )
  return name
}

/** What makes two names the same: case does not, nor how a letter is composed. */
export function nameKey(username: string): string {
  return username.normalize('NFKC').trim().toLowerCase()
}

/** A name that comes from elsewhere, made into one that can be kept. */
export function tidyName(text: string): string {
  const keeps = new RegExp(`(${joining.source})|${unseen.source}`, 'gu')
  const seen = text.normalize('NFC').replaceAll(keeps, (_, joiner: string | undefined) => joiner ?? '')
  return [...seen.trim()]
    .slice(0, longestName - roomForNumber)
    .join('')
    .trim()
}

const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|^\p{M}/gu
// Some scripts and emoji need signs between two others that nobody sees; elsewhere they make two names look alike.
const joining =
  /(?<=[\p{L}\p{M}])[\u200c\u200d](?=\p{L})|(?<=\p{Extended_Pictographic})\ufe0f|(?<=\p{Extended_Pictographic}\ufe0f?)\u200d(?=\p{Extended_Pictographic})/gu
const roomForNumber = 4

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}
