/** How long what somebody has put into a stream holds against the stream's schedule. */
export interface Hold {
  /** When the schedule's own content comes back, ISO 8601; null: at no time of its own. */
  readonly until: string | null
  /** Whether slots that begin meanwhile leave it alone. */
  readonly over_slots: boolean
}

/** The same as it is wished for. */
export interface HoldWish {
  /** Milliseconds from when it is put there; null: at no time of its own. */
  readonly forMs: number | null
  readonly overSlots: boolean
}

export function heldFrom({ forMs, overSlots }: HoldWish, now: Date): Hold {
  return {
    until: forMs === null ? null : new Date(now.getTime() + forMs).toISOString(),
    over_slots: overSlots,
  }
}

/**
 * The hold of what takes the place of something else. `hold` is null for what the schedule puts there. What comes in
 * place of something that holds over the slots is there until the next slot, though slots have passed since.
 */
export function heldBehind(held: Hold | null, hold: Hold | null | undefined): Hold | null {
  if (hold !== undefined) return hold
  return held?.over_slots === true ? { until: null, over_slots: false } : null
}

/** When it ends by the clock, milliseconds; infinite where it does not. */
export function holdEndMs(held: Hold | null): number {
  const ms = held?.until == null ? Number.NaN : Date.parse(held.until)
  return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms
}
