import { type Static, Type } from 'typebox'
import type { Effect } from '../../core/effect.ts'
import { AppError } from '../../core/error.ts'
import type { HoldWish } from '../../core/hold.ts'
import { mostItems } from '../../core/queue.ts'
import { duration, durationMs } from '../../language/duration.ts'
import { content } from '../content.ts'
import { lengthInWords } from '../moments/wording.ts'
import { type ActionContext, action, type Reference, type Telling } from '../plugin.ts'
import { neededStream } from '../target.ts'
import { theStream } from '../telling.ts'
import { inOrder } from './in-order.ts'

const yes = Type.Literal(true)
const count = Type.Integer({ minimum: 1, maximum: mostItems })
const acts = ['restore', 'clear', 'skip', 'shuffle', 'end_after_track'] as const

const options = Type.Object(
  {
    do: Type.Optional(
      Type.Union(
        acts.map((act) => Type.Literal(act)),
        { expected: `one of ${acts.join(', ')}, or options such as {set: forest}` },
      ),
    ),
    set: Type.Optional(content),
    add: Type.Optional(content),
    next: Type.Optional(content),
    now: Type.Optional(content),
    replace_next: Type.Optional(content),
    clear: Type.Optional(yes),
    restore: Type.Optional(yes),
    skip: Type.Optional(yes),
    end_after_track: Type.Optional(yes),
    keep_old: Type.Optional(Type.Boolean()),
    shuffle: Type.Optional(yes),
    from: Type.Optional(count),
    limit: Type.Optional(count),
    for: Type.Optional(duration),
    until_slot_ends: Type.Optional(Type.Boolean()),
    stream: neededStream,
  },
  { additionalProperties: false },
)

type QueueOptions = Static<typeof options>

export const queue = action({
  title: 'Queue',
  describe:
    'Changes what a stream plays: `set` replaces its queue, `add` appends, `next` puts behind the current item, `now` does so and has those who listen hear it at once, `replace_next` puts it in place of all that comes behind the current item, `clear` empties it, `skip` goes to the next item, `end_after_track` lets nothing come behind the current one. Of what is put there `shuffle` mixes the files, `from` and `limit` take a part; `shuffle` alone mixes the queue once. `set` with `keep_old` keeps what was there before, and `restore` brings that back, each rule its own. What is put there holds until the schedule of the stream begins another slot; with `for: 2h` no longer than that, then what the slot itself has comes back; with `until_slot_ends: false` slots pass it over, until that time has passed, or `restore` or something else ends it. Whatever else is changed, the player hears from its next request on. A closed stream stays closed.',
  examples: [
    '- queue: {set: forest}',
    '- queue: {add: lullabies, shuffle: true, limit: 1}',
    '- queue: {set: forest, keep_old: true}',
    '- queue: {set: forest, for: 2h, until_slot_ends: false}',
    '- queue: {replace_next: lullabies}',
    '- queue: {now: music/doorbell.mp3}',
    '- queue: restore',
    '- queue: end_after_track',
    '- queue: {clear: true, stream: bedroom}',
  ],
  options,
  shorthand: 'do',
  references: (options): Reference[] =>
    contentsOf(options).map((name) => ({ kind: 'playlist or file', name })),
  explain: queueInWords,
  async run(context) {
    const { options, ruleId } = context
    const stream = options.stream ?? context.stream()
    const effects = effectsOf(options, { stream, owner: `rule ${ruleId}` })
    return options.now === undefined ? inOrder(context, effects) : putNow(context, stream, effects)
  },
})

/** Carries them out, of which one puts something there `now`, and has those who listen go on to it. */
export async function putNow(
  { world, recorded, effect }: Pick<ActionContext<unknown>, 'world' | 'recorded' | 'effect'>,
  stream: string,
  effects: readonly Effect[],
): Promise<undefined> {
  const current = () => world.queue(stream)?.current ?? null
  const before = await recorded(current)
  for (const one of effects) await effect(one)
  // A playlist without a file has brought nothing to go on to.
  const isAnother = await recorded(() => current() !== before)
  if (isAnother) await effect({ kind: 'send-on', stream })
}

/** The playlists and files that it names. */
export function contentsOf({ set, add, next, now, replace_next }: QueueOptions): string[] {
  return [set, add, next, now, replace_next].filter((name) => name !== undefined)
}

/**
 * In the order they are carried out. `owner`: whose earlier queue is kept and brought back.
 * @throws AppError `invalid` when the options say nothing to do, or have one that says nothing with the others.
 */
