import type { Clock } from '../core/clock.ts'
import type { Effect } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { actionFault, callAction } from '../homeassistant/actions.ts'
import { HomeAssistantLink } from '../homeassistant/link.ts'
import { EntityStates } from '../homeassistant/states.ts'
import type { RuleEvent } from '../rules/plugin.ts'
import type { Surroundings } from '../rules/read/references.ts'
import type { EventFeed } from './event-feed.ts'
import type { Supervisor } from './supervisor.ts'

type Call = Omit<Extract<Effect, { kind: 'ha' }>, 'kind'>

interface HomeAssistantOptions {
  /** Null outside Home Assistant. */
  readonly supervisor: Supervisor | null
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
  /** Which entities change; empty outside Home Assistant. */
  readonly feed: EventFeed
  /** Absent outside Home Assistant. @throws AppError `forbidden` for a domain that rules may not use; and see `callAction`. */
  readonly callAction?: (call: Call) => Promise<void>
  /** Calls that are under way end within two seconds: the product is about to end. */
  hurry(): void
  stop(): Promise<void>
}

const hurriedMs = 2_000

/** Nothing is connected to until a rule needs it. */
export function openHomeAssistant(options: HomeAssistantOptions): HomeAssistant {
  const { supervisor: access, allow, ...rest } = options
  if (access === null) return { feed: nothingHeard, hurry: () => undefined, stop: async () => undefined }
  const link = new HomeAssistantLink({ access, ...rest })
  return {
    feed: entityFeed(link, options.log),
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

const nothingHeard: EventFeed = {
  source: 'ha',
  listen: () => () => undefined,
  start: () => () => undefined,
}

/**
 * Changes are events with the field `entity`. What is merely known of an entity, at the start and after Home Assistant
 * was away, has the field `known` in its place, so that nobody takes it for something that happened.
 */
function entityFeed(link: HomeAssistantLink, log: Log): EventFeed {
  let happened: (event: RuleEvent) => void = () => undefined
  const states = new EntityStates({
    link,
    log,
    listener: {
      changed: ({ sinceMs, ...change }) => happened({ type: 'ha', ...change, since_ms: sinceMs }),
      known: ({ entity, state, sinceMs, isFirst }) =>
        happened({ type: 'known', known: entity, state, since_ms: sinceMs, is_first: isFirst }),
    },
  })
  return {
    source: 'ha',
    listen({ entity, known = entity }) {
      return known === undefined ? () => undefined : states.watch(known)
    },
    start(hand) {
      happened = hand
      states.start()
      return () => {
        happened = () => undefined
      }
    },
  }
}
