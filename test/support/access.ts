import { Access } from '../../src/access/access.ts'
import type { PasswordCost } from '../../src/access/passwords.ts'
import type { Ways } from '../../src/access/users.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { Collection } from '../../src/core/collection.ts'
import { memoryCollection } from './memory-collection.ts'
import { recordingLog } from './recording-log.ts'
import { VirtualClock } from './virtual-clock.ts'

/** A millisecond in place of a tenth of a second. */
export const cheap: PasswordCost = { ln: 4, r: 1, p: 1 }

export type TestStore = (name: 'users' | 'sessions' | 'tokens') => Collection<unknown>

/** Collections that outlive what was opened on them. */
export function memoryStore(): TestStore {
  const [users, sessions, tokens] = [memoryCollection(), memoryCollection(), memoryCollection()]
  const all: Record<string, Collection<unknown>> = { users, sessions, tokens }
  return (name) => all[name] ?? users
}

export type TestAccess = Access & { readonly log: ReturnType<typeof recordingLog> }

/** Who may come in, with passwords that cost little. */
export async function openTestAccess({
  store = memoryStore(),
  ways = { ingress: true, password: true },
  passwordCost = cheap,
  clock = new VirtualClock(),
  hide = () => undefined,
}: {
  store?: TestStore
  ways?: Ways
  passwordCost?: PasswordCost
  clock?: Clock
  hide?: (secret: string) => void
} = {}): Promise<TestAccess> {
  const log = recordingLog()
  const access = new Access({ collection: store, ways, passwordCost, hide, clock, log })
  await access.start()
  return Object.assign(access, { log })
}
