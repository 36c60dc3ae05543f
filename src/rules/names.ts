import { weekdays } from '../core/answer.ts'
import { dayModes, type PlayerState } from '../core/player.ts'
import type { Queue } from '../core/queue.ts'
import {
  type Environment,
  type Field,
  type Fields,
  type FieldType,
  stateHolder,
  type Values,
} from '../language/expression/environment.ts'
import { type Calendar, noCountry } from './calendar.ts'
import { keptEnvironment, keptValues, type Remembered } from './kept-names.ts'
import type { TriggerData, TriggerDef, World } from './plugin.ts'
import type { Rule } from './rule-set.ts'
import { wallTime } from './time.ts'

const nowFields = {
  time: { type: 'text', form: 'time' },
  date: { type: 'text', form: 'date' },
  month_day: { type: 'text', form: 'month-day' },
  hour: { type: 'number', range: [0, 23] },
  weekday: { type: 'text', words: weekdays },
} as const satisfies Fields

const playerFields = {
  id: 'text',
  name: 'text',
  playing: 'bool',
  online: 'bool',
  battery: { type: 'number', range: [0, 100] },
  volume: { type: 'number', range: [0, 16] },
  card: 'text',
  charging: 'bool',
  day_mode: { type: 'text', words: dayModes },
} as const satisfies Fields

const streamFields = {
  name: 'text',
  playlist: 'text',
  now_playing: 'text',
  closed: 'bool',
  count: 'number',
} as const satisfies Fields

type Shown<Names> = Readonly<Record<keyof Names, boolean | number | string | null>>

interface Started {
  readonly player: string | null
  readonly stream: string | null
  readonly when: readonly {
    readonly kind: string
    readonly definition: TriggerDef
    readonly provides?: Fields
  }[]
}

/** What all rule files share. */
interface Shared extends Remembered {
  readonly calendar: Calendar
}

/** The names that the expressions of a rule may use: what its own triggers tell, and what it can know of the house. */
export function environmentFor({ player, stream, when }: Started, declared: Shared): Environment {
  const { known } = declared.calendar
  const { fields: provided, absent: unclear } = providedBy(when)
  const kept = keptEnvironment(declared)
  const hasPlayer = player !== null || 'player' in provided
  const hasStream = stream !== null || 'stream' in provided
  const kinds = [...new Set(when.map(({ kind }) => kind))]
  return {
    groups: {
      now: nowFields,
      trigger: { ...provided, id: 'text', kind: { type: 'text', words: kinds } },
      ...(hasPlayer ? { player: playerFields } : {}),
      ...(hasStream ? { stream: streamFields } : {}),
      ...kept.groups,
    },
    names: { weekdays: 'bool', weekends: 'bool', ...(known.holidays ? { holiday: 'bool' } : {}) },
    events: { names: known.events, absent: 'no calendar files are named' },
    states: true,
    absent: {
      ...kept.absent,
      ...unclear,
      player: 'nothing that starts this rule tells of a player; name one with `player:` in the rule',
      stream: 'nothing that starts this rule tells of a stream; name one with `stream:` in the rule',
      ...(known.holidays ? {} : { holiday: noCountry }),
    },
  }
}

/** What the triggers tell together; a name that is of one type with one and of another with another is no use. */
function providedBy(when: Started['when']): { fields: Fields; absent: Readonly<Record<string, string>> } {
  const fields = new Map<string, Field | FieldType>()
  const absent: Record<string, string> = {}
  for (const { provides, definition } of when)
    for (const [name, field] of Object.entries(provides ?? definition.provides ?? {})) {
      const known = fields.get(name)
      if (known !== undefined && typeOf(known) !== typeOf(field))
        absent[`trigger.${name}`] =
          `the triggers of this rule tell different kinds of \`${name}\`; make one rule of each`
      fields.set(name, known === undefined ? field : widened(known, field))
    }
  const clear = [...fields].filter(([name]) => absent[`trigger.${name}`] === undefined)
  return { fields: Object.fromEntries(clear), absent }
}

/** What is known of one trigger's values alone says nothing of the other's. */
function widened(one: Field | FieldType, other: Field | FieldType): Field | FieldType {
  return JSON.stringify(one) === JSON.stringify(other) ? one : typeOf(one)
}

function typeOf(field: Field | FieldType): FieldType {
  return typeof field === 'string' ? field : field.type
}

/** The names that the condition of a stream's answer may use: of who asks, of the stream that is asked for, of the house. */
export function askedEnvironment(declared: Shared): Environment {
  const { groups, absent = {}, ...rest } = environmentFor({ player: '', stream: '', when: [] }, declared)
  const { trigger: _, ...known } = groups
  const noTrigger = 'nothing triggers an answer: it is looked at whenever somebody asks for the stream'
  return { ...rest, groups: known, absent: { ...absent, trigger: noTrigger }, states: false }
}

/** The names that expressions of stories may use: of the player that tells one, and of the house. */
export function houseEnvironment(declared: Shared): Environment {
  const { groups, absent = {}, ...rest } = environmentFor({ player: '', stream: null, when: [] }, declared)
  const { trigger: _, ...known } = groups
  const own = {
    trigger: 'nothing triggers a story: a card tells it',
    stream: 'a story is told by a card of its own, and knows no stream',
  }
  return { ...rest, groups: known, absent: { ...absent, ...own } }
}

