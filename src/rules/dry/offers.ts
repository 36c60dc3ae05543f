import { buttons } from '../../core/event.ts'
import { localIso } from '../plan-words.ts'
import type { TriggerDef } from '../plugin.ts'
import type { Bound, Rule, RuleSet } from '../rule-set.ts'

/** One way to try a rule. */
export interface Offer {
  readonly events: readonly string[]
  /** When it begins, where the clock starts the rule. */
  readonly at: string | null
  /** Whom it happens to, where the rule or its trigger says so. */
  readonly player: string | null
}

// Behind a clock that comes seldom: the night of a leap year at the latest.
const farMs = 400 * 86_400_000
const mostOffers = 20

/** What starts the rule, as it can be asked for in a dry run; of clocks the next time that they would. */
export function offersOf(rule: Rule, { calendar, inputs }: RuleSet, now: Date): Offer[] {
  const offers = rule.when.flatMap((bound): Offer[] => {
    const options = fieldsOf(bound)
    const player = textIn(options, 'player') ?? rule.player
    const events = eventsOf(bound, options, inputs)
    if (events.length > 0) return events.map((event) => ({ events: [event], at: null, player }))
    const next = nextOf(bound, { now, calendar })
    if (next === null) return []
    // The clock has to reach it: what began at that very moment would be over.
    const before = new Date(next.getTime() - 60_000)
    return [{ events: ['advance=1m'], at: localIso(before, calendar).slice(0, 19), player }]
  })
  return offers.slice(0, mostOffers)
}

function eventsOf(
  { kind }: Bound<TriggerDef>,
  options: Readonly<Record<string, unknown>>,
  inputs: RuleSet['inputs'],
): string[] {
  switch (kind) {
    case 'button': {
      const button = textIn(options, 'button')
      return button === null ? buttons.map((one) => `button=${one}`) : [`button=${button}`]
    }
    case 'card': {
      const inserted = textIn(options, 'inserted')
      return [
        ...(inserted === null ? [] : [`card.inserted=${inserted === 'any' ? '7JtVV' : inserted}`]),
        ...(options.removed === undefined ? [] : ['card.removed']),
      ]
    }
    case 'playing': {
      const change = textIn(options, 'change')
      return change === null || change === 'queue_ended' ? [] : [`playing=${change}`]
    }
    case 'player': {
      if (typeof options.battery_below === 'number') return [`player.battery=${options.battery_below - 1}`]
      const is = textIn(options, 'is')
      return is === 'online' || is === 'offline' ? [`player.online=${is === 'online'}`] : []
    }
    case 'volume': {
      if (typeof options.above === 'number') return [`player.volume=${options.above + 1}`]
      return typeof options.below === 'number' ? [`player.volume=${options.below - 1}`] : ['player.volume=5']
    }
    case 'input': {
      const name = textIn(options, 'name') ?? ''
      const form = inputs.get(name)?.form
      const to = textIn(options, 'to')
      if (form === undefined) return []
      if (to !== null) return [`input.${name}=${to}`]
      if (form.type === 'flag') return [`input.${name}=true`, `input.${name}=false`]
      if (form.type === 'choice') return form.options.map((option) => `input.${name}=${option}`)
      return form.type === 'press' ? [`input.${name}=press`] : [`input.${name}=${form.max}`]
    }
    case 'mqtt': {
      const topic = textIn(options, 'topic') ?? ''
      return /[+#]/.test(topic) ? [] : [`mqtt.${topic}=${textIn(options, 'payload') ?? ''}`]
    }
    case 'webhook':
      return [`webhook.${textIn(options, 'name') ?? ''}=`]
    case 'ha': {
      const to = textIn(options, 'to')
      return [options.entity].flat().flatMap((entity) => `ha.${String(entity)}=${to ?? 'on'}`)
    }
    default:
      return []
  }
}

function nextOf(
  { definition, options }: Bound<TriggerDef>,
  { now, calendar }: { readonly now: Date; readonly calendar: RuleSet['calendar'] },
): Date | null {
  const span = { from: now, until: new Date(now.getTime() + farMs), calendar }
  for (const at of definition.upcoming?.(options as never, span) ?? []) if (at > now) return at
  return null
}

function fieldsOf({ options }: Bound<TriggerDef>): Readonly<Record<string, unknown>> {
  return typeof options === 'object' && options !== null ? { ...options } : {}
}

/** The first where there are several. */
function textIn(options: Readonly<Record<string, unknown>>, name: string): string | null {
  const [first] = [options[name]].flat()
  return typeof first === 'string' ? first : typeof first === 'boolean' ? String(first) : null
}
