import { AppError, messageOf } from '../../core/error.ts'
import { isRound, partInWords, tellingOf } from '../explain/rule-words.ts'
import { localIso } from '../plan-words.ts'
import type { RuleSet } from '../rule-set.ts'
import { leftOutOf, type RunTrace, type StepTrace } from '../running/trace.ts'
import { clockWords } from '../time.ts'
import type { AskedEvent } from './asked.ts'
import { effectInWords } from './effect-words.ts'
import type { Records, WatchedHouse } from './house.ts'
import { changesBetween, lookAround, playerInWords } from './outcome.ts'
import type { Naming } from './queue-words.ts'
import type { DryEffect, DryPart, DryReport, DryRun, DryStep } from './report.ts'
import { type Alike, roundsOf } from './rounds.ts'
import { doDeed } from './run-test.ts'
import { type Around, unmovedBy } from './unmoved.ts'

interface DryRunInput {
  readonly house: WatchedHouse
  readonly ruleSet: RuleSet
  readonly events: readonly AskedEvent[]
  /** Whom events happen to; null where there is nobody. */
  readonly player: string | null
  /** The rule that says what the question leaves open about that player; null where it leaves nothing open. */
  readonly implied: string | null
  readonly seed: number
  readonly began: DryReport['began']
}

// What still waits then is said.
const longestWaitMs = 24 * 3_600_000
// Nobody reads more, and each is sent.
const mostShown = 200

/**
 * Lets the events happen in the house, one after the other, then moves its clock on until nothing waits, or for a day.
 * Never throws for what the rules do: what would never end is told.
 */
export async function dryRun(input: DryRunInput): Promise<DryReport> {
  const { house, ruleSet, player, implied, events, seed, began } = input
  const { zone } = ruleSet.calendar
  const at = house.world.now()
  const time = (iso: string) => clockWords(iso, zone)
  const watched = new Watched(input)
  try {
    await house.start()
    const before = lookAround(house, { time })
    const found = player === null ? undefined : house.players().find(({ id }) => id === player)
    const first = found === undefined ? null : playerInWords(found, house.streamOn(found.id))
    let stopped = await watched.part('start', null, async () => undefined)
    for (const event of events)
      stopped ??= await watched.part('event', event, () => doDeed(event.deed, house))
    stopped ??= await watched.part('later', null, () => house.rest(longestWaitMs, () => isQuiet(house)))
    return {
      ...{ zone, at: localIso(at, { zone }), until: localIso(house.world.now(), { zone }), seed, began },
      player: first === null ? null : { ...first, implied },
      parts: watched.parts(),
      changes: changesBetween(before, lookAround(house, { time })),
      waiting: [...new Set(house.runs.filter(isWaiting).map(({ rule }) => rule))],
      stopped,
    }
  } finally {
    await house.stop()
  }
}

function isWaiting({ outcome }: RunTrace): boolean {
  return outcome === 'running'
}

/** No rule waits, and no volume is to be put back. */
function isQuiet(house: WatchedHouse): boolean {
  if (house.endless !== null) return true
  const now = house.world.now().getTime()
  const returns = house.records.effects.some(
    ({ effect }) => effect.kind === 'return-volume' && Date.parse(effect.at) >= now,
  )
  return !returns && !house.runs.some(isWaiting)
}

interface Seen {
  readonly kind: DryPart['kind']
  readonly event: AskedEvent | null
  readonly at: Date
  readonly runs: readonly RunTrace[]
  readonly records: Records
  /** The stream of the card that was in then. */
  readonly stream: string | null
}

/** Cuts what happens in a house into what each event has brought. */
class Watched {
  readonly #input: DryRunInput
  readonly #seen: Seen[] = []
  readonly #naming: Naming = {
    player: (id) => this.#nameOf(id),
    time: (iso) => clockWords(iso, this.#input.ruleSet.calendar.zone),
  }
  #runs = 0
  #effects = 0
  #said = 0

  constructor(input: DryRunInput) {
    this.#input = input
  }