interface Asked {
  /** Id of the player; null where it cannot be told. */
  readonly player: string | null
  /** Null where there is none. */
  readonly stream: string | null
  /** Those that are to be looked up, as expressions write them. */
  readonly names: readonly string[]
}

/** What those names stand for; with a `player` of null nothing is known of the player. */
export function askedValues(
  { player, stream, names }: Asked,
  world: Pick<World, 'now' | 'calendar' | 'player' | 'queue' | 'vars' | 'inputs'>,
): Values {
  const { now, calendar } = world
  const speaksOf = (group: string) => names.some((name) => name.startsWith(`${group}.`))
  const event = {
    on: (name: string) => calendar.hasEvent(name, wallTime(now(), calendar.zone).date),
  }
  return {
    event,
    ...(names.some((name) => !name.includes('.')) ? todayValues(world) : {}),
    ...(speaksOf('now') ? { now: nowValues(world) } : {}),
    ...(player !== null && speaksOf('player') ? { player: playerValues(world.player(player), player) } : {}),
    ...(stream !== null && speaksOf('stream') ? { stream: streamValues(world.queue(stream), stream) } : {}),
    ...(speaksOf('vars') || speaksOf('inputs') ? keptValues(world) : {}),
  }
}

/**
 * What those names stand for at the moment, for a run of the rule; to be read at once. Each is looked up when it is first
 * read: a condition reads two or three, and to look all of them up takes longer than all else that a start costs.
 */
export function valuesFor(
  { rule, data }: { readonly rule: Rule; readonly data: TriggerData },
  world: World,
): Values {
  const today = once(() => todayValues(world))
  const named = rule.player ?? data.player
  const stream = rule.stream ?? data.stream
  return {
    weekdays: () => today().weekdays,
    weekends: () => today().weekends,
    holiday: () => today().holiday,
    event: () => today().event,
    now: once(() => nowValues(world)),
    trigger: once(() => triggerValues(rule, data)),
    player: named === undefined ? null : once(() => namedPlayer(named, world)),
    stream: stream === undefined ? null : once(() => streamValues(world.queue(stream), stream)),
    vars: once(() => Object.fromEntries(world.vars())),
    inputs: once(() => Object.fromEntries(world.inputs())),
    [stateHolder]: rule.entities === undefined ? null : once(() => statesOf(rule.entities, world)),
  }
}

/** Of those that are known. */
function statesOf(
  entities: readonly string[] = [],
  { entityState }: World,
): Readonly<Record<string, string>> {
  const known = entities.map((entity) => [entity, entityState?.(entity) ?? null] as const)
  return Object.fromEntries(known.flatMap(([entity, state]) => (state === null ? [] : [[entity, state]])))
}

function once<Looked extends object>(look: () => Looked): () => Looked {
  let looked: Looked | null = null
  return () => {
    looked ??= look()
    return looked
  }
}

function namedPlayer(named: string, world: Pick<World, 'player' | 'playerId'>) {
  const player = world.playerId(named) ?? named
  return playerValues(world.player(player), player)
}

function nowValues({ now, calendar }: Clocks): Shown<typeof nowFields> {
  const { time, date, weekday } = wallTime(now(), calendar.zone)
  const day = date.toString()
  return { time, date: day, month_day: day.slice(5), hour: Number(time.slice(0, 2)), weekday }
}

type Clocks = Pick<World, 'now' | 'calendar'>

/** The words without a dot, and which events there are. */
function todayValues({ now, calendar }: Clocks) {
  const { date } = wallTime(now(), calendar.zone)
  return {
    weekdays: calendar.includes('weekdays', date),
    weekends: calendar.includes('weekends', date),
    holiday: calendar.isHoliday(date),
    event: { on: (name: string) => calendar.hasEvent(name, date) },
  }
}

function playerValues(state: PlayerState | undefined, id: string): Shown<typeof playerFields> {
  return {
    id,
    name: state?.name ?? null,
    playing: state?.playback == null ? null : state.playback === 'playing',
    online: state?.online ?? null,
    battery: state?.battery_percent ?? null,
    volume: state?.volume_step ?? null,
    // No card is a text of its own, so that `player.card != '7JtVV'` holds for an empty player.
    card: state === undefined ? null : (state.card_id ?? ''),
    charging: state?.charging ?? null,
    day_mode: state?.day_mode ?? null,
  }
}

function streamValues(queue: Queue | undefined, name: string): Shown<typeof streamFields> {
  const current = queue?.items.find((item) => item.id === queue.current)
  return {
    name,
    playlist: queue === undefined ? null : (queue.playlist ?? ''),
    now_playing: queue === undefined ? null : (current?.file ?? ''),
    closed: queue?.closed ?? null,
    count: queue?.items.length ?? null,
  }
}

/** What the trigger that fired did not tell and another one of the rule would have is empty, or no. */
function triggerValues(rule: Rule, data: TriggerData): Readonly<Record<string, unknown>> {
  const fields = rule.when.flatMap(({ provides, definition }) =>
    Object.entries(provides ?? definition.provides ?? {}),
  )
  const empty = [...fields, ['id', 'text'] as const].map(([name, field]) => [name, emptyOf(field)])
  const told = Object.entries(data).filter(([, value]) => value !== null && value !== undefined)
  return { ...Object.fromEntries(empty), ...Object.fromEntries(told) }
}

function emptyOf(field: Field | FieldType): string | boolean | null {
  const type = typeOf(field)
  return type === 'text' ? '' : type === 'bool' ? false : null
}
