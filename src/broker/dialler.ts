import { AppError, messageOf } from '../core/error.ts'
import {
  ConnectFault,
  type Connection,
  type Endpoint,
  type Identity,
  type MqttVersion,
  openConnection,
  printableAddress,
} from './connection.ts'

interface DiallerOptions extends Identity {
  /** Asked before each attempt, for addresses and passwords change. It rejects with words for people. */
  readonly endpoint: (signal: AbortSignal) => Promise<Endpoint>
}

/** It could not even be said where the broker is. */
export class NoEndpoint extends Error {}

/** Opens connections to the broker, wherever it is now, in the version of MQTT that it speaks. */
export class Dialler {
  readonly #options: DiallerOptions
  #address: string | null = null
  #version: MqttVersion = 5
  #versionWorked = false

  constructor(options: DiallerOptions) {
    this.#options = options
  }

  /** Where the last attempt went, as it may be printed; null while that is not known. */
  get address(): string | null {
    return this.#address
  }

  /** The version of the connection that was opened last. */
  get version(): MqttVersion {
    return this.#version
  }

  /**
   * Tries the version that worked last, and at once the other one where the version may be to blame.
   * @throws ConnectFault, or NoEndpoint with words for people.
   */
  async open(signal: AbortSignal): Promise<Connection> {
    const endpoint = await this.#look(signal)
    try {
      const connection = await openConnection(endpoint, this.#version, signal)
      this.#versionWorked = true
      return connection
    } catch (fault) {
      if (!(fault instanceof ConnectFault) || signal.aborted) throw fault
      // A broker that goes down hangs up too: a version that has worked is only left when it is refused.
      const worthTrying =
        fault.wrongVersion === 'yes' || (fault.wrongVersion === 'perhaps' && !this.#versionWorked)
      if (!worthTrying) throw fault
      const other = this.#version === 5 ? 4 : 5
      const connection = await openConnection(endpoint, other, signal)
      this.#version = other
      this.#versionWorked = true
      return connection
    }
  }

  async #look(signal: AbortSignal): Promise<Endpoint & Identity> {
    const { endpoint, clientId, will } = this.#options
    const found = await endpoint(signal).catch((cause: unknown) => {
      throw new NoEndpoint(cause instanceof AppError ? cause.message : messageOf(cause))
    })
    const address = printableAddress(found.url)
    // Another broker may speak another version.
    if (address !== this.#address) {
      this.#version = 5
      this.#versionWorked = false
    }
    this.#address = address
    return { ...found, clientId, will }
  }
}
