import type { Static, TSchema } from 'typebox'
import type { Clock } from '../core/clock.ts'
import type { Effect } from '../core/effect.ts'
import type { Ability } from '../core/models.ts'
import type { PlayerState } from '../core/player.ts'
import type { Queue } from '../core/queue.ts'
import type { InputDeclaration, PlainValue } from '../core/value-form.ts'
import type { Fields } from '../language/expression/environment.ts'
import type { Calendar } from './calendar.ts'
import type { TriggerMoments } from './moments/wish.ts'

/**
 * The contract of triggers, conditions and actions. Ours use it as anybody's do: a part is a plain object
 * that says what it is called, what it may be told, and what it does; it sees the house through `world`
 * and changes it through `effect` alone.
 */
interface Documented {
  readonly title: string
  readonly describe: string
  /** Lines as people write them; they are checked by the tests. */
  readonly examples: readonly string[]
}

export interface TriggerDef<Schema extends TSchema = TSchema> extends Documented {
  /** What may be written below the kind's name: a closed TypeBox object. */
  readonly options: Schema
  /** The option that a bare value stands for: `- button: right` means `- button: {button: right}`. */
  readonly shorthand?: string
  /** What `trigger.…` stands for in expressions of a rule it starts, beside `kind` and `id`: the fields it fires with. */
  readonly provides?: Fields
  /** The same, where it depends on the input that is named. */
  providesFor?(options: Static<Schema>, inputs: ReadonlyMap<string, InputDeclaration>): Fields
  /** What the options name outside the rule, so that it is checked when the file is read. */
  references?(options: Static<Schema>): readonly (Reference | InputReference)[]
  /** What there is to say of good options that a schema cannot: asked when the file is read. */
  check?(options: Static<Schema>, surroundings: CheckSurroundings): readonly Remark[]
  start(context: TriggerContext<Static<Schema>>): void
  /** What has to happen, for `explain`: "the right button is pressed on a player of the stream bedroom". */
  explain?(options: Static<Schema>, telling: Telling): string
  /** When a clock will fire it, in order, for `plan`; absent where no clock does. May have no end: it is read as far as needed. */
  upcoming?(options: Static<Schema>, span: Span): Iterable<Date>
}

/** What the words of a part may use beside its options. */
export interface Telling {
  /** The rule's own; null where it takes what its trigger tells of. */
  readonly player: string | null
  readonly stream: string | null
  /** A playlist or a file: "the playlist forest". */
  content(name: string): string
}

/** A stretch of time on the household's clocks; `until` no longer belongs to it. */
export interface Span {
  readonly from: Date
  readonly until: Date
  readonly calendar: Calendar
}

export interface CheckSurroundings {
  readonly calendar: Calendar
  /** With a moment, what is merely worth knowing of the year from then on is asked for too. */
  readonly adviceAt: Date | null
}

/** Something to say of one trigger or action. */
export interface Remark {
  /** The option it is about; the part itself where absent. */
  readonly option?: string
  readonly level: 'error' | 'warning' | 'info'
  readonly code: string
  readonly message: string
  readonly help?: string
}

export interface TriggerContext<Options> {
  readonly options: Options
  readonly ruleId: string
  /** Aborted when the rule is taken out; everything `on` set up ends with it. */
  readonly signal: AbortSignal
  readonly clock: Pick<Clock, 'now' | 'at'>
  readonly world: World
  /** Calls `receive` for each event of the source whose fields equal `match`; what does not match costs nothing. */
  on(source: EventSource, match: Readonly<Record<string, string>>, receive: (event: RuleEvent) => void): void
  /** Moments by the clock, each heard of once. */
  readonly moments: TriggerMoments
  /** Starts the rule. `because` is for people: "right was pressed on Nursery". */
  fire(data: TriggerData, because: string): void
  /** Says in the traces why it did not, though it nearly did: "the battery was at 20, not below". */
  didNotFire(because: string): void
}

/**
 * Where events come from, and the field that tells those of one source apart: `player` its `type`, `slot` its `type`,
 * `input` its `name` (with the `value` it was set to), `mqtt` its `topic` (with the text `payload`), `webhook` its `key`
 * (with `body`), `ha` its `entity` (with `from` and `to`). A trigger that names that field hears what it asks for alone,
 * however many others there are.
 */
export type EventSource = 'player' | 'slot' | 'startup' | 'input' | 'mqtt' | 'webhook' | 'ha'

/**
 * An event as rules see it: its published fields. Where `commanded` is true a command of this product has made the
 * player do it; where it is absent, a hand, Yoto's own app or the player itself.
 */
export type RuleEvent = Readonly<Record<string, unknown>>

/** What a rule knows of its start; player and stream are the default targets of its actions. */
export interface TriggerData {
  readonly player?: string
  readonly stream?: string
  readonly [field: string]: unknown
}

