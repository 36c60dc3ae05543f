import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Endpoint, printableAddress } from '../broker/connection.ts'
import { AppError } from '../core/error.ts'
import type { Options } from '../options.ts'
import type { Supervisor } from './supervisor.ts'
import { supervisorBroker } from './supervisor-broker.ts'

/** Tells where the broker is, each time it is to be connected to. */
export type FindBroker = (signal: AbortSignal) => Promise<Endpoint>

interface Surroundings {
  /** Whose broker `mqtt.url: auto` means; null outside Home Assistant. */
  readonly supervisor: Supervisor | null
  /** Masks a secret wherever it is said from now on. */
  readonly hide: (secret: string) => void
}

/**
 * The broker of the options: the one at `mqtt.url`, or with `auto` the one that the Supervisor names. A user name in
 * the options takes the place of the Supervisor's sign-in, and `mqtt.ca` holds where its broker wants TLS.
 * @throws AppError `invalid` when `mqtt.url` or `mqtt.ca` cannot be used.
 */
export async function brokerOfOptions(
  options: Options['mqtt'],
  { supervisor, hide }: Surroundings,
): Promise<FindBroker> {
  const { url, ca } = options
  const signIn = signInOf(options)
  const trusted = async () => (ca === null ? {} : { ca: await readCertificate(ca) })
  await trusted()
  if (url === 'auto' && supervisor !== null)
    return async (signal) => {
      const found = await supervisorBroker(supervisor, signal)
      hide(found.password ?? '')
      const own = { credentialsFrom: 'those that the Supervisor named; restart the app of the broker' }
      return { url: found.url, ...(signIn ?? { ...found, ...own }), ...(await trusted()) }
    }
  printableAddress(url)
  // Read again each time: certificates are renewed.
  return async () => ({ url, ...signIn, ...(await trusted()) })
}

function signInOf({ username, password }: Options['mqtt']): Pick<Endpoint, 'username' | 'password'> | null {
  if (username === null) return null
  return { username, ...(password === null ? {} : { password }) }
}

async function readCertificate(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new AppError('invalid', `mqtt.ca: the file cannot be read: ${file}`, { cause })
  })
  try {
    new X509Certificate(text)
  } catch (cause) {
    throw new AppError(
      'invalid',
      `mqtt.ca: no certificate in PEM form (-----BEGIN CERTIFICATE-----): ${file}`,
      {
        cause,
      },
    )
  }
  return text
}
