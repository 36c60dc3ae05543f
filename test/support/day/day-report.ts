import type { Counts } from './counts.ts'
import type { Happenings } from './happenings.ts'
import type { Late } from './lateness.ts'

/** What a day came to. */
export interface DayReport {
  readonly seed: number
  readonly hours: number
  readonly late: readonly Late[]
  /** Whatever else is not as it must be, in words. */
  readonly wrong: readonly string[]
  readonly figures: ReadonlyMap<string, readonly number[]>
  /** By the way they were given, and what became of them. */
  readonly commands: Counts
  readonly commandsAsked: number
  readonly settings: Counts
  readonly buttons: Happenings['buttons']
  readonly events: { readonly happened: number; readonly told: number }
  /** How often the connection came and how often it was broken, for each way in which it was. */
  readonly connections: number
  readonly breaks: Counts
  /** For how long the product knew of no connection to the cloud. */
  readonly awayMs: number
  /** From the moment when a network died without a word to the moment when that was found out. */
  readonly foundOutMs: readonly number[]
  /** From the end of each outage, or from when it was found out if that was later, to the connection, where REST was in order meanwhile. */
  readonly againMs: readonly number[]
  readonly signIns: number
  /** From each sign-in to the connection. */
  readonly backMs: readonly number[]
  /** Requests that reached the sign-in server. */
  readonly tokenRequests: Counts
  /** The same, from the withdrawal of the sign-in to the next. */
  readonly tokenRequestsAfterEnd: Counts
  readonly restFaults: Counts
  /** By the last part of their topic. */
  readonly localMessages: ReadonlyMap<string, number>
  readonly localLooks: number
  /** Requests for audio that the house was asked for. */
  readonly audioRequests: number
  readonly writes: number
  readonly errors: readonly string[]
  /** Lines in the log about messages that cannot be read. */
  readonly complaints: number
  /** Of the heap, from a quarter of the day to its end. */
  readonly grownMiB: number
  readonly realMs: number
}
