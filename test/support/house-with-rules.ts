import { expect } from 'vitest'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import type { Plugin } from '../../src/rules/plugin.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import type { RuleSet } from '../../src/rules/rule-set.ts'
import { MortalHouse } from './mortal-house.ts'
import { readingOf } from './rules.ts'

type Parts = Pick<Plugin, 'triggers' | 'conditions' | 'actions'>

/** What the file says, with the parts of a plug-in beside ours. */
export async function ruleSetOf(text: string, parts: Parts = {}): Promise<RuleSet> {
  const registry = createRegistry({
    triggers: { ...triggers, ...parts.triggers },
    conditions: { ...conditions, ...parts.conditions },
    actions: { ...actions, ...parts.actions },
  })
  const { ruleSet, diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf({ registry }))
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  return ruleSet
}

/** A household that runs these rules, on a store that outlives it. */
export async function houseWith(text: string, parts: Parts = {}): Promise<MortalHouse> {
  const house = new MortalHouse(await ruleSetOf(text, parts))
  await house.start()
  return house
}
