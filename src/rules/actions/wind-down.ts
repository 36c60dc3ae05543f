import { type Static, Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { isOver } from '../../core/queue.ts'
import { duration, durationMs } from '../../language/duration.ts'
import { content } from '../content.ts'
import { lengthInWords } from '../moments/wording.ts'
import { type ActionContext, action, type Reference, type Telling } from '../plugin.ts'
import { besideStream, lastingTarget, playerTarget, thePlayer } from '../target.ts'
import { timeOfDay } from '../time.ts'
import { volumeStep } from './volume.ts'
import { type LastingHands, rest, settleMs, VolumeSteps } from './volume-steps.ts'
import { close, fadeMs, fadeOut, tolerant, trying, type Wound } from './wind-down-end.ts'

const options = Type.Object(
  {
    volume: Type.Optional(Type.Object({ to: volumeStep, over: duration }, { additionalProperties: false })),
    finish: Type.Optional(Type.Union([Type.Literal('track'), Type.Literal('queue'), Type.Literal('now')])),
    last: Type.Optional(content),
    stop_by: Type.Optional(duration),
    closed_until: Type.Optional(timeOfDay),
    if_pressed: Type.Optional(content),
    player: playerTarget,
    stream: besideStream,
  },
  { additionalProperties: false },
)

type WindDown = Static<typeof options>

// How often it looks whether the player has come to the end.
const lookMs = 20_000
const longestMs = 12 * 3_600_000

export const windDown = action({
  title: 'Wind down',
  describe:
    'Brings a player to rest, if it plays. The `volume` goes down step by step, unless somebody turns the knob: that is a no. `finish` lets the `track` end (as it does where it is left out; a live story ends with its scene of `bedtime`) or the `queue`, or ends `now`; `last` is played behind that, and nothing after it. What still plays after `stop_by` is faded out for the last 20 seconds of that time and stopped. Then the stream is closed until `closed_until`, a press plays `if_pressed`, and when that time is over the volume is put back.',
  examples: [
    '- wind_down: {volume: {to: 3, over: 15m}, last: forest, stop_by: 25m, closed_until: "06:30"}',
    '- wind_down: {finish: now}',
  ],
  options,
  references: ({ last, if_pressed }): Reference[] =>
    [last, if_pressed].flatMap((name) => (name === undefined ? [] : [{ kind: 'playlist or file', name }])),
  explain: inWords,
  async run(context) {
    checkTogether(context.options)
    const { id: player, name } = await lastingTarget(context)
    const wound: Wound = { player, name, stream: streamOf(context) }
    const begun = await context.recorded(() => {
      const state = context.world.player(player)
      return { isPlaying: state?.playback === 'playing', volume: state?.volume_step ?? null }
    })
    if (!begun.isPlaying)
      return context.effect({ kind: 'log', message: `nothing plays on ${name}: nothing is wound down` })
    await arrange(context, wound)
    const { isTurned, isOver } = await follow(context, wound)
    const left = isOver
      ? await context.recorded(() => context.world.player(player)?.volume_step ?? null)
      : await fadeOut(context, wound)
    const { closed_until: closedUntil, if_pressed: ifPressed = null } = context.options
    const until =
      wound.stream === null || closedUntil === undefined
        ? null
        : await close(context, wound.stream, { closedUntil, ifPressed })
    if (isTurned || left === null || begun.volume === null || left >= begun.volume) return
    const at = await context.recorded(() => until ?? context.world.now().toISOString())
    await context.effect({ kind: 'return-volume', player, step: begun.volume, left, at })
  },
})

/** The rule may be about a player with any card. */
function streamOf(context: ActionContext<WindDown>): string | null {
  const { stream } = context.options
  if (stream !== undefined) return stream
  try {
    return context.stream()
  } catch (error) {
    const { last, closed_until } = context.options
    if (last !== undefined || closed_until !== undefined) throw error
    return null
  }
}

function checkTogether({ finish, last, closed_until, if_pressed }: WindDown): void {
  if (finish === 'now' && last !== undefined)
    throw new AppError(
      'invalid',
      '`last` goes with `finish: track` or `queue`: behind `now` nothing is played',
    )
  if (if_pressed !== undefined && closed_until === undefined)
    throw new AppError(
      'invalid',
      '`if_pressed` goes with `closed_until`: it is heard while the stream is closed',
    )
}

/** Sees to it that the player comes to an end by itself. */
async function arrange(context: ActionContext<WindDown>, { player, stream }: Wound): Promise<void> {
  const { finish = 'track', last } = context.options
  if (finish === 'now') return
  if (stream === null) {
    if (finish === 'track') await trying(context, { kind: 'let-end', player })
    return
  }
  if (finish === 'track')
    return context.effect(
      last === undefined
        ? { kind: 'mutate-queue', stream, mutation: { op: 'end-after-current' } }
        : { kind: 'fill-queue', stream, how: 'replace-next', content: last },
    )
  const settings = { loop: false }
  await context.effect({ kind: 'mutate-queue', stream, mutation: { op: 'settings', settings } })
  if (last !== undefined) await context.effect({ kind: 'fill-queue', stream, how: 'append', content: last })
}

interface Followed {
  /** It has come to its end by itself. */
  readonly isOver: boolean
  /** Somebody turned the knob. */
  readonly isTurned: boolean
}

/** Turns the volume down until the player has come to its end, or its time is over. One thing after the other: each wait is a deadline that outlives a restart. */
async function follow(context: ActionContext<WindDown>, wound: Wound): Promise<Followed> {
  const { volume, finish, stop_by } = context.options
  const limitMs = stop_by === undefined ? longestMs : durationMs(stop_by)
  const stopMs = finish === 'now' ? 0 : Math.max(0, limitMs - fadeMs)
  if (stopMs === 0) return { isOver: false, isTurned: false }
  let passedMs = volume === undefined ? 0 : settleMs(durationMs(volume.over))
  if (passedMs > 0) await rest(context, passedMs)
  const steps = await quieter(context, wound)
  let isTurned = false
  while (passedMs < stopMs) {
    const lookAt = (Math.floor(passedMs / lookMs) + 1) * lookMs
    const due = Math.min(steps?.dueMs ?? stopMs, lookAt, stopMs)
    await rest(context, due - passedMs)
    passedMs = due
    if (passedMs === steps?.dueMs) {
      const why = await steps.take()
      isTurned ||= why !== null
      if (why !== null) await saidNo(context, wound, why)
    }
    if (passedMs === lookAt && (await context.recorded(() => hasEnded(context, wound))))
      return { isOver: true, isTurned }
  }
  return { isOver: false, isTurned }
}

async function quieter(context: ActionContext<WindDown>, { player }: Wound): Promise<VolumeSteps | null> {
  const { volume } = context.options
  if (volume === undefined) return null
  const ramp = { player, to: volume.to, overMs: durationMs(volume.over), onlyDown: true }
  try {
    return await VolumeSteps.begin(tolerant(context), ramp)
  } catch {
    // How loud it is nobody knows; it comes to rest all the same.
    return null
  }
}

function saidNo({ effect }: LastingHands, { name }: Wound, why: string): Promise<void> {
  return effect({ kind: 'log', message: `wind_down leaves the volume of ${name} alone: ${why}` })
}

function hasEnded({ world }: LastingHands, { player, stream }: Wound): boolean {
  const queue = stream === null ? undefined : world.queue(stream)
  const state = world.player(player)
  // One that is off the air may play on, and be back in a moment.
  const hasStopped = state?.online === true && state.playback === 'stopped'
  return hasStopped || (queue !== undefined && isOver(queue))
}

const ends = {
  track: 'lets the track end',
  queue: 'lets the queue end',
  now: 'fades out at once',
} as const

function inWords(
  { volume, finish = 'track', last, stop_by, closed_until, if_pressed, player }: WindDown,
  telling: Telling,
): string {
  const deeds = [
    ...(volume === undefined
      ? []
      : [`takes its volume down to ${volume.to} over ${lengthInWords(durationMs(volume.over))}`]),
    ends[finish],
    ...(last === undefined ? [] : [`plays ${telling.content(last)} as the last`]),
    ...(stop_by === undefined ? [] : [`stops it after ${lengthInWords(durationMs(stop_by))} at the latest`]),
    ...(closed_until === undefined ? [] : [`closes the stream until ${closed_until}`]),
    ...(if_pressed === undefined ? [] : [`plays ${telling.content(if_pressed)} at a press`]),
  ]
  return `winds down ${thePlayer(player, telling)} (${deeds.join(', ')})`
}
