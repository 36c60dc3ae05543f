import type { Clock } from '../core/clock.ts'
import type { Effect } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { actionFault, callAction } from '../homeassistant/actions.ts'
import { HomeAssistantLink } from '../homeassistant/link.ts'
import type { Access } from '../homeassistant/session.ts'
import { EntityStates } from '../homeassistant/states.ts'
import type { Options } from '../options.ts'
import type { RuleEvent } from '../rules/plugin.ts'
import type { Surroundings } from '../rules/read/references.ts'
import type { Listen } from './rule-sources.ts'
import type { Supervisor } from './supervisor.ts'

type Call = Omit<Extract<Effect, { kind: 'ha' }>, 'kind'>

interface HomeAssistantOptions {
  /** Null where there is no way to Home Assistant. */
  readonly access: Access | null
  /** The domains in which rules may call actions. */
  readonly allow: readonly string[]
  readonly clock: Clock
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  readonly log: Log
  /** How long Home Assistant may take for an answer, in milliseconds; 10 s where it is not given. */
  readonly answerMs?: number
}

/** Home Assistant as rules have to do with it. */
export interface HomeAssistant {
  /** How rules listen to entities; without a way to Home Assistant nothing comes. */
  readonly listen: Listen
  /** The state of an entity that somebody listens to; null where it is not known. */
  readonly stateOf: (entity: string) => string | null
  /** Hands on what changes from now on; rules of the start of the product listen by then. */
  start(): void
  /** Absent without a way to Home Assistant. @throws AppError `forbidden` for a domain that rules may not use; and see `callAction`. */
  readonly callAction?: (call: Call) => Promise<void>
  /** Calls that are under way end within two seconds: the product is about to end. */
  hurry(): void
  stop(): Promise<void>
}

const hurriedMs = 2_000

/** The way to Home Assistant: the one of the options, else the one through the Supervisor that started us; null without either. */
export function accessTo(
  { homeassistant: { url, token } }: Pick<Options, 'homeassistant'>,
  supervisor: Supervisor | null,
): Access | null {
  if (url !== null && token !== null) {
    const address = url.replace(/\/+$/, '')
    const websocket = `${address.replace(/^http/i, 'ws')}/api/websocket`
    return { address, websocket, token, isSupervised: false }
  }
  if (supervisor === null) return null
  const address = `${supervisor.address}/core`
  const websocket = `${address.replace(/^http/, 'ws')}/websocket`
  return { address, websocket, token: supervisor.token, isSupervised: true }
}

/** Nothing is connected to until a rule needs it. */
export function openHomeAssistant(options: HomeAssistantOptions): HomeAssistant {
  const { access, allow, ...rest } = options
  if (access === null) return nothingThere
  const link = new HomeAssistantLink({ access, ...rest })
  return {
    ...entitySource(link, options.log),
    callAction: async (call) => {
      const fault = actionFault(call.action, allow)
      if (fault !== null) throw new AppError('forbidden', `${fault.message}; ${fault.help}`)
      await callAction(link, call)
    },
    hurry: () => void setTimeout(() => void link.stop(), hurriedMs).unref(),
    stop: () => link.stop(),
  }
}

/** What rule files are checked with. */
export function homeAssistantChecks({
  isThere,
  allow,
}: {
  readonly isThere: boolean
  readonly allow: readonly string[]
}): NonNullable<Surroundings['homeAssistant']> {
  return { isThere, actionFault: (action) => actionFault(action, allow) }
}

const nothingThere: HomeAssistant = {
  listen: () => () => undefined,
  stateOf: () => null,
  start: () => undefined,
  hurry: () => undefined,
  stop: async () => undefined,
}

/** Who listens to an entity: to its changes by its name as `entity`, to what is merely known of it by `known`. */
interface Listener {
  readonly entity: string
  readonly isForKnown: boolean
  readonly happened: (event: RuleEvent) => void
}

/**
 * Changes are events with the field `entity`. What is merely known of an entity, at the start and after Home Assistant
 * was away, has the field `known` in its place, so that nobody takes it for something that happened.
 */
function entitySource(
  link: HomeAssistantLink,
  log: Log,
): Pick<HomeAssistant, 'listen' | 'stateOf' | 'start'> {
  const listeners = new Set<Listener>()
  const tell = (entity: string, isForKnown: boolean, event: RuleEvent) => {
    for (const one of listeners)
      if (one.entity === entity && one.isForKnown === isForKnown) one.happened(event)
  }
  const states = new EntityStates({
    link,
    log,
    listener: {
      changed: ({ sinceMs, ...change }) =>
        tell(change.entity, false, { type: 'ha', ...change, since_ms: sinceMs }),
      known: ({ entity, state, sinceMs, isFirst }) =>
        tell(entity, true, { type: 'known', state, since_ms: sinceMs, is_first: isFirst }),
    },
  })
  return {
    listen({ entity: changing, known }, happened) {
      const entity = changing ?? known
      if (entity === undefined) return () => undefined
      const listener = { entity, isForKnown: changing === undefined, happened }
      listeners.add(listener)
      const end = states.watch(entity)
      return () => {
        listeners.delete(listener)
        end()
      }
    },
    stateOf: (entity) => states.stateOf(entity),
    start: () => states.start(),
  }
}
