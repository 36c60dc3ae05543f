import { chmod, mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Options } from '../options.ts'
import { folderReason } from '../storage/failure.ts'
import { openStorage, type Storage } from '../storage/storage.ts'
import type { StoredTokens } from '../yoto/token.ts'
import type { Problems } from './problems.ts'
import { storeProblem } from './store-problem.ts'

interface SecretsInput {
  readonly options: Pick<Options, 'storage' | 'folders'>
  /** The household's own store, where the tokens lay at first. */
  readonly storage: Storage
  readonly problems: Pick<Problems, 'set'>
  readonly clock: Clock
  readonly log: Log
}

/** In the store of the secrets. */
interface Place {
  readonly tokens: Collection<StoredTokens>
  /** What is still to be done. */
  readonly due: Collection<boolean>
}

interface KeptSecrets {
  readonly tokens: Collection<StoredTokens>
  stop(): Promise<void>
}

/** The folder of the data folder that backups leave out, by this name. */
const secretsFolder = 'secrets'
const tokensCollection = 'yoto-account'
const onlyOwner = 0o700
const compacting = 'compact'

/**
 * The tokens of the Yoto account, in a store of their own beside the household's, with the same promises. They open the
 * family's account to whoever holds them, and the refresh token is another after each use, so that an old one is of no
 * use to the household either: a backup goes without this folder, and whoever restores one signs in again.
 *
 * A store that is damaged is set aside within the folder, for there is nothing in it that a sign-in does not bring back.
 * @throws AppError `unavailable` where the folder cannot be used.
 */
export async function openSecrets(input: SecretsInput): Promise<KeptSecrets> {
  const { options, storage, log } = input
  const folder = join(options.folders.data, secretsFolder)
  const secrets = await openIn(folder, input).catch(async (error: unknown) => {
    if (!isDamaged(error)) throw inFolder(error)
    log.warn(
      `the store in the folder ${secretsFolder} of the data folder is damaged, and is set aside in it: somebody has to sign in to Yoto again`,
    )
    await setAside(folder, input.clock)
    return openIn(folder, input)
  })
  const tokens = await moved(
    storage.collection<StoredTokens>(tokensCollection),
    {
      tokens: secrets.collection<StoredTokens>(tokensCollection),
      due: secrets.collection<boolean>('due'),
    },
    input,
  )
  return { tokens, stop: () => secrets.close() }
}

async function openIn(folder: string, { options, problems, log }: SecretsInput): Promise<Storage> {
  await mkdir(folder, { recursive: true, mode: onlyOwner })
  // Whoever restores or copies a folder may give it other rights.
  await chmod(folder, onlyOwner)
  return openStorage({
    ...{ url: options.storage, folder, log },
    wrote: (fault) => problems.set('secrets', storeProblem(fault)),
  })
}

/**
 * Brings what lay in the household's store over, and leaves no byte of it there. Where that fails it stays where it is,
 * and is tried again at the next start. @returns where the tokens are
 */
async function moved(
  from: Collection<StoredTokens>,
  { tokens: to, due }: Place,
  { storage, log }: SecretsInput,
): Promise<Collection<StoredTokens>> {
  const rows = await from.entries()
  const brought: string[] = []
  try {
    // A kill, or a disk that is full, in the middle leaves it to the next start.
    if (rows.length > 0) await due.set(compacting, true)
    for (const [key, value] of rows) if (await bring(to, key, value)) brought.push(key)
    for (const [key] of rows) await from.delete(key)
    if ((await due.get(compacting)) !== true) return to
    await storage.compact()
    await due.delete(compacting)
    log.info(
      `the sign-in to Yoto is kept in the folder ${secretsFolder} from now on, which backups leave out`,
    )
  } catch (error) {
    log.warn(
      'the sign-in to Yoto cannot be kept apart from what backups have; it is tried at the next start',
      {
        reason: messageOf(error),
      },
    )
  }
  if ((await from.entries()).length === 0) return to
  // Who signs out then is not to be signed in again by a copy.
  for (const key of brought) await to.delete(key)
  return from
}

/** Of two the one that Yoto gave out later counts: a store of another day may lie over a folder of today. */
async function bring(to: Collection<StoredTokens>, key: string, value: StoredTokens): Promise<boolean> {
  const there = await to.get(key)
  if (there !== undefined && there.issuedAtMs > value.issuedAtMs) return false
  await to.set(key, value)
  return true
}

async function setAside(folder: string, clock: Clock): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.startsWith('store.'))
  const aside = join(folder, `damaged-${isoOf(clock.now()).slice(0, 19).replaceAll(':', '-')}`)
  await mkdir(aside, { recursive: true, mode: onlyOwner })
  for (const name of files) await rename(join(folder, name), join(aside, name))
}

function isDamaged(error: unknown): boolean {
  return error instanceof AppError && error.details?.damaged === true
}

function inFolder(error: unknown): AppError {
  const place = `folder ${secretsFolder} in the data folder`
  if (error instanceof AppError)
    return new AppError(error.code, `${place}: ${error.message}`, { cause: error })
  const words = `the ${place} cannot be used: ${folderReason(error)}; move it away, and start again`
  return new AppError('unavailable', words, { cause: error })
}
