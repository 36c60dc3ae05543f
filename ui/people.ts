import type { Person, Role } from './access.ts'
import { segment } from './path.ts'
import { ask } from './request.ts'

export interface PersonChange {
  readonly username?: string
  readonly role?: Role
  readonly password?: string
  readonly players?: readonly string[]
  readonly cards?: readonly string[]
}

/** A player or a card a child may be given. */
export interface Choice {
  readonly id: string
  readonly label: string
}

export async function fetchPeople(): Promise<readonly Person[]> {
  return (await ask<{ users: readonly Person[] }>('GET', 'users')).users
}

export async function addPerson(
  person: PersonChange & { username: string; password: string },
): Promise<void> {
  await ask('POST', 'users', person)
}

/** @throws RequestError 409 where nobody would be left who may change things. */
export async function changePerson(id: string, change: PersonChange): Promise<void> {
  await ask('PUT', `users/${segment(id)}`, change)
}

/** @throws RequestError 409 for the last administrator. */
export async function removePerson(id: string): Promise<void> {
  await ask('DELETE', `users/${segment(id)}`)
}
