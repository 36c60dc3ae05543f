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
  readonly auth: Options['panel']['auth']
  readonly log: Log
}

/** Tells whoever can read the log how the first user comes in, where passwords are asked for and there is none yet. */
export function announceSetUp({ access, doors, auth, log }: SetUpInput): void {
  const code = access.offerSetUp()
  const door = auth === 'password' ? doors.panel : doors.direct
  if (code === null || door === null) return
  log
    .for('access')
    .warn(
      `nobody can sign in yet. Open ${door.url} (or this port at another address of this machine) and set up the first user with the code ${code}`,
    )
}
