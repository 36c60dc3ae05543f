import type { Static, TSchema } from 'typebox'
import type { Clock } from '../../core/clock.ts'
import type { Perform } from '../../core/effect.ts'
import type { JsonObject } from '../../core/json.ts'
import type { LookUp } from '../../core/playable-files.ts'
import type { PlayerState } from '../../core/player.ts'
import type { Queue } from '../../core/queue.ts'

/** What requests need of the bridge and the house behind it. */
export interface RequestPorts {
  readonly clock: Clock
  players(): readonly PlayerState[]
  queues(): readonly Queue[]
  readonly perform: Perform
  readonly lookup: LookUp
  /** What `bridge/info` says. */
  info(): unknown
  /** The state of the product without secrets, short enough for a message; up to a second old. */
  diagnostics(): Promise<JsonObject>
  /** Offers a sign-in at Yoto where nobody is signed in. @throws AppError where nobody can. */
  signIn(): void
  signInState(): SignInState
  /** Has Home Assistant told of every device once more. */
  discoverAgain(): void
  /** Aborted when nobody is there any more who could be answered. */
  readonly stopping: AbortSignal
  /** What in the rules makes the stream anew once it is deleted, with its place. */
  refillsOf(stream: string): readonly object[]
  /** Reads the rule files again where they were changed; resolves with how they stand when what they say runs. */
  reloadRules(): Promise<RulesState>
  /** Ends the product and has it started again. @throws AppError `disabled` where nobody would start it. */
  restart(): Promise<void>
}

export interface RulesState {
  readonly rules: number
  readonly schedules: number
  /** Files that do not run as they are written. */
  readonly held_back: readonly string[]
}

export interface SignInState {
  readonly state: string
  /** What is wrong, for people; null where nothing is. */
  readonly problem: string | null
  /** A code to enter at an address; the complete address has it in it. Null while none is offered. */
  readonly device: {
    readonly url: string
    readonly completeUrl: string
    readonly code: string
    readonly expiresAt: Date
  } | null
}

/** Something that can be asked under `<base>/bridge/request/`. A new one is a file and a line in `catalog.ts`. */
export interface RequestDef<Schema extends TSchema = TSchema> {
  /** For people. */
  readonly describe: string
  /** What the message may say beside its `transaction`: a closed TypeBox object. */
  readonly body: Schema
  /** What is answered as `data`. @throws AppError for what is answered as `error`. */
  answer(body: Static<Schema>, ports: RequestPorts): unknown
}

/** Typing aid: the body's type is inferred from its schema. */
export function request<Schema extends TSchema>(definition: RequestDef<Schema>): RequestDef<Schema> {
  return definition
}
