import { type Hold, holdEndMs } from '../core/hold.ts'

interface Standing {
  /** What was noted of the stream last. */
  readonly applied: string | undefined
  /** The occurrence that holds now. */
  readonly occurrence: string
  /** How long what is in the stream holds. */
  readonly held: Hold | null
  readonly nowMs: number
}

/**
 * What is to become of a stream whose schedule is looked at. `stands`: nothing; `apply`: what is due is put into it;
 * `note`: that is noted and nothing else done, for something there holds over it (`passed`), or was put there since.
 */
export type Verdict = { readonly do: 'stands' | 'apply' } | { readonly do: 'note'; readonly applied: string }

/** As it is noted of an occurrence that began while something else held over it. */
const passedOver = (occurrence: string) => `passed over ${occurrence}`

/** The occurrence of which that was noted. */
export function occurrenceIn(applied: string): string {
  return applied.startsWith(passedOver('')) ? applied.slice(passedOver('').length) : applied
}

export function verdictOn({ applied, occurrence, held, nowMs }: Standing): Verdict {
  if (held !== null && holdEndMs(held) <= nowMs) return { do: 'apply' }
  const passed = passedOver(occurrence)
  if (held?.over_slots === true) {
    const isNoted = applied === occurrence || applied === passed
    return isNoted ? { do: 'stands' } : { do: 'note', applied: passed }
  }
  if (applied === occurrence) return { do: 'stands' }
  // What somebody put there in place of what held over the slots stays until the next one.
  if (applied === passed && held !== null) return { do: 'note', applied: occurrence }
  return { do: 'apply' }
}
