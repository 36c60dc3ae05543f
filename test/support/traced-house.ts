import type { Collection, Entry } from '../../src/core/collection.ts'
import type { Effect } from '../../src/core/effect.ts'
import type { Button } from '../../src/core/event.ts'
import { type PlayerPatch, unknownPlayer } from '../../src/core/player.ts'
import { Hub } from '../../src/hub.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import type { RuleSet } from '../../src/rules/rule-set.ts'
import type { TraceStore } from '../../src/rules/running/kept-traces.ts'
import type { RunTrace } from '../../src/rules/running/trace.ts'
import { ruleTraces } from '../../src/wiring/rule-traces.ts'
import { RuleRunner } from '../../src/wiring/rules.ts'
import { buttonPress } from './button-press.ts'
import { memoryCollection } from './memory-collection.ts'
import { recordingLog } from './recording-log.ts'
import { readingOf } from './rules.ts'
import { oneTurn, VirtualClock } from './virtual-clock.ts'

interface TracedOptions {
  readonly zone?: string
  /** Where traces are kept. */
  readonly store?: TraceStore
  /** Carries an effect out, or rejects. */
  readonly perform?: (effect: Effect) => Promise<void>
  /** While it is one, the journal takes nothing. */
  readonly journalFault?: () => Error | null
  readonly redactAll?: <Value>(value: Value) => Value
}

/** A house of one player with these rules, whose process may be killed or restarted on what its stores have. */
export async function tracedHouse(text: string, options: TracedOptions = {}) {
  const { zone = 'UTC', perform = async () => undefined, redactAll = (value) => value } = options
  const read = await readRuleFiles([{ file: 'a.yaml', text }], readingOf({ zone }))
  const faults = read.diagnostics.filter(({ level }) => level === 'error')
  if (faults.length > 0) throw new Error(JSON.stringify(faults))
  const clock = new VirtualClock()
  const log = recordingLog()
  const store = options.store ?? memoryCollection<RunTrace | null>()
  const journal = memoryCollection<Entry['value']>()
  const values = { vars: memoryCollection<never>(), inputs: memoryCollection<never>() }
  let ruleSet: RuleSet = read.ruleSet
  let changed: (ruleSet: RuleSet) => Promise<void> = async () => undefined

  /** Of a dead process nothing comes to the stores any more. */
  let life = { isAlive: true }
  const alive = <Value>(collection: Collection<Value>, { isAlive }: { isAlive: () => boolean }) => ({
    ...collection,
    set: async (...args: Parameters<Collection<Value>['set']>) => {
      if (isAlive()) await collection.set(...args)
    },
    delete: async (key: string) => isAlive() && collection.delete(key),
  })
  const open = async () => {
    const own = { isAlive: true }
    life = own
    const isAlive = () => own.isAlive
    const hub = new Hub({
      queues: memoryCollection(),
      values,
      card: () => ({ layout: null, stream: null }),
      newId: () => 'i',
      ...{ clock, log },
    })
    await hub.start()
    hub.setPlayers([unknownPlayer('y1', 'Nursery')])
    const rules = new RuleRunner({
      book: {
        get current() {
          return ruleSet
        },
        onChange(receive) {
          changed = receive
          return () => undefined
        },
      },
      ...{ hub, clock, log },
      perform: async (effect) => perform(effect),
      applied: memoryCollection(),
      moments: memoryCollection(),
      traces: alive(store, { isAlive }),
      journal: {
        name: 'runs',
        runs: alive(journal, { isAlive }) as never,
        setMany: async (entries) => {
          const fault = options.journalFault?.() ?? null
          if (fault !== null) throw fault
          if (isAlive()) await written(entries)
        },
      },
    })
    await rules.start()
    await oneTurn()
    return { hub, rules }
  }
  const written = async (entries: readonly Entry[]) => {
    for (const { key, value } of entries)
      if (value === null) await journal.delete(key)
      else await journal.set(key, value)
  }
  let { hub, rules } = await open()
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await oneTurn()
  }
  return {
    ...{ clock, log, store, settle },
    hub: () => hub,
    rules: () => rules,
    traces: (rule: string) => rules.traces.of(rule),
    desk: () =>
      ruleTraces({ ruleSet: () => ruleSet, traces: rules.traces, world: rules.world, redactAll, clock }),
    async press(button: Button) {
      // The same button within 300 ms is one press.
      await clock.advance(1000)
      hub.report(buttonPress({ button, at: clock.now().toISOString() }))
      await settle()
    },
    async patch(patch: PlayerPatch) {
      hub.patchPlayer('y1', patch, clock.now())
      await settle()
    },
    async reload(newText: string) {
      const { ruleSet: next } = await readRuleFiles([{ file: 'a.yaml', text: newText }], readingOf({ zone }))
      ruleSet = next
      await changed(next)
      await settle()
    },
    async restart() {
      await rules.stop()
      const next = await open()
      hub = next.hub
      rules = next.rules
      await settle()
    },
    /** As after a kill: what is not in the stores is lost, and nothing is said of the old process any more. */
    async kill() {
      life.isAlive = false
      const next = await open()
      hub = next.hub
      rules = next.rules
      await settle()
    },
    stop: () => rules.stop(),
  }
}
