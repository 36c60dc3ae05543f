import type { ServerResponse } from 'node:http'
import type { Log } from '../core/log.ts'
import { networkOf } from './client-address.ts'
import { letPause } from './connections.ts'

export interface TransferLimits {
  /** Of one IPv4 address, or one IPv6 network of 64 bits. */
  readonly ofOneAddress: number
  readonly altogether: number
}

// A school behind one address has fewer players; and a thousand that stand still hold 65 MB.
const usualLimits: TransferLimits = { ofOneAddress: 250, altogether: 1000 }

// One that stands still is ended by itself, and what it holds is shared with the others.
export const liveLimits: TransferLimits = { ofOneAddress: 1000, altogether: 1500 }

interface Transfer {
  /** null once it is over: maps that change so often keep in memory for a while what has left them. */
  response: ServerResponse | null
  readonly network: string
}

/**
 * The answers with audio that are on their way. A child presses pause by not reading on, and may go on the next
 * morning: so a transfer that stands still is left alone, however long it does; it holds one chunk of audio and
 * its share of an open file. When there are too many, the one that stood still for longest is ended and the new
 * one is answered: somebody waits for the new one now, while a player whose transfer was ended asks for the rest of
 * it when it goes on. Refusing the new one would be silence for a child, and whoever collects transfers could
 * make that last.
 */
export class Transfers {
  readonly #log: Log
  readonly #limits: TransferLimits
  /** The one that stood still for longest first. */
  readonly #open = new Set<Transfer>()
  readonly #counts = new Map<string, number>()

  constructor(options: { log: Log; limits?: TransferLimits | undefined }) {
    this.#log = options.log
    this.#limits = options.limits ?? usualLimits
  }

  /** How many are on their way. */
  get size(): number {
    return this.#open.size
  }

  /** Takes an answer into account until it is over. */
  add(response: ServerResponse, address: string): void {
    if (response.destroyed) return
    letPause(response.req.socket)
    const network = networkOf(address)
    if (this.#count(network) >= this.#limits.ofOneAddress) this.#endIdlest(network)
    else if (this.#open.size >= this.#limits.altogether) this.#endIdlest()
    const transfer: Transfer = { response, network }
    this.#open.add(transfer)
    this.#counts.set(network, this.#count(network) + 1)
    // The client has read on.
    response.on('drain', () => {
      if (this.#open.delete(transfer)) this.#open.add(transfer)
    })
    response.once('close', () => this.#forget(transfer))
  }

  #count(network: string): number {
    return this.#counts.get(network) ?? 0
  }

  #endIdlest(network?: string): void {
    for (const transfer of this.#open) {
      const { response } = transfer
      if (network !== undefined && transfer.network !== network) continue
      this.#forget(transfer)
      this.#log.debug('too many transfers: the one that stood still for longest was ended', {
        network: transfer.network,
      })
      response?.destroy()
      return
    }
  }

  #forget(transfer: Transfer): void {
    if (!this.#open.delete(transfer)) return
    const { network } = transfer
    transfer.response = null
    const left = this.#count(network) - 1
    if (left === 0) this.#counts.delete(network)
    else this.#counts.set(network, left)
  }
}
