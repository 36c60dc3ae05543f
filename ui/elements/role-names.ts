import type { Role } from '../access.ts'
import type { TextKey } from '../text-keys.ts'

export const roleNames = {
  admin: 'role.admin',
  member: 'role.member',
  child: 'role.child',
} as const satisfies Record<Role, TextKey>

/** What somebody of a role may do. */
export const roleHints = {
  admin: 'role.admin-may',
  member: 'role.member-may',
  child: 'role.child-may',
} as const satisfies Record<Role, TextKey>
