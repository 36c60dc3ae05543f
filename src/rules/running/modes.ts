import type { Clock } from '../../core/clock.ts'
import type { World } from '../plugin.ts'
import type { Rule } from '../rule-set.ts'
import { wallTime } from '../time.ts'
import { unlessAborted } from './end-of-run.ts'
import type { Run } from './run.ts'

interface ModesOptions {
  readonly world: Pick<World, 'calendar'>
  readonly clock: Pick<Clock, 'now'>
}

/** How many runs of a rule there may be at once, or wait for one another. */
const mostRuns = 10

/** What becomes of a run whose rule runs already: `single`, `restart`, `queued` or `parallel`. */
export class Modes {
  readonly #options: ModesOptions
  /** Those that may run, by rule. */
  readonly #running = new Map<string, Set<Run>>()

  constructor(options: ModesOptions) {
    this.#options = options
  }

  /** It may run from now on, until it leaves. */
  enter(run: Run): void {
    this.#of(run.rule).add(run)
  }

  leave(run: Run): void {
    this.#running.get(run.rule.id)?.delete(run)
  }

  /** Null where its mode lets it run, by now; else why not. `all`: the runs of all rules, in their order. */
  async heldBack(run: Run, all: Iterable<Run>): Promise<string | null> {
    const { rule } = run
    const others = [...this.#of(rule)].filter((one) => !one.hasLeft)
    const [first] = others
    if (first === undefined) return null
    const { mode = 'single', max = mostRuns } = rule
    if (mode === 'single') return `it still runs, since ${this.#wallOf(first.trace.at)}`
    if (mode === 'restart') {
      for (const other of others) other.end('the rule was started again')
      return null
    }
    const waiting = [...all].filter(
      (one) => one.rule.id === rule.id && one.number < run.number && !one.hasLeft,
    )
    if (Math.max(waiting.length, others.length) >= max) return `${max} of it run or wait already`
    if (mode === 'parallel') return null
    // What its conditions said holds also where it is taken up again.
    await run.write()
    for (const other of waiting) {
      await run.aside(run.strand, (signal) => unlessAborted(other.over, signal))
      run.isDueAt(other.dueMs)
    }
    return null
  }

  #of({ id }: Rule): Set<Run> {
    const running = this.#running.get(id) ?? new Set()
    this.#running.set(id, running)
    return running
  }

  /** As the household's clocks show it; with its day where that is not today. */
  #wallOf(iso: string): string {
    const { world, clock } = this.#options
    const { zone } = world.calendar
    const { date, time } = wallTime(new Date(iso), zone)
    return date.equals(wallTime(clock.now(), zone).date) ? time : `${date} ${time}`
  }
}