export function effectsOf(
  options: QueueOptions,
  { stream, owner }: { readonly stream: string; readonly owner: string },
): Effect[] {
  const { set, add, next, now, replace_next, shuffle, from, limit, keep_old: keepsOld } = options
  const does = (act: (typeof acts)[number]) => options.do === act || options[act] === true
  const isPut = contentsOf(options).length > 0
  checkTogether(options, isPut)
  const part = {
    ...(shuffle === undefined ? {} : { shuffle }),
    ...(from === undefined ? {} : { from }),
    ...(limit === undefined ? {} : { limit }),
    ...holdOf(options),
  }
  const fill = (how: FillHow, content: string | undefined, more = {}): Effect[] =>
    content === undefined ? [] : [{ kind: 'fill-queue', stream, how, content, ...part, ...more }]
  const change = (isDone: boolean, mutation: Mutation): Effect[] =>
    isDone ? [{ kind: 'mutate-queue', stream, mutation }] : []
  const effects = [
    ...change(does('restore'), { op: 'restore', owner }),
    // What is set takes the place of all there was anyway, and only where it has something to play.
    ...change(does('clear') && set === undefined, { op: 'clear' }),
    ...fill('replace', set, keepsOld === true ? { keep: owner } : {}),
    ...change(does('end_after_track'), { op: 'end-after-current' }),
    ...fill('replace-next', replace_next),
    ...fill('append', add),
    ...fill('insert-next', next),
    ...fill('now', now),
    ...change(does('shuffle') && !isPut, { op: 'shuffle' }),
    ...change(does('skip'), { op: 'step', by: 1 }),
  ]
  if (effects.length > 0) return effects
  throw new AppError(
    'invalid',
    '`queue` says nothing to do: give it set, add, next, now, replace_next, clear, restore, skip, shuffle or end_after_track',
  )
}

/** How long what is put there holds; nothing where it does until the next slot, as anything does. */
function holdOf({ for: time, until_slot_ends }: QueueOptions): { hold?: HoldWish } {
  if (time === undefined && until_slot_ends !== false) return {}
  return {
    hold: { forMs: time === undefined ? null : durationMs(time), overSlots: until_slot_ends === false },
  }
}

/** "puts the playlist forest into the stream bedroom, shuffled"; in the order in which it is carried out. */
function queueInWords(options: QueueOptions, telling: Telling): string {
  const { set, add, next, now, replace_next } = options
  const { shuffle, from, limit, keep_old: keepsOld, for: time, until_slot_ends: untilSlotEnds } = options
  const does = (act: (typeof acts)[number]) => options.do === act || options[act] === true
  const stream = theStream(options.stream ?? telling.stream)
  const how = [
    ...(shuffle === true ? ['shuffled'] : []),
    ...(from === undefined ? [] : [`from item ${from} on`]),
    ...(limit === undefined ? [] : [limit === 1 ? 'one item of it' : `at most ${limit} items of it`]),
    ...(time === undefined ? [] : [`for ${lengthInWords(durationMs(time))}`]),
    ...(untilSlotEnds === false ? ['also when the next slot begins'] : []),
    ...(keepsOld === true ? ['and keeps what was there before'] : []),
  ]
  const put = (before: string, content: string | undefined, behind: string) =>
    content === undefined ? [] : [[`${before} ${telling.content(content)} ${behind}`, ...how].join(', ')]
  const deeds = [
    ...(does('restore') ? [`brings back what this rule replaced in ${stream}`] : []),
    ...(does('clear') && set === undefined ? [`empties ${stream}`] : []),
    ...put('puts', set, `into ${stream}`),
    ...(does('end_after_track') ? [`lets nothing come behind the current item of ${stream}`] : []),
    ...put('puts', replace_next, `in place of what comes behind the current item of ${stream}`),
    ...put('adds', add, `to the end of ${stream}`),
    ...put('puts', next, `behind the current item of ${stream}`),
    ...put('cuts short what plays and goes on with', now, `in ${stream}`),
    ...(does('shuffle') && contentsOf(options).length === 0 ? [`shuffles ${stream}`] : []),
    ...(does('skip') ? [`goes on to the next item of ${stream}`] : []),
  ]
  return deeds.join(' and ') || 'says nothing to do to a queue'
}

type FillHow = Extract<Effect, { kind: 'fill-queue' }>['how']
type Mutation = Extract<Effect, { kind: 'mutate-queue' }>['mutation']

function checkTogether(
  { do: act, set, keep_old, from, limit, restore, clear, for: time, until_slot_ends }: QueueOptions,
  isPut: boolean,
): void {
  if (keep_old === true && set === undefined)
    throw new AppError('invalid', '`keep_old` goes with `set`: it keeps what `set` replaces')
  if (!isPut && (from !== undefined || limit !== undefined))
    throw new AppError(
      'invalid',
      '`from` and `limit` go with `set`, `add`, `next`, `now` or `replace_next`: they take a part of it',
    )
  if (!isPut && (time !== undefined || until_slot_ends !== undefined))
    throw new AppError(
      'invalid',
      '`for` and `until_slot_ends` go with `set`, `add`, `next`, `now` or `replace_next`: they say how long what is put there holds',
    )
  const isRestored = restore === true || act === 'restore'
  if (isRestored && (set !== undefined || clear === true))
    throw new AppError(
      'invalid',
      '`restore` brings an earlier queue back: it does not go with `set` or `clear`',
    )
}
