import { isLoopback } from '../core/address.ts'
import { AppError } from '../core/error.ts'
import { type AddressVerdict, judgeAddress } from '../core/public-address.ts'
import type { Options } from '../options.ts'
import { cloudAddresses } from './addresses.ts'

/** Keeps addresses that no player can use off the cards of a real account. */
export interface AddressGate {
  /** The beginning of all addresses that our cards carry. */
  readonly address: string
  readonly isGiven: boolean
  readonly verdict: AddressVerdict
  /** Whether the cards are in an account of Yoto's own; others are on this machine, where any address does. */
  readonly isReal: boolean
  /** What a person has to mend; null where cards may carry the address. */
  readonly problem: string | null
  /** @throws AppError `unprocessable` where no card of the account is to carry that address. */
  check(url: string): void
}

interface GateInput {
  readonly options: Pick<Options, 'public_url' | 'public_url_consent' | 'yoto'>
  readonly address: string
  readonly simulate: boolean
}

export function addressGate({ options, address, simulate }: GateInput): AddressGate {
  const isGiven = options.public_url !== null
  const verdict = judgeAddress({ address, isGiven, consents: options.public_url_consent })
  const cloud = simulate ? null : cloudAddresses(options.yoto)
  const isReal = cloud !== null && !isOnThisMachine(cloud.apiUrl)
  const fault = isReal ? verdict.fault : null
  return {
    ...{ address, isGiven, verdict, isReal },
    problem: fault === null ? null : `cards that play from this machine are not published: ${fault.words}`,
    check(url) {
      // Addresses of others, such as of a radio, are theirs to answer for.
      const isOurs = url === address || url.startsWith(`${address}/`)
      if (fault !== null && isOurs)
        throw new AppError('unprocessable', `no card is published with this address: ${fault.words}`)
    },
  }
}

/** A stand-in for Yoto's cloud, as tests and trials have it. */
function isOnThisMachine(url: string): boolean {
  return isLoopback(new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'))
}