export interface ConditionDef<Schema extends TSchema = TSchema> extends Documented {
  readonly options: Schema
  readonly shorthand?: string
  /** What the options name outside the rule, so that it is checked when the file is read. */
  references?(options: Static<Schema>): readonly (Reference | InputReference)[]
  /** Synchronous, without effects. */
  test(options: Static<Schema>, world: World): boolean
  /** What it looks at, as it is now, for traces: `now.time is "18:40"`. */
  saw?(options: Static<Schema>, world: World): readonly string[]
  /** What has to hold, for `explain`: "it is between 07:00 and 19:00". */
  explain?(options: Static<Schema>, telling: Telling): string
}

export interface ActionDef<Schema extends TSchema = TSchema> extends Documented {
  readonly options: Schema
  readonly shorthand?: string
  /** The options that are texts for people or machines and may hold `${ }`; `run` gets them filled in. */
  readonly texts?: readonly string[]
  /** What the options name outside the rule, so that it is checked when the file is read. */
  references?(options: Static<Schema>): readonly Reference[]
  /**
   * Each of its options is the name of a var or an input, with an expression for what it is set to; `run` gets them as
   * `settings`.
   */
  readonly setsValues?: true
  /** What the player must have that it is about; absent: every player can. */
  readonly needs?: Ability
  /** What there is to say of good options that a schema cannot: asked when the file is read. */
  check?(options: Static<Schema>, surroundings: CheckSurroundings): readonly Remark[]
  run(context: ActionContext<Static<Schema>>): Promise<LastEffect>
  /** What the rule does, for `explain`: "puts the playlist forest into the stream bedroom". */
  explain?(options: Static<Schema>, telling: Telling): string
}

export interface ActionContext<Options> {
  readonly options: Options
  readonly ruleId: string
  readonly world: World
  readonly trigger: TriggerData
  /** Aborted when the run ends before its time. */
  readonly signal: AbortSignal
  /** In a dry run nothing leaves the house: its effects are told of, not done. */
  readonly dryRun: boolean
  readonly clock: ActionClock
  /**
   * What `look` returns, the same after a restart: an action that waits is run again from its start then, with the effects
   * and waits that are behind it passed over. What decides about effects and is no option has to be asked through this.
   */
  recorded<Value extends PlainData>(look: () => Value): Promise<Value>
  /** The stream the rule is about: its own `stream:`, else the trigger's. @throws AppError when there is none. */
  stream(): string
  /** Of an action that sets values: which, in the order they were written. */
  readonly settings: readonly Setting[]
  /** Resolves when the effect is carried out; rejects with the reason when it could not be. */
  effect(effect: Effect): Promise<void>
  /** The same of what only a plug-in can do: `run` is told of in traces, not called in dry runs, never called twice. */
  effect(effect: PluginEffect, run: () => Promise<unknown>): Promise<void>
}

/**
 * What an action ends with, if anything: an effect that is carried out behind it. Where that changes queues, vars or inputs
 * and the rule does nothing more either, others may act on the stream while it is on its way into the store.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: most actions return nothing at all
export type LastEffect = Effect | void

/** `detail`: what it is about, for traces. */
export interface PluginEffect {
  readonly kind: 'plugin'
  readonly detail: PlainData
}

/** What JSON can say. */
export type PlainData =
  | string
  | number
  | boolean
  | null
  | readonly PlainData[]
  | { readonly [key: string]: PlainData }

/** Time as actions see it: waits outlive a restart. */
export interface ActionClock {
  now(): Date
  /** Resolves after so many milliseconds, counted from the first time the run came here. Others may act meanwhile. */
  sleep(ms: number): Promise<void>
  /** Resolves at that moment; at once where it is over. */
  until(when: Date): Promise<void>
}

export type Setting = Extract<Effect, { kind: 'set-var' | 'set-input' }>

export interface InputReference {
  readonly kind: 'input'
  readonly name: string
  /** What it is compared with, as it was written; null where nothing was. */
  readonly value: string | null
  /** The option that says so. */
  readonly option: string
}

export interface Reference {
  /** `topic`: one of MQTT that is published to. `day`: a word for days or a day set, as `dayNames` takes it. `sun`: such as `sunset-30m`, with nothing to hold instead. */
  readonly kind: 'playlist or file' | 'topic' | 'day' | 'sun' | 'story'
  readonly name: string
  /** Of a story: one of its scenes. */
  readonly scene?: string
}

/** The house as rules may look at it. */
export interface World {
  now(): Date
  readonly calendar: Calendar
  player(id: string): PlayerState | undefined
  queue(stream: string): Queue | undefined
  /** The id of the player that people call so: by its id, the slug of its name or a name of `players`. */
  playerId(named: string): string | undefined
  /** The values of all vars and inputs that are declared, by name. */
  vars(): ReadonlyMap<string, PlainValue>
  inputs(): ReadonlyMap<string, PlainValue>
  /** The slots that hold now, by the clock; `default` outside all of a schedule's slots. */
  slots(): readonly SlotHeld[]
  /** The state of an entity of Home Assistant that rules ask for; null where it is not known. Absent: none is. */
  readonly entityState?: (entity: string) => string | null
}

