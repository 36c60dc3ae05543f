import { AppError } from '../core/error.ts'
import type { ExpressionFunction } from '../language/expression/environment.ts'
import type {
  ActionDef,
  ConditionDef,
  PlaylistSourceDef,
  Plugin,
  RuleFileCheck,
  SpeechProviderDef,
  TriggerDef,
} from './plugin.ts'
import { functionsOf } from './plugins/signature.ts'

/** All kinds of triggers, conditions and actions by the name people write. */
export interface Registry {
  readonly triggers: ReadonlyMap<string, TriggerDef>
  readonly conditions: ReadonlyMap<string, ConditionDef>
  readonly actions: ReadonlyMap<string, ActionDef>
  /** What expressions of rules may call beside what every expression may. */
  readonly functions: Readonly<Record<string, ExpressionFunction>>
  /** What playlists may be filled from, by the name behind `from`. */
  readonly playlistSources: ReadonlyMap<string, NamedSource>
  /** What plug-ins have to speak with, by name. */
  readonly speechProviders: ReadonlyMap<string, SpeechProviderDef>
  /** What plug-ins have to say of rule files, in the order of the plug-ins. */
  readonly checks: readonly NamedCheck[]
  /** Tells one set of checks from another. */
  readonly checksKey?: string
  /** Whether plug-ins of others have a say in it: with parts, or with parts that are missing because one is left out. */
  readonly hasPlugins?: boolean
  /** The plug-in that would have a part of that name, if it were not left out; null where none would. */
  readonly lost?: (name: string) => LostPart | null
  /** Tells one set of plug-ins that are left out from another. */
  readonly lostKey?: string
  /** Tells one set of plug-ins from another, as far as the text has names of their parts. */
  readonly stampOf?: (text: string) => string
}

export interface NamedSource extends PlaylistSourceDef {
  /** The id of its plug-in. */
  readonly plugin: string
}

export interface NamedCheck {
  /** The id of its plug-in. */
  readonly plugin: string
  readonly name: string
  /** @throws AppError naming the plug-in and the check, where it fails or does not run any more. */
  readonly check: RuleFileCheck
}

/** Why a part is not there: its plug-in is left out. */
export interface LostPart {
  readonly plugin: string
  /** The plug-in's file, by its path below the config folder. */
  readonly file: string
}

type Parts = Partial<
  Pick<
    Plugin,
    | 'id'
    | 'triggers'
    | 'conditions'
    | 'actions'
    | 'functions'
    | 'playlistSources'
    | 'speechProviders'
    | 'checks'
  >
>

/** Gathers the parts under their names. @throws AppError `conflict` when two parts of a kind share a name. */
export function createRegistry(...contributions: readonly Parts[]): Registry {
  const triggers = new Map<string, TriggerDef>()
  const conditions = new Map<string, ConditionDef>()
  const actions = new Map<string, ActionDef>()
  const functions = new Map<string, ExpressionFunction>()
  const playlistSources = new Map<string, NamedSource>()
  const speechProviders = new Map<string, SpeechProviderDef>()
  const checks: NamedCheck[] = []
  for (const parts of contributions) {
    addAll(triggers, parts.triggers, 'trigger')
    addAll(conditions, parts.conditions, 'condition')
    addAll(actions, parts.actions, 'action')
    addAll(functions, functionsOf(parts.functions), 'function')
    const plugin = parts.id ?? ''
    const sources = Object.entries(parts.playlistSources ?? {})
    addAll(
      playlistSources,
      Object.fromEntries(sources.map(([name, source]) => [name, { ...source, plugin }])),
      'playlist source',
    )
    addAll(speechProviders, parts.speechProviders, 'speech provider')
    for (const [name, check] of Object.entries(parts.checks ?? {})) checks.push({ plugin, name, check })
  }
  return {
    ...{ triggers, conditions, actions, playlistSources, speechProviders, checks },
    functions: Object.fromEntries(functions),
  }
}

function addAll<Found>(
  into: Map<string, Found>,
  parts: Readonly<Record<string, Found>> | undefined,
  what: string,
): void {
  for (const [name, part] of Object.entries(parts ?? {})) {
    if (into.has(name)) throw new AppError('conflict', `two ${what}s are called "${name}"`)
    into.set(name, part)
  }
}
