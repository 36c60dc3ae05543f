import type { UserWish } from '../src/http/api/users.ts'
import type { Person } from './access.ts'
import { segment } from './path.ts'
import { ask } from './request.ts'

/** A player or a card a child may be given. */
export interface Choice {
  readonly id: string
  readonly label: string
}

export async function fetchPeople(): Promise<readonly Person[]> {
  return (await ask<{ users: readonly Person[] }>('GET', 'users')).users
}

export async function addPerson(person: UserWish & { username: string; password: string }): Promise<void> {
  await ask('POST', 'users', person)
}

/** @throws RequestError 409 where nobody would be left who may change things. */
export async function changePerson(id: string, change: UserWish): Promise<void> {
  await ask('PUT', `users/${segment(id)}`, change)
}

/** @throws RequestError 409 for the last administrator. */
export async function removePerson(id: string): Promise<void> {
  await ask('DELETE', `users/${segment(id)}`)
}
