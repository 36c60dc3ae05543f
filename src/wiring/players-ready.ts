import { type Clock, every } from '../core/clock.ts'
import type { Effect } from '../core/effect.ts'
import type { PluginEffect } from '../rules/plugin.ts'

interface PlayersReadyOptions {
  /** Whether it is known which players there are, and they can be spoken to. */
  readonly isReached: () => boolean
  readonly clock: Clock
}

// Longer than a cloud takes that answers at all.
const longestMs = 20_000
const lookMs = 250

/**
 * Knows when players can be told something: for a moment after the start nobody has said yet which there are, and what a
 * rule has them do just then would only fail.
 */
export class PlayersReady {
  readonly #isReached: () => boolean
  readonly #ready: Promise<void>
  #isOver = false
  #end: () => void = () => undefined

  constructor({ isReached, clock }: PlayersReadyOptions) {
    this.#isReached = isReached
    const lastLookMs = clock.now().getTime() + longestMs
    this.#ready = new Promise((resolve) => {
      const cancel = every(clock, lookMs, () => {
        if (isReached() || clock.now().getTime() >= lastLookMs) this.#end()
      })
      this.#end = () => {
        this.#isOver = true
        cancel()
        resolve()
      }
    })
  }

  /** Resolves when the effect can be tried; null: now. */
  of({ kind }: Effect | PluginEffect): Promise<void> | null {
    if (this.#isOver || !isForPlayers(kind) || this.#isReached()) return null
    return this.#ready
  }

  /** Waits no more. */
  async stop(): Promise<void> {
    this.#end()
  }
}

function isForPlayers(kind: (Effect | PluginEffect)['kind']): boolean {
  const forPlayers: readonly string[] = ['command', 'start-stream', 'tell-story', 'let-end', 'send-on']
  return forPlayers.includes(kind)
}