export interface SlotHeld {
  readonly stream: string
  readonly slot: string
}

/** Typing aids: the options' type is inferred from the schema. */
export function trigger<Schema extends TSchema>(definition: TriggerDef<Schema>): TriggerDef<Schema> {
  return definition
}

export function condition<Schema extends TSchema>(definition: ConditionDef<Schema>): ConditionDef<Schema> {
  return definition
}

export function action<Schema extends TSchema>(definition: ActionDef<Schema>): ActionDef<Schema> {
  return definition
}

export function definePlugin(plugin: Plugin): Plugin {
  return plugin
}

/** What a plug-in is: a plain object, with the parts it brings by the name people write. Ours are one as well. */
export interface Plugin {
  /** Names it in messages: small letters, digits and `-`. */
  readonly id: string
  /** The version of this contract it was written for. */
  readonly api: typeof pluginApi
  readonly version: string
  readonly triggers?: Readonly<Record<string, TriggerDef>>
  readonly conditions?: Readonly<Record<string, ConditionDef>>
  readonly actions?: Readonly<Record<string, ActionDef>>
  /** Functions for expressions, by the name that they are called by. */
  readonly functions?: Readonly<Record<string, FunctionDef>>
  /** What its own file `plugins/<id>.yaml` may say: a closed TypeBox object. Without it there is no such file. */
  readonly config?: TSchema
  /** Called once, before any of its parts. It must have ended within 10 s; not called by commands that only read. */
  setup?(context: SetupContext): void | Promise<void>
  /** What playlists may be filled from beside the library, by the name behind `from`. */
  readonly playlistSources?: Readonly<Record<string, PlaylistSourceDef>>
  /** What turns the words of stories into sound, by the name that the option `speech.provider` says. */
  readonly speechProviders?: Readonly<Record<string, SpeechProviderDef>>
  /** What it has to say of rule files, by names that findings are told by. */
  readonly checks?: Readonly<Record<string, RuleFileCheck>>
  /** These belong to the contract and are not used by this version yet. */
  readonly importers?: unknown
}

/** Where a playlist gets its files from: `playlists: {party: {from: {charts: {country: uk}}}}`. */
export interface PlaylistSourceDef<Schema extends TSchema = TSchema> {
  /** A sentence for people, in the editor. */
  readonly describe?: string
  /** What may be written below its name: a closed TypeBox object. */
  readonly options: Schema
  /** The option that a bare value stands for: `from: {charts: uk}`. */
  readonly shorthand?: string
  /**
   * Names of files, as playlists say them, in order; of more than 1,000 the first. Asked when the playlist is put into a
   * stream; an answer that takes more than 10 s is none. Never asked in dry runs.
   */
  list(options: Static<Schema>): Promise<readonly string[]>
  /** What it lists, for `explain`: "the charts of the UK". */
  explain?(options: Static<Schema>): string
}

/** Says words. It is asked once for each text and voice; what it gave is kept. */
export interface SpeechProviderDef {
  /** A sentence for people. */
  readonly describe?: string
  /**
   * A file with the sound of the text, at most 32 MB and five minutes: WAV, MP3, or whatever else can be imported. The
   * text is words on one line. `voice` and `language` are those of the options, null where nothing is said there; `signal`
   * is aborted when nobody waits for it any more, after two minutes at the latest.
   */
  speak(
    text: string,
    how: { readonly voice: string | null; readonly language: string | null; readonly signal: AbortSignal },
  ): Promise<Uint8Array>
}

/**
 * Looks at a rule file as it is written: maps, lists, and every scalar as text; all of it is frozen. Asked whenever the
 * file is read or checked, so it must be quick, the same for the same file, and without effects.
 */
export type RuleFileCheck = (doc: PlainData) => readonly CheckFinding[]

/** What a check has to say. */
export interface CheckFinding {
  /** Keys, and places in lists from "0" on; where it ends early, what is above is shown. */
  readonly path: readonly string[]
  /** With `error` the file does not run as it is written. */
  readonly level: 'error' | 'warning' | 'info'
  readonly text: string
}

export interface SetupContext {
  /** What `plugins/<id>.yaml` says, checked; an empty object where there is no such file. */
  readonly config: unknown
  /** Aborted when the plug-in is taken out, changed or stopped: what it opened is to be closed then. */
  readonly signal: AbortSignal
  /** In a dry run nothing may leave the house, so nothing may be opened either. */
  readonly dryRun: boolean
}

/** A function for expressions. It is asked often: it must be quick, the same for the same values, and without effects. */
export interface FunctionDef {
  /** Its name with the types it takes and gives, of `string`, `number` and `bool`: `school_week(string): bool`. */
  readonly signature: string
  readonly describe: string
  /** Null where the answer is not known. */
  call(...values: readonly never[]): boolean | number | string | null
}

/** The version of the contract between the engine and plug-ins. */
export const pluginApi = 1
