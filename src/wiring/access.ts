import { Access } from '../access/access.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Options } from '../options.ts'
import type { Storage } from '../storage/storage.ts'
import type { Doors } from './doors.ts'

interface AccessInput {
  readonly storage: Storage
  readonly options: Pick<Options, 'panel' | 'direct'>
  /** Masks a secret wherever it would be said. */
  readonly hide: (secret: string) => void
  readonly clock: Clock
  readonly log: Log
}

const collections = { users: 'users', sessions: 'sessions', tokens: 'api-tokens' } as const

/** Who may come in, as the store knows them. */
export async function openAccess({ storage, options, hide, clock, log }: AccessInput): Promise<Access> {
  const { panel, direct } = options
  const access = new Access({
    collection: (name) => storage.collection(collections[name]),
    ways: {
      ingress: panel.auth === 'ingress',
      password: panel.auth === 'password' || direct.port !== null,
    },
    hide,
    clock,
    log: log.for('access'),
  })
  await access.start()
  return access
}

interface SetUpInput {
  readonly access: Access
  readonly doors: Pick<Doors, 'panel' | 'direct'>
  readonly panel: Pick<Options['panel'], 'auth' | 'set_up_again'>
}

/**
 * Tells whoever can read the log how the first admin comes in, or one who lost their password; null where nobody
 * needs to be told.
 */
export function setUpWords({ access, doors, panel }: SetUpInput): string | null {
  const door = panel.auth === 'password' ? doors.panel : doors.direct
  const code = door === null ? null : access.offerSetUp(panel.set_up_again)
  if (door === null || code === null) return null
  const page = `${door.url}/#/set-up (or this port at another address of this machine)`
  if (panel.set_up_again)
    return `whoever lost their password opens ${page} and gives their user name a new one with the code ${code}. Take the option panel.set_up_again out afterwards`
  return `no admin can sign in with a password yet. Open ${page} and set up the first one with the code ${code}`
}
