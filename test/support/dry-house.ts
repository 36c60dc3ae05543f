import { onTestFinished } from 'vitest'
import type { PlayerPatch } from '../../src/core/player.ts'
import type { CardIn } from '../../src/rules/dry/house.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { InMemoryHouse } from '../../src/wiring/dry-house.ts'
import { readingOf } from './rules.ts'

interface Staged {
  readonly now?: string
  /** By id; one of which nothing is said is online, at volume 9, and has the card of the stream `bedroom`. */
  readonly players?: Readonly<Record<string, PlayerPatch & { readonly card?: CardIn }>>
  readonly calendar?: string
}

/** A house in memory with these rules, whose time a test moves. Fails where they have an error. */
export async function dryHouse(text: string, { now, players = { kids: {} }, calendar }: Staged = {}) {
  const reading =
    calendar === undefined ? readingOf() : readingOf({ readCalendar: async () => ({ text: calendar }) })
  const { ruleSet, diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], reading)
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ message }) => message).join('; '))
  const staged = Object.entries(players).map(
    ([id, { card = { stream: 'bedroom' }, ...patch }]) =>
      [id, { patch: { playback: 'playing', volume_step: 9, ...patch }, card }] as const,
  )
  const house = new InMemoryHouse({
    ruleSet,
    stage: {
      now: new Date(now ?? '2026-11-24T19:00:00Z'),
      seed: 1,
      players: new Map(staged),
      vars: new Map(),
      inputs: new Map(),
    },
    folders: new Map(),
  })
  onTestFinished(() => house.stop())
  await house.start()
  let seen = 0
  return {
    house,
    /** The effects since the last look. */
    effects() {
      const since = house.records.effects.slice(seen)
      seen += since.length
      return since
    },
    /** The lines that rules have written since the beginning. */
    logged: () =>
      house.records.effects.flatMap(({ effect }) => (effect.kind === 'log' ? [effect.message] : [])),
    /** What went wrong, as the log says it. */
    errors: () => house.records.said.flatMap(({ level, message }) => (level === 'error' ? [message] : [])),
    player: (id = 'kids') => house.world.player(id),
  }
}
