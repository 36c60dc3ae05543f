// The contract between Yoto Smart Stream and its plug-ins, API 1, as far as a plug-in needs it. Copy it beside yours.

/** A JSON Schema of `type: object` that is closed. What it allows is not known to these types. */
export interface OptionsSchema {
  readonly type: 'object'
  readonly properties?: Readonly<Record<string, object>>
  readonly required?: readonly string[]
  readonly additionalProperties: false
}

type Options = any
type FieldType = 'bool' | 'number' | 'text'
type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain }

interface Documented {
  readonly title: string
  readonly describe: string
  readonly examples: readonly string[]
  readonly options: OptionsSchema
  readonly shorthand?: string
  explain?(options: Options): string
}

export interface Trigger extends Documented {
  readonly provides?: Readonly<Record<string, FieldType>>
  upcoming?(options: Options, span: { readonly from: Date; readonly until: Date }): Iterable<Date>
  start(context: TriggerContext): void
}

export interface TriggerContext {
  readonly options: Options
  readonly ruleId: string
  readonly signal: AbortSignal
  readonly clock: { now(): Date; at(when: Date, run: () => void): () => void }
  readonly world: World
  on(
    source: 'player' | 'slot' | 'startup' | 'input' | 'mqtt' | 'webhook' | 'ha',
    match: Readonly<Record<string, string>>,
    receive: (event: Readonly<Record<string, unknown>>) => void,
  ): void
  fire(data: { readonly player?: string; readonly stream?: string; readonly [field: string]: unknown }, because: string): void
  didNotFire(because: string): void
}

export interface Condition extends Documented {
  test(options: Options, world: World): boolean
}

export interface Action extends Documented {
  readonly texts?: readonly string[]
  /** What it returns is an effect that is carried out behind it, or nothing. */
  run(context: ActionContext): Promise<Change | void>
}

export interface ActionContext {
  readonly options: Options
  readonly ruleId: string
  readonly world: World
  readonly trigger: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal
  readonly dryRun: boolean
  readonly clock: { now(): Date; sleep(ms: number): Promise<void>; until(when: Date): Promise<void> }
  recorded<Value extends Plain>(look: () => Value): Promise<Value>
  /** The stream the rule is about. Throws where there is none. */
  stream(): string
  effect(effect: { readonly kind: 'log'; readonly message: string }): Promise<void>
  effect(effect: { readonly kind: 'publish'; readonly topic: string; readonly payload: string; readonly retain: boolean }): Promise<void>
  effect(effect: Change): Promise<void>
  effect(effect: { readonly kind: 'plugin'; readonly detail: Plain }, run: () => Promise<unknown>): Promise<void>
}

/** Of a var, an input or the queue of a stream. A function is called when its turn comes. */
export type Change =
  | { readonly kind: 'set-var' | 'set-input'; readonly name: string; readonly value: Value | (() => Value) }
  | {
      readonly kind: 'fill-queue'
      readonly stream: string
      readonly how: 'replace' | 'append' | 'insert-next' | 'now' | 'replace-next'
      /** A playlist's id or a file's name. */
      readonly content: string
    }

export type Value = boolean | number | string

export interface World {
  now(): Date
  /** Null where it is not known. Volumes are steps of 0 to 16. */
  player(id: string):
    | {
        readonly id: string
        readonly name: string
        readonly battery_percent: number | null
        readonly volume_step: number | null
        readonly card_id: string | null
      }
    | undefined
  queue(stream: string): { readonly name: string; readonly playlist: string | null; readonly closed: boolean } | undefined
  playerId(named: string): string | undefined
  vars(): ReadonlyMap<string, string | number | boolean>
  inputs(): ReadonlyMap<string, string | number | boolean>
}

export interface PluginFunction {
  readonly signature: string
  readonly describe: string
  call(...values: any[]): boolean | number | string | null
}

export interface PlaylistSource {
  readonly describe?: string
  readonly options: OptionsSchema
  readonly shorthand?: string
  list(options: Options): Promise<readonly string[]>
  explain?(options: Options): string
}

export interface SpeechProvider {
  readonly describe?: string
  /** A file with the sound of the text: WAV, MP3, or whatever else can be imported. */
  speak(
    text: string,
    how: { readonly voice: string | null; readonly language: string | null; readonly signal: AbortSignal },
  ): Promise<Uint8Array>
}

export interface CheckFinding {
  /** Keys, and places in lists from "0" on. */
  readonly path: readonly string[]
  readonly level: 'error' | 'warning' | 'info'
  readonly text: string
}

export interface Plugin {
  readonly id: string
  readonly api: 1
  readonly version: string
  readonly triggers?: Readonly<Record<string, Trigger>>
  readonly conditions?: Readonly<Record<string, Condition>>
  readonly actions?: Readonly<Record<string, Action>>
  readonly functions?: Readonly<Record<string, PluginFunction>>
  readonly playlistSources?: Readonly<Record<string, PlaylistSource>>
  readonly speechProviders?: Readonly<Record<string, SpeechProvider>>
  readonly checks?: Readonly<Record<string, (doc: any) => readonly CheckFinding[]>>
  readonly config?: OptionsSchema
  setup?(context: { readonly config: any; readonly signal: AbortSignal; readonly dryRun: boolean }): void | Promise<void>
}

/** Of no effect but on types, for plug-ins in TypeScript: `satisfies Plugin` does the same. */
export declare function definePlugin<Own extends Plugin>(plugin: Own): Own
