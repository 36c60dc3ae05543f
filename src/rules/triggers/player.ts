import { type Static, Type } from 'typebox'
import type { PlayerState } from '../../core/player.ts'
import { describeEvent, playerEventData, playerEventFields } from '../player-event.ts'
import { type RuleEvent, type TriggerContext, trigger } from '../plugin.ts'
import { on } from '../telling.ts'

interface Change {
  readonly type: string
  /** "is switched on". */
  readonly words: string
  /** Whether a player is like that now. */
  holds(player: PlayerState): boolean
}

const changes = {
  online: { type: 'online', words: 'comes online', holds: ({ online }) => online },
  offline: { type: 'offline', words: 'goes offline', holds: ({ online }) => !online },
  headphones: {
    type: 'headphones_on',
    words: 'gets headphones',
    holds: ({ headphones }) => headphones === true,
  },
  headphones_off: {
    type: 'headphones_off',
    words: 'loses its headphones',
    holds: ({ headphones }) => headphones === false,
  },
  day_mode: {
    type: 'day_started',
    words: 'goes over to the day',
    holds: ({ day_mode }) => day_mode === 'day',
  },
  night_mode: {
    type: 'night_started',
    words: 'goes over to the night',
    holds: ({ day_mode }) => day_mode === 'night',
  },
} as const satisfies Record<string, Change>

type Word = keyof typeof changes
const words = Object.keys(changes) as Word[]
const word = Type.Union(words.map((one) => Type.Literal(one)))

const options = Type.Object(
  {
    is: Type.Optional(Type.Unsafe<Word>(word)),
    battery_below: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    player: Type.Optional(Type.String({ minLength: 1 })),
    also_at_start: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, minProperties: 1 },
)

type Options = Static<typeof options>

export const player = trigger({
  title: 'Player',
  describe:
    'A player has come `online` or gone `offline`, got `headphones` or lost them (`headphones_off`), went over to the day (`day_mode`) or the night (`night_mode`), or its battery fell below so many percent (`battery_below`): once, until it has been above that again. With `also_at_start` also when the rules begin to run, or a player is first heard of, and it is so.',
  examples: [
    '- player: online',
    '- player: {is: offline, player: kids-room}',
    '- player: {battery_below: 20}',
    '- player: {is: night_mode, also_at_start: true}',
  ],
  options,
  shorthand: 'is',
  explain({ is, battery_below, player: named, also_at_start: atStart }, telling) {
    const who = on({ player: named }, telling).replace(/^ on /, '')
    const so = atStart === true ? ' or is so at the start' : ''
    return [
      ...(is === undefined ? [] : [`${who} ${changes[is].words}${so}`]),
      ...(battery_below === undefined ? [] : [`the battery of ${who} falls below ${battery_below}%${so}`]),
    ].join(' or ')
  },
  provides: { ...playerEventFields, battery_percent: { type: 'number', range: [0, 100] } },
  start(context) {
    const { is, battery_below: limit } = context.options
    const match = matchIn(context.options)
    const fire = (event: RuleEvent) =>
      context.fire(playerEventData(event), describeEvent(event, context.world))
    if (is !== undefined) context.on('player', { type: changes[is].type, ...match }, fire)
    const below = limit === undefined ? null : watchBattery(context, { limit, match })
    if (context.options.also_at_start !== true) return
    context.on('player', { type: 'found', ...match }, (event) => {
      const state = typeof event.player === 'string' ? context.world.player(event.player) : undefined
      if (state === undefined) return
      const because = `${state.name} is so at the start`
      if (is !== undefined && changes[is].holds(state))
        context.fire({ type: 'found', player: state.id }, because)
      if (below === null || (state.battery_percent ?? 100) >= (limit ?? 0)) return
      below.add(state.id)
      const { battery_percent } = state
      context.fire({ type: 'found', player: state.id, battery_percent }, because)
    })
  },
})

function matchIn({ player }: Options): { readonly player?: string } {
  return player === undefined ? {} : { player }
}

/** The players that have been told to be below the limit, and have not been above it since. */
function watchBattery(
  context: TriggerContext<Options>,
  { limit, match }: { readonly limit: number; readonly match: { readonly player?: string } },
): Set<string> {
  const told = new Set<string>()
  context.on('player', { type: 'battery', ...match }, (event) => {
    const { player, battery_percent: percent, before } = event
    if (typeof player !== 'string' || typeof percent !== 'number') return
    if (percent > limit) told.delete(player)
    const isFallen = percent < limit && typeof before === 'number' && before >= limit
    if (!isFallen) return
    const name = context.world.player(player)?.name ?? player
    if (told.has(player)) return context.didNotFire(`the battery of ${name} was not above ${limit}% since`)
    told.add(player)
    context.fire(playerEventData(event), `the battery of ${name} is at ${percent}%`)
  })
  return told
}
