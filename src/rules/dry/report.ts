import type { RunOutcome, StepTrace } from '../running/trace.ts'

/** What a dry run came to. Times are ISO 8601 on the household's clocks, with their offset. */
export interface DryReport {
  readonly zone: string
  readonly at: string
  /** Where its clock stood when nothing waited any more. */
  readonly until: string
  readonly seed: number
  /** Whether it began with what the household remembers, or with what files say it starts with. */
  readonly began: 'remembered' | 'fresh'
  readonly player: (DryPlayer & { readonly implied: string | null }) | null
  /** `start`: what the clock says as it begins. `event`: one for each that was asked for. `later`: until nothing waited. */
  readonly parts: readonly DryPart[]
  /** What is another way than it was at first. */
  readonly changes: readonly DryChange[]
  /** The rules that waited still when it ended. */
  readonly waiting: readonly string[]
  /** Why it was ended, in words, where it would have gone on for ever. */
  readonly stopped: string | null
}

/** `implied`, where a report has it: the rule that says who the player is, or which card it has, where nobody said it. */
export interface DryPlayer {
  readonly id: string
  readonly name: string
  /** "stopped, volume 5, with a card of the stream bedroom" */
  readonly state: string
}

export interface DryPart {
  readonly kind: 'start' | 'event' | 'later'
  /** As it was asked for; null for the others. */
  readonly event: string | null
  readonly at: string
  /** The rules that it started, and those that heard of it and did not run. */
  readonly runs: readonly DryRun[]
  /** Rules that wait for something like it, and why this was not it. */
  readonly unmoved: readonly { readonly rule: string; readonly place: string; readonly why: string }[]
  /** What came of it beside the rules, as by a schedule. */
  readonly effects: readonly DryEffect[]
  /** What the log would warn of. */
  readonly warnings: readonly string[]
}

export interface DryRun {
  readonly rule: string
  readonly name: string | null
  /** "bedroom.yaml:12" */
  readonly place: string
  readonly at: string
  readonly because: string
  readonly outcome: RunOutcome
  /** Where a clock starts it again and again and it goes the same way each time: this one stands for all of them. */
  readonly rounds: DryRounds | null
  /** Why it did not run, or how it ended. */
  readonly why: string | null
  /** What its conditions looked at: `player.battery is 8`. */
  readonly saw: readonly string[]
  /** Of many the first and the last. */
  readonly steps: readonly DryStep[]
  /** How many steps are not told, and how many of those that are stand before them; null where all are told. */
  readonly left_out: { readonly behind: number; readonly count: number } | null
}

export interface DryRounds {
  readonly times: number
  /** When it was started the last time. */
  readonly last: string
  /** What starts it, where that says how often: "every minute". */
  readonly words: string | null
}

export interface DryStep {
  /** `2.1`: the first within the second. */
  readonly step: string
  readonly kind: string
  readonly name: string | null
  readonly at: string
  readonly outcome: StepTrace['outcome']
  readonly why: string | null
  readonly saw: readonly string[]
  readonly effects: readonly DryEffect[]
}

export interface DryEffect {
  readonly at: string
  readonly kind: string
  /** In plain words: "puts forest into the stream bedroom". */
  readonly words: string
  /** Whose it is, where it is no rule's: "schedule bedroom, slot night". */
  readonly because: string | null
  /** Why it could not have been done; null where it could. */
  readonly failed: string | null
}

export interface DryChange {
  readonly kind: 'queue' | 'input' | 'var' | 'player'
  readonly name: string
  /** In plain words; null: it was not there. */
  readonly from: string | null
  readonly to: string | null
}
