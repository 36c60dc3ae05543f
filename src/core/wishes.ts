import type { PlayerCommand } from './effect.ts'
import type { PlayerEventType } from './event.ts'
import type { Expected } from './expectation.ts'
import { goesOn } from './moment.ts'
import { type PlayerState, stepFromPercent, volumeCapOf } from './player.ts'

/** What a command of ours is to make of a player, and the events that tell of it. */
interface Wish {
  readonly about: 'playback' | 'card' | 'track' | 'volume' | 'sleep timer' | 'presence' | 'restart'
  readonly events: readonly PlayerEventType[]
  isMet(state: PlayerState): boolean
}

interface OpenWish extends Wish {
  readonly command: PlayerCommand
  readonly untilMs: number
  /** It was like that already: only where the player was expected to jump is what it says the command's doing. */
  readonly wasMet: boolean
}

// As long as an expectation: a player acknowledges within 5 s, and begins a slow stream later.
const usualMs = 10_000
const rebootMs = 120_000
// Of a player that does nothing of what it is told; the oldest are let go.
const mostOpen = 32

/**
 * What players were told and have not done yet. Players do not say why they do something: it is a command's doing
 * where it is just what the command asked for, the first time it is said.
 */
export class Wishes {
  /** By the player's id, in the order they were asked for. */
  readonly #open = new Map<string, readonly OpenWish[]>()

  /**
   * A command is about to be sent to a player that is as it says. `expected`: the place on a card it leads to. The
   * returned function takes it back, where the command was refused.
   */
  add(
    state: PlayerState,
    { command, expected }: { readonly command: PlayerCommand; readonly expected: Expected | undefined },
    now: Date,
  ): () => void {
    const open = this.#openOf(state.id, now)
    const untilMs = now.getTime() + (command.type === 'reboot' ? rebootMs : usualMs)
    const unmet = new Set(open.filter(({ wasMet }) => !wasMet).map(({ about }) => about))
    const added: OpenWish[] = []
    for (const wish of expected === undefined ? wishesOf(command, state) : arrivalAt(expected)) {
      // What is asked for behind a wish that is still open has yet to become so again.
      const wasMet = !unmet.has(wish.about) && wish.isMet(state)
      if (wasMet && wish.about !== 'track') continue
      if (!wasMet) unmet.add(wish.about)
      added.push({ ...wish, command, untilMs, wasMet })
    }
    this.#keep(state.id, [...open, ...added].slice(-mostOpen))
    return () => {
      const left = this.#open.get(state.id) ?? []
      this.#keep(
        state.id,
        left.filter((wish) => !added.includes(wish)),
      )
    }
  }

  /**
   * The command behind each of the events that a player's words tell of, null where there is none. What has come true
   * is wished no longer, nor is what was wished of the same thing before. `jumped`: the words are what a command to
   * go to a place was expected to bring.
   */
  behind(
    events: readonly { readonly type: PlayerEventType }[],
    { state, jumped, now }: { readonly state: PlayerState; readonly jumped: boolean; readonly now: Date },
  ): (PlayerCommand | null)[] {
    const open = this.#openOf(state.id, now)
    const met = open.filter((wish) => wish.isMet(state) && (jumped || !wish.wasMet))
    const behind = events.map(({ type }) => met.find((wish) => wish.events.includes(type)))
    this.#keep(state.id, stillOpen(open, { met: new Set(met), told: new Set(behind) }))
    return behind.map((wish) => wish?.command ?? null)
  }

  #openOf(player: string, now: Date): readonly OpenWish[] {
    return (this.#open.get(player) ?? []).filter(({ untilMs }) => untilMs >= now.getTime())
  }

  #keep(player: string, open: readonly OpenWish[]): void {
    if (open.length === 0) this.#open.delete(player)
    else this.#open.set(player, open)
  }
}

/** `met`: what is as it was wished; `told`: those of them that an event tells of. */
function stillOpen(
  open: readonly OpenWish[],
  { met, told }: { readonly met: ReadonlySet<OpenWish>; readonly told: ReadonlySet<OpenWish | undefined> },
): OpenWish[] {
  const firstUnmet = new Map<Wish['about'], OpenWish>()
  const lastTold = new Map<Wish['about'], number>()
  for (const [place, wish] of open.entries()) {
    if (!wish.wasMet && !firstUnmet.has(wish.about)) firstUnmet.set(wish.about, wish)
    if (told.has(wish)) lastTold.set(wish.about, place)
  }
  return open.filter((wish, place) => {
    const isOvertaken = place <= (lastTold.get(wish.about) ?? -1)
    // Where there is no event to tell of it, it may be so because nothing was done yet of what was asked before.
    const isFirst = firstUnmet.get(wish.about) === wish
    return !isOvertaken && !(isFirst && met.has(wish))
  })
}

const started = ['playback_started', 'playback_resumed'] as const
// A stopped player names no card any more, even with one in its slot (yoto-protocol §3.5).
const halted = ['playback_stopped', 'card_removed', 'track_ended'] as const

function arrivalAt({ card_id, chapter_key, track_key }: Expected): Wish[] {
  const isThere = (state: PlayerState) =>
    state.card_id === card_id &&
    (chapter_key ?? state.chapter_key) === state.chapter_key &&
    (track_key ?? state.track_key) === state.track_key
  return [
    { about: 'card', events: ['card_removed', 'card_inserted'], isMet: (state) => state.card_id === card_id },
    {
      about: 'track',
      events: ['track_ended', 'track_started'],
      isMet: (state) => isThere(state) && state.track_key !== null,
    },
    {
      about: 'playback',
      events: started,
      isMet: (state) => isThere(state) && goesOn(state) === 'playing',
    },
  ]
}

/** Of commands that lead to no place of a card. Of some no event tells. */
function wishesOf(command: PlayerCommand, player: PlayerState): Wish[] {
  switch (command.type) {
    case 'play':
      return [{ about: 'playback', events: started, isMet: (state) => goesOn(state) === 'playing' }]
    case 'pause':
      return [
        { about: 'playback', events: ['playback_paused'], isMet: ({ playback }) => playback === 'paused' },
      ]
    case 'stop':
      return [{ about: 'playback', events: halted, isMet: ({ playback }) => playback === 'stopped' }]
    case 'volume-step':
      return [volume(Math.round(command.step), player)]
    case 'volume-percent':
      return [volume(stepFromPercent(Math.round(command.percent)), player)]
    case 'sleep-timer':
      return [sleepTimer(!('seconds' in command && command.seconds === 0))]
    case 'reboot':
      return [
        { about: 'presence', events: ['offline', 'playback_stopped'], isMet: ({ online }) => !online },
        { about: 'presence', events: ['online'], isMet: ({ online }) => online },
        { about: 'restart', events: [], isMet: ({ online }) => !online },
        // It begins without a card, and says so in its first events only; one that plays has its card again.
        {
          about: 'restart',
          events: ['card_removed'],
          isMet: (state) => state.card_id === null || (state.online && goesOn(state) === 'playing'),
        },
      ]
    default:
      return []
  }
}

/** What is asked for above the player's cap is sent as the cap. */
function volume(wished: number, player: PlayerState): Wish {
  const step = Math.min(wished, volumeCapOf(player) ?? wished)
  return { about: 'volume', events: ['volume_changed'], isMet: ({ volume_step }) => volume_step === step }
}

function sleepTimer(runs: boolean): Wish {
  return {
    about: 'sleep timer',
    events: [runs ? 'sleep_timer_started' : 'sleep_timer_ended'],
    isMet: ({ sleep_timer_s }) => (sleep_timer_s ?? 0) > 0 === runs,
  }
}