  /** Null, or why it cannot go on. */
  async part(kind: Seen['kind'], event: AskedEvent | null, act: () => Promise<void>): Promise<string | null> {
    const { house, player } = this.#input
    const at = house.world.now()
    const streamBefore = player === null ? null : house.streamOn(player)
    let stopped: string | null = null
    try {
      await act()
    } catch (error) {
      stopped = messageOf(error)
      if (!(error instanceof AppError)) throw error
    }
    const { runs, records } = house
    const { effects, said } = records
    this.#seen.push({
      ...{ kind, event, at },
      runs: runs.slice(this.#runs),
      records: {
        ran: [],
        didNotRun: [],
        effects: effects.slice(this.#effects),
        said: said.slice(this.#said),
      },
      stream: (player === null ? null : house.streamOn(player)) ?? streamBefore,
    })
    this.#runs = runs.length
    this.#effects = effects.length
    this.#said = said.length
    return stopped ?? house.endless
  }

  /** Those in which something happened, and every event. To be asked at the end, for runs grow on. */
  parts(): DryPart[] {
    return this.#seen
      .map((seen) => this.#part(seen))
      .filter(({ kind, runs, effects }) => kind === 'event' || runs.length + effects.length > 0)
  }

  #part({ kind, event, at, runs, records, stream }: Seen): DryPart {
    const own = records.effects.filter(({ because }) => !because.startsWith('rule '))
    return {
      kind,
      event: event?.written ?? null,
      at: this.#local(at),
      runs: roundsOf(runs, ({ rule, trigger }) => this.#clockPart(rule, trigger.kind) !== undefined)
        .slice(0, mostShown)
        .map((alike) => this.#run(alike)),
      unmoved:
        event === null ? [] : this.#unmoved(event, { runs, stream, isQuiet: runs.length + own.length === 0 }),
      effects: own.slice(0, mostShown).map(({ effect, because, at: when }) => ({
        at: this.#local(when),
        kind: effect.kind,
        words: effectInWords(effect.kind, effect, this.#naming),
        because,
        failed: null,
      })),
      warnings: [
        ...new Set(records.said.flatMap(({ level, message }) => (level === 'info' ? [] : [message]))),
      ].slice(0, mostShown),
    }
  }

  /** The trigger that a clock fires; nothing for any other. */
  #clockPart(rule: string, kind: string) {
    const found = this.#input.ruleSet.rules.find(({ id }) => id === rule)
    return found?.when.find((part) => part.kind === kind && part.definition.upcoming !== undefined)
  }

  #rounds([first, ...more]: Alike): DryRun['rounds'] {
    const last = more.at(-1)
    if (last === undefined) return null
    const { rules, playlists } = this.#input.ruleSet
    const rule = rules.find(({ id }) => id === first.rule)
    const part = this.#clockPart(first.rule, first.trigger.kind)
    const words =
      rule === undefined || part === undefined ? '' : partInWords(part, tellingOf(rule, playlists))
    return {
      times: more.length + 1,
      last: this.#local(new Date(last.at)),
      words: isRound(words) ? words : null,
    }
  }

  #run(alike: Alike): DryRun {
    const [trace] = alike
    const { rule: id, at, because, outcome, why, saw, steps } = trace
    const rule = this.#input.ruleSet.rules.find((one) => one.id === id)
    return {
      rule: id,
      name: rule?.name ?? null,
      place: rule?.place ?? '',
      at: this.#local(new Date(at)),
      ...{ because, outcome, rounds: this.#rounds(alike), why, saw },
      steps: steps.map((step) => this.#step(step)),
      left_out: leftOutOf(trace),
    }
  }

  #step({ step, kind, name, at, outcome, why, saw = [], effects }: StepTrace): DryStep {
    return {
      ...{ step, kind, name: name ?? null, at: this.#local(new Date(at)), outcome, why: why ?? null, saw },
      effects: effects.slice(0, mostShown).map(
        (effect): DryEffect => ({
          at: this.#local(new Date(effect.at)),
          kind: effect.kind,
          words: effectInWords(effect.kind, effect.asked, this.#naming),
          because: null,
          failed: effect.outcome === 'failed' ? (effect.reason ?? 'it failed') : null,
        }),
      ),
    }
  }

  #unmoved({ deed }: AskedEvent, seen: Pick<Around, 'runs' | 'stream' | 'isQuiet'>): DryPart['unmoved'] {
    const { house, player, ruleSet } = this.#input
    const nameOf = (id: string) => this.#nameOf(id)
    const playerId = (name: string) => house.world.playerId(name)
    return unmovedBy(deed, { ...seen, ruleSet, player, nameOf, playerId }).slice(0, mostShown)
  }

  #nameOf(id: string): string {
    return this.#input.house.players().find((player) => player.id === id)?.name ?? id
  }

  #local(at: Date): string {
    return localIso(at, this.#input.ruleSet.calendar)
  }
}
