import { randomBytes } from 'node:crypto'
import type { Storage } from '../storage/storage.ts'

/** Tells this household from another on the same broker, for as long as its store lives. */
export async function instanceId(storage: Storage): Promise<string> {
  const ids = storage.collection<string>('instance')
  const known = await ids.get('id')
  if (known !== undefined) return known
  const id = randomBytes(6).toString('hex')
  await ids.set('id', id)
  return id
}
